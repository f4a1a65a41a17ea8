"""Versions as PHP's Composer orders them, as keys that sort. `versions` calls it.

Its documentation (https://getcomposer.org/doc/articles/versions.md, "Stabilities") and PHP's `version_compare` say how:
`dev < alpha = a < beta = b < RC < (none) < patch = pl = p`. univers takes them for Semantic Versioning, by which
`1.2.3.10` comes before `1.2.3.9`, and `1.0.0-patch1` before `1.0.0`.
"""

from __future__ import annotations

import re
from typing import Any, Final

_VERSION: Final = re.compile(
    r"v?(\d+)(?:\.(\d+))?(?:\.(\d+))?(?:\.(\d+))?"
    r"(?:[._-]?(stable|alpha|a|beta|b|rc|patch|pl|p)([.-]?\d+(?:[.-]\d+)*)?)?"
    r"([.-]?dev)?(?:\+\S*)?",
    re.ASCII | re.IGNORECASE,
)
_NUMBER: Final = re.compile(r"\d+", re.ASCII)

_STABLE: Final = 4
_STABILITIES: Final = {
    "dev": 0,
    "a": 1,
    "alpha": 1,
    "b": 2,
    "beta": 2,
    "rc": 3,
    "stable": _STABLE,
    "p": 5,
    "pl": 5,
    "patch": 5,
}


def composer_key(text: str) -> Any:
    """None for what is no version: a branch (`dev-main`, `2.0.x-dev`) has no place in the order."""
    found = _VERSION.fullmatch(text)
    if not found:
        return None
    *numbers, stability, count, is_dev = found.groups()
    rank = _STABILITIES[(stability or ("dev" if is_dev else "stable")).lower()]
    counted = tuple(int(each) for each in _NUMBER.findall(count or ""))
    return (*(int(each or 0) for each in numbers), rank, counted, not is_dev)
