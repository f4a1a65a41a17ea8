"""Names after which a text is no secret, though it is called like one: those of fields, variables, headers, addresses.

Called by `weaknesses`. `PASSWORD_FIELD = "password"` is told by every tool that goes by names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

BY_NAME: Final = frozenset({"bandit/B105", "ruff/S105", "detect-secrets/secret-keyword"})
"""Tests that go by the name of a variable, and not by what its text looks like."""

SPEAKING_OF: Final = frozenset(
    {
        *("attribute", "attr", "claim", "column", "env", "field", "header", "keyword", "name"),
        *("param", "parameter", "type", "var", "variable"),
        *("address", "endpoint", "file", "filename", "folder", "path", "route", "uri", "url"),
        *("help", "hint", "label", "message", "placeholder", "prompt", "title"),
        *("format", "length", "pattern", "policy", "regex", "requirements", "rule", "rules"),
    }
)
"""Last words of names: what is called so, where it is, what people are told about it, or what it must look like."""

EXAMPLES: Final = frozenset({"demo", "dummy", "example", "fake", "mock", "placeholder", "sample"})
"""Words of names: what is called so opens nothing, unless somebody forgot to replace it."""

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_LAST_WORD: Final = re.compile(r"([A-Z]?[a-z]+|[A-Z]+)\d*$")


def is_only_about_a_secret(name: str, told_by: Iterable[str]) -> bool:
    """Whether all who told it went by a name, and the name says that the text is something else."""
    last = _LAST_WORD.search(name)
    return last is not None and last[1].lower() in SPEAKING_OF and BY_NAME.issuperset(told_by)


def example_word(name: str) -> str:
    """The word by which a name says that the text is an example; empty where it does not."""
    return next((each for each in map(str.lower, _WORD.findall(name)) if each in EXAMPLES), "")
