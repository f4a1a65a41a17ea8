"""What an expression names, found without evaluating it: the fields it selects, the variables its macros bind.

A small tokenizer, because the CEL library tells the variables and functions of an expression, but not its fields.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

MACROS: Final = frozenset({"all", "exists", "exists_one", "map", "filter"})
"""Members whose first argument is a new variable (CEL's language definition, "Macros")."""

_TOKEN = re.compile(
    r"""
      (?P<comment> //[^\n]* )
    | (?P<raw>     [bB]?[rR] (?: '''[\s\S]*?''' | \"{3}[\s\S]*?\"{3} | '[^'\n]*' | "[^"\n]*" ) )
    | (?P<long>    [bB]? (?: '''(?:\\.|[^\\])*?''' | \"{3}(?:\\.|[^\\])*?\"{3} ) )
    | (?P<text>    [bB]? (?: '(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*" ) )
    | (?P<number>  0[xX][0-9a-fA-F]+[uU]? | \d+(?:\.\d+)?(?:[eE][+-]?\d+)?[uU]? | \.\d+ )
    | (?P<name>    [A-Za-z_]\w* )
    | (?P<mark>    \S )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Field:
    """One selection `base.name`."""

    base: str
    """The variable that it is selected from; empty where that is an expression, as `resource.A` in `resource.A.B`."""
    name: str


@dataclass(frozen=True, slots=True)
class Scan:
    fields: tuple[Field, ...]
    bound: frozenset[str]
    """Variables that macros bind."""
    whole: frozenset[str]
    """Names that are used otherwise than by selecting a field from them."""


def scan(expression: str) -> Scan:
    """Every field that the expression selects; a member that is called is a method, and no field."""
    tokens = _tokens(expression)
    fields: list[Field] = []
    bound: set[str] = set()
    for index in range(1, len(tokens)):
        if tokens[index - 1] != "." or not _is_name(tokens[index]):
            continue
        name, following = tokens[index], tokens[index + 1 : index + 4]
        if following[:1] != ["("]:
            fields.append(Field(_base(tokens, index - 1), name))
        elif name in MACROS and len(following) == 3 and _is_name(following[1]) and following[2] == ",":
            bound.add(following[1])
    whole = {token for index, token in enumerate(tokens) if _is_name(token) and not _is_selected_from(tokens, index)}
    return Scan(tuple(fields), frozenset(bound), frozenset(whole))


def _tokens(expression: str) -> list[str]:
    """Names, marks, and one empty token for every literal."""
    found = (match for match in _TOKEN.finditer(expression) if match.lastgroup != "comment")
    return [match.group() if match.lastgroup in ("name", "mark") else "" for match in found]


def _base(tokens: list[str], dot: int) -> str:
    before = tokens[dot - 1] if dot else ""
    is_variable = _is_name(before) and (dot < 2 or tokens[dot - 2] != ".")
    return before if is_variable else ""


def _is_selected_from(tokens: list[str], index: int) -> bool:
    following = tokens[index + 1 : index + 4]
    return following[:1] == ["."] and len(following) > 1 and _is_name(following[1]) and following[2:] != ["("]


def _is_name(token: str) -> bool:
    return token.isidentifier()
