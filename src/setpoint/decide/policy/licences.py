"""Licence expressions as policies ask about them. `functions` and `component` call it.

Whoever reads a bill of materials checks its expressions against SPDX's list and brings them into their normal form
(`intent/sbom/licences`), and keeps as a name what is none: here only the form has to be understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Final

Expression = str | tuple[str, tuple["Expression", ...]]
"""One licence, with its exception where it has one; or `AND` or `OR`, and the parts that it joins."""

DEEPEST: Final = 20
"""Parentheses opened in one expression, as where bills are read."""

LONGEST: Final = 20_000
"""Characters, of all licences of a component together."""

OPERATORS: Final = frozenset({"AND", "OR", "WITH"})

_TOKEN: Final = re.compile(r"[()]|[^\s()]+")
_NAME: Final = re.compile(r"[A-Za-z0-9.+:-]+")
_NOT_OF_A_NAME: Final = re.compile(r"[^A-Za-z0-9.-]+")


def joined(licences: Sequence[str]) -> str:
    """One expression of licences that hold side by side; empty where there are none.

    What is no expression is a licence of the document's own, as SPDX spells one: `LicenseRef-See-LICENSE.txt`.
    """
    spelt = [each if _parse(each) is not None else _reference(each) for each in licences]
    if len(spelt) < 2:
        return "".join(spelt)
    return " AND ".join(f"({each})" if " " in each else each for each in spelt)


def licences_in(expression: str) -> tuple[str, ...]:
    """Every licence that it names, once, in order; with its exception: `GPL-2.0-only WITH Classpath-exception-2.0`."""
    return tuple(dict.fromkeys(_licences(_understood(expression)))) if expression else ()


def binds(expression: str, is_one: Callable[[str], bool]) -> bool:
    """Whether, whichever of its choices is taken, there is a licence among those that apply of which that is so."""
    return _binds(_understood(expression), is_one)


def _binds(parsed: Expression, is_one: Callable[[str], bool]) -> bool:
    if isinstance(parsed, str):
        return is_one(parsed)
    operator, parts = parsed
    each_part = (_binds(part, is_one) for part in parts)
    return all(each_part) if operator == "OR" else any(each_part)


def _licences(parsed: Expression) -> Iterator[str]:
    if isinstance(parsed, str):
        yield parsed
    else:
        for part in parsed[1]:
            yield from _licences(part)


def _understood(expression: str) -> Expression:
    parsed = _parse(expression)
    return expression if parsed is None else parsed


def _reference(name: str) -> str:
    return f"LicenseRef-{_NOT_OF_A_NAME.sub('-', name).strip('-') or 'unnamed'}"


@lru_cache(maxsize=4096)
def _parse(text: str) -> Expression | None:
    """None for what is no expression."""
    if len(text) > LONGEST or text.count("(") > DEEPEST:
        return None
    return _Parser(_TOKEN.findall(text)).whole()


class _Parser:
    """By SPDX 2.3, annex D: `WITH` binds more tightly than `AND`, and that more than `OR`."""

    def __init__(self, tokens: Sequence[str]) -> None:
        self._tokens = tokens
        self._next = 0

    def whole(self) -> Expression | None:
        parsed = self._joined("OR", lambda: self._joined("AND", self._licence))
        return parsed if self._next == len(self._tokens) else None

    def _joined(self, operator: str, part: Callable[[], Expression | None]) -> Expression | None:
        parts: list[Expression] = []
        while (found := part()) is not None:
            parts.append(found)
            if not self._take(operator):
                return parts[0] if len(parts) == 1 else (operator, tuple(parts))
        return None

    def _licence(self) -> Expression | None:
        if self._take("("):
            inner = self._joined("OR", lambda: self._joined("AND", self._licence))
            return inner if self._take(")") else None
        name = self._name()
        if name is None or not self._take("WITH"):
            return name
        exception = self._name()
        return f"{name} WITH {exception}" if exception is not None else None

    def _name(self) -> str | None:
        token = self._tokens[self._next] if self._next < len(self._tokens) else ""
        if token in OPERATORS or not _NAME.fullmatch(token):
            return None
        self._next += 1
        return token

    def _take(self, token: str) -> bool:
        found = self._next < len(self._tokens) and self._tokens[self._next] == token
        self._next += found
        return found
