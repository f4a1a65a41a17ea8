"""The order of versions, by ecosystem: a text becomes a key that sorts, or None where its ecosystem does not accept it.

PyPI's by `packaging`, most others by `univers`; three of our own say in their modules why. `affected` calls it.

Another order is a member of `Ordering` in `model.ecosystem`, and a line in `_UNIVERS` or, of our own, in `_OWN`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any, Final

from setpoint.compare.component.apk import apk_key
from setpoint.compare.component.composer import composer_key
from setpoint.compare.component.semver import go_key, pub_key, semver_key
from setpoint.errors import InputError
from setpoint.model.ecosystem import Ordering

LONGEST: Final = 256
"""Characters of a version; the longest on PyPI has fewer than a hundred, and comparing takes time for each."""

REMEMBERED: Final = 65_536
"""Parsed versions that are kept: those of some thousands of bills, in a few tens of megabytes."""

_NUMBERS: Final = re.compile(r"\d+(?:[.-]\d+)*", re.ASCII)

Key = Any
"""Whatever compares with `<` and `==` to the other keys of its ordering."""


@lru_cache(maxsize=REMEMBERED)
def version_key(ordering: Ordering, text: str) -> Key | None:
    """White space around it does not count."""
    stripped = text.strip()
    if not stripped or len(stripped) > LONGEST:
        return None
    return _parser(ordering)(stripped)


@cache
def _parser(ordering: Ordering) -> Callable[[str], Key | None]:
    own = _OWN.get(ordering)
    if own is not None:
        return own
    try:
        return _pypi() if ordering is Ordering.PYPI else _of_univers(_UNIVERS[ordering])
    except ImportError as error:
        raise InputError(
            "comparing versions needs packaging and univers", remedy="install them with: pip install 'setpoint[sbom]'"
        ) from error


def _pypi() -> Callable[[str], Key | None]:
    from packaging.version import InvalidVersion, Version

    def parse(text: str) -> Key | None:
        try:
            return Version(text)
        except InvalidVersion:
            return None

    return parse


def _of_univers(name: str) -> Callable[[str], Key | None]:
    from univers import nuget, versions

    scheme = getattr(versions, name)

    def parse(text: str) -> Key | None:
        if not text.isascii() or any(char.isspace() for char in text):
            return None  # it takes spaces out, and has some ignore what is not ASCII
        try:
            version = scheme(text)
        except (ValueError, nuget.InvalidNuGetVersion):
            return None
        return None if version.value is None else version  # of `v` nothing is left, which compares with nothing

    return parse


def _numbers(text: str) -> Key | None:
    return tuple(map(int, re.split("[.-]", text))) if _NUMBERS.fullmatch(text) else None


def _no_order(_text: str) -> Key | None:
    return None


_OWN: Final[dict[Ordering, Callable[[str], Key | None]]] = {
    Ordering.SEMVER: semver_key,
    Ordering.GO: go_key,
    Ordering.PUB: pub_key,
    Ordering.COMPOSER: composer_key,
    Ordering.APK: apk_key,
    Ordering.NUMBERS: _numbers,
    Ordering.NONE: _no_order,
}

_UNIVERS: Final = {
    Ordering.MAVEN: "MavenVersion",
    Ordering.GEM: "RubygemsVersion",
    Ordering.NUGET: "NugetVersion",
    Ordering.DEBIAN: "DebianVersion",
    Ordering.RPM: "RpmVersion",
    Ordering.CONAN: "ConanVersion",
}
