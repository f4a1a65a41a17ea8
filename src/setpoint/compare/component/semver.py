"""Versions by Semantic Versioning 2.0.0 (https://semver.org, section 11), as keys that sort. `versions` calls it.

univers has them too, but there build metadata counts, and a fourth number becomes such metadata: both are other answers
than the specification's. What ecosystems allow beside it is taken: a leading `v`, leading zeros, missing numbers.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(
    r"[vV]?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?", re.ASCII
)
_GO_TOOLCHAIN: Final = re.compile(r"(?:go)?(\d+\.\d+(?:\.\d+)?)(?:(beta|rc)(\d+))?", re.ASCII)
"""`go1.21rc2` and `1.20.3` (https://go.dev/doc/toolchain#version); advisories say `1.21.0-rc.2`."""

_RELEASE: Final = (1,)
"""After every pre-release of the same numbers."""


def semver_key(text: str) -> Any:
    """None for what is no version. Build metadata does not count."""
    parsed = _parsed(text)
    return parsed and parsed[0]


def go_key(text: str) -> Any:
    """Pseudo-versions are pre-releases, and `+incompatible` is build metadata: nothing to be done for either."""
    toolchain = _GO_TOOLCHAIN.fullmatch(text)
    if toolchain:
        numbers, kind, count = toolchain.groups()
        text = f"{numbers}-{kind}.{count}" if kind else numbers
    return semver_key(text)


def pub_key(text: str) -> Any:
    """Of two versions that differ in build metadata alone, the one without it is the lower."""
    parsed = _parsed(text)
    return parsed and (*parsed[0], parsed[1])


def _parsed(text: str) -> tuple[Any, Any] | None:
    found = _VERSION.fullmatch(text)
    if not found:
        return None
    major, minor, patch, before, build = found.groups()
    if any(part is not None and not all(part.split(".")) for part in (before, build)):
        return None
    rank = (0, _identifiers(before)) if before is not None else _RELEASE
    return (int(major), int(minor or 0), int(patch or 0), rank), _identifiers(build) if build is not None else ()


def _identifiers(text: str) -> tuple[tuple[int, Any], ...]:
    """Numbers sort by value and before words; of two that begin alike, the longer is the higher."""
    return tuple((0, int(part)) if part.isdigit() else (1, part) for part in text.split("."))
