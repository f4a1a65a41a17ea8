"""Debian's database of what is installed (deb-control(5)): var/lib/dpkg/status, and status.d of images without dpkg."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.model.component import Problem, ProblemKind
from setpoint.model.purl import Purl

_VENDOR: Final = "debian"
"""Where no os-release says whose package it is."""
_SOURCE: Final = re.compile(r"(\S+)(?:\s+\((\S+)\))?")
_REMOVED: Final = (" not-installed", " config-files")
"""A package that was removed is known by its settings for long."""
_FIELDS: Final = frozenset(("package", "version", "architecture", "source", "status"))


def read_dpkg(source: Source) -> Iterator[Found | Problem]:
    for where, fields in _paragraphs(source):
        if fields.get("status", "").endswith(_REMOVED):
            continue
        name = fields.get("package", "")
        if not name:
            yield Problem(ProblemKind.NO_NAME, where, fields.get("version", ""))
            continue
        qualifiers = {
            "arch": fields.get("architecture", ""),
            "distro": source.distro.name,
            "upstream": _upstream(fields.get("source", "")),
        }
        vendor = source.distro.id or _VENDOR
        yield Found(Purl.of("deb", vendor, name, fields.get("version", ""), qualifiers=qualifiers), where)


def _upstream(text: str) -> str:
    """The source package, with its version where it differs from the binary's: `glibc`, `glibc@2.36-9`."""
    match = _SOURCE.fullmatch(text.strip())
    return "" if match is None else f"{match[1]}@{match[2]}" if match[2] else match[1]


def _paragraphs(source: Source) -> Iterator[tuple[str, dict[str, str]]]:
    begun = ""
    fields: dict[str, str] = {}
    for where, line in source.lines():
        if not line.strip():
            if fields:
                yield begun, fields
            begun, fields = "", {}
            continue
        begun = begun or where
        name, colon, value = line.partition(":")
        if colon and not line[0].isspace() and name.lower() in _FIELDS:
            fields[name.lower()] = value.strip()
    if fields:
        yield begun, fields
