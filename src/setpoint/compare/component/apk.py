"""Versions as Alpine's package manager orders them, as keys that sort. `versions` calls it.

`number{.number}[letter]{_suffix[number]}[~commit][-rnumber]` (apk-package(5), "pkgver"). univers orders them as
Gentoo's and accepts none with `_git`, `_cvs`, `_svn` or `_hg`, of which every Alpine image has one in its C library.
"""

from __future__ import annotations

import re
from typing import Any, Final

_SUFFIXES: Final = {"alpha": -4, "beta": -3, "pre": -2, "rc": -1, "cvs": 1, "svn": 2, "git": 3, "hg": 4, "p": 5}
"""Those below zero come before the version without a suffix, the others after it."""

_VERSION: Final = re.compile(
    rf"(\d+)((?:\.\d+)*)([a-z]?)((?:_(?:{'|'.join(_SUFFIXES)})\d*)*)(?:~([0-9a-f]+))?(?:-r(\d+))?", re.ASCII
)
_SUFFIX: Final = re.compile(r"_([a-z]+)(\d*)", re.ASCII)


def apk_key(text: str) -> Any:
    """None for what is no version."""
    found = _VERSION.fullmatch(text)
    if not found:
        return None
    first, rest, letter, suffixes, commit, revision = found.groups()
    numbers = tuple(_number(each) for each in rest.split(".")[1:])
    ranked = tuple((_SUFFIXES[name], int(count or 0)) for name, count in _SUFFIX.findall(suffixes))
    return (int(first), numbers, letter, (*ranked, (0, 0)), commit or "", int(revision or 0))


def _number(text: str) -> tuple[int, Any]:
    """After the first one, a number with a leading zero is a decimal fraction: 1.01 < 1.010 < 1.1."""
    return (0, text) if text.startswith("0") else (1, int(text))
