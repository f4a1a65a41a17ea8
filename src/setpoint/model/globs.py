"""Globs, as people write them over URNs, rules, paths and subjects: `*` for any run of characters, `?` for one."""

from __future__ import annotations

import re
from functools import lru_cache


def matches(glob: str, text: str) -> bool:
    """Whether the glob stands for the whole text."""
    return _pattern(glob).fullmatch(text) is not None


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    # Not fnmatch: its brackets are part of our paths.
    first, *rest = ("".join("." if sign == "?" else re.escape(sign) for sign in part) for part in glob.split("*"))
    # Each part is sought once, where it first fits: trying the others too changes nothing and can take for ever.
    between = "".join(f"(?>.*?{part})" for part in rest[:-1])
    return re.compile(f"{first}{between}.*{rest[-1]}" if rest else first, re.DOTALL)
