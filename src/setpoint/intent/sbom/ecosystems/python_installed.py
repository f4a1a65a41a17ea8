"""Distributions that are installed: METADATA in *.dist-info, PKG-INFO in *.egg-info.

https://packaging.python.org/en/latest/specifications/core-metadata/. `cyclonedx-bom` says of itself that it has no API,
and its command runs the interpreter that it looks into; files alone tell the same of a folder and of an image.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source, of_pypi
from setpoint.intent.sbom.libraries import missing
from setpoint.model.component import PackageName, Problem
from setpoint.model.purl import package_name

_LONGEST_NAME: Final = 100
"""Characters of a licence's name; many write the whole text in its place."""

_OF_LICENCES: Final = "License :: "
_NO_LICENCE: Final = "OSI Approved"
"""A classifier that stands above the names of licences."""


def read_metadata(source: Source) -> Iterator[Found | Problem]:
    try:
        from packaging.metadata import parse_email
    except ImportError as error:
        raise missing("packaging") from error
    metadata, _ = parse_email(source.octets)
    if not metadata.get("name") or not metadata.get("version"):
        raise InputError("a distribution's metadata has no name or no version", where=source.path)
    yield Found(
        of_pypi(metadata["name"], metadata["version"]),
        source.path,
        licences=_licences(metadata),
        needs=tuple(_needs(metadata.get("requires_dist", []))),
    )


def _licences(metadata: Mapping[str, Any]) -> tuple[str, ...]:
    """The expression; else the classifiers, which are a fixed list; else whatever stands there, if it is short."""
    if expression := metadata.get("license_expression"):
        return (expression,)
    classifiers = metadata.get("classifiers", [])
    last = (each.rpartition(" :: ")[2] for each in classifiers if each.startswith(_OF_LICENCES))
    named = tuple(each for each in last if each != _NO_LICENCE)
    written = metadata.get("license", "").strip()
    return named or ((written,) if 0 < len(written) <= _LONGEST_NAME and "\n" not in written else ())


def _needs(requirements: list[str]) -> Iterator[PackageName]:
    from packaging.requirements import InvalidRequirement, Requirement

    for each in requirements:
        try:
            yield package_name("pypi", Requirement(each).name)
        except InvalidRequirement:
            continue  # of an old distribution: that it is installed is known all the same
