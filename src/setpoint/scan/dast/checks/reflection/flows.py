"""What a page's own scripts do with its address: from where it is read to where it becomes markup or code.

A reading of statements one after the other, made to be right where it speaks: a name that is compared with a pattern or
a list anywhere, or that a cleaner has had in hand, is not followed. Called by `dom`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from typing import Final, NamedTuple

from setpoint.scan.dast.checks.reflection.script import Inside, stretches

_SOURCE: Final = re.compile(
    r"\b(?:location\.(?:hash|search|href|pathname)|document\.(?:URL|documentURI|referrer|location)|window\.name)\b"
    r"|\bnew\s+URL(?:SearchParams)?\s*\(\s*(?:window\.|document\.)?location\b"
)
"""What whoever makes a visitor follow a link decides."""
_SINK: Final = re.compile(
    r"\.(?P<property>innerHTML|outerHTML|srcdoc)\s*\+?=(?!=)"
    r"|(?P<call>\bdocument\.write(?:ln)?|\.insertAdjacentHTML|\.createContextualFragment|\beval|\bnew\s+Function"
    r"|\b(?:setTimeout|setInterval)|(?:\$|\bjQuery)\([^()]*\)\.html|(?:\$|\bjQuery))\s*\("
)
_CLEANER: Final = re.compile(
    r"\b(?:encodeURI(?:Component)?|parseInt|parseFloat|Number|Boolean|Math\.\w+|DOMPurify\.sanitize"
    r"|(?!unescape)\w*(?:[eE]scape|[sS]anitize|[eE]ncode)\w*|createTextNode|[iI]ndexOf|includes|has|startsWith|endsWith|test)\s*\("
)
"""Calls whose result holds no markup of ours: encoded, a number, or yes or no."""
_NOT_TEXT: Final = re.compile(r"\.length\b|\[[^\[\]]*\]")
"""How long it is, and what it chooses from a table."""
_ASSIGNED: Final = re.compile(r"(?:^|[\s(,])([A-Za-z_$][\w$]*)\s*\+?=(?![=>])\s*(.*)", re.DOTALL)
_COMPARED: Final = re.compile(r"[!=]==?|[<>]")
_CHECKED: Final = re.compile(r"\b(?:test|includes|has|indexOf)\s*\(\s*([A-Za-z_$][\w$]*)|\b([A-Za-z_$][\w$]*)\.match\b")
_GOES_ON: Final = re.compile(r"[+,(=.?:&|]\s*$")
_CONTINUES: Final = re.compile(r"\s*[+.?:&|)]")
_SLOW_PASSES: Final = 2
"""The second meets functions that stand before what they use."""


MAX_EXPRESSION: Final = 2_000
"""Characters of one value that are read: people write far shorter ones; others may be made to take long."""

MOST_SINKS: Final = 20
"""Of one statement, for the same reason."""


class Flow(NamedTuple):
    source: str
    sink: str


def flows(script: str) -> tuple[Flow, ...]:
    """From the page's address into markup or code, each pair once."""
    statements = list(_statements(_without_texts(script)))
    checked = {name for each in statements for pair in _CHECKED.findall(each) for name in pair if name}
    followed: dict[str, str] = {}
    found: dict[Flow, None] = {}
    for _ in range(_SLOW_PASSES):
        for statement in statements:
            found.update(dict.fromkeys(_reached(statement, followed)))
            assigned = _ASSIGNED.search(statement)
            if assigned and assigned[1] not in checked and (source := _source_in(assigned[2], followed)):
                followed[assigned[1]] = source
    return tuple(found)


def _without_texts(script: str) -> str:
    """Its code: what its strings say is left out, and comments are."""
    kept: list[str] = []
    for each in stretches(script):
        match each.inside:
            case Inside.CODE:
                kept.append(each.text)
            case Inside.SINGLE | Inside.DOUBLE | Inside.PATTERN:
                kept.append('""')
            case Inside.TEMPLATE:
                kept.append('""+(' if each.text.endswith("${") else ')+""')
            case Inside.LINE | Inside.BLOCK:
                kept.append("\n")
    return "".join(kept)


def _statements(code: str) -> Iterator[str]:
    statement = ""
    for part in re.split(r"([;{}\n])", code):
        is_line_end = part == "\n"
        if is_line_end and _GOES_ON.search(statement[-80:]):
            continue
        if part in {";", "{", "}"} or (is_line_end and statement.strip()):
            yield statement
            statement = ""
        elif not is_line_end:
            statement += part
    yield statement


def _reached(statement: str, followed: dict[str, str]) -> Iterator[Flow]:
    for sink in islice(_SINK.finditer(statement), MOST_SINKS):
        rest = statement[sink.end() : sink.end() + MAX_EXPRESSION]
        name = sink["property"] or sink["call"].strip(".")
        given = rest if sink["property"] else rest[: _closing(rest)]
        if name in {"setTimeout", "setInterval", "$", "jQuery"}:
            given = given.partition(",")[0]
        if source := _source_in(given, followed):
            yield Flow(source, name)


def _source_in(expression: str, followed: dict[str, str]) -> str:
    """What of the address the value of an expression holds; empty for nothing."""
    left = _chosen(_uncleaned(expression[:MAX_EXPRESSION]))
    if _COMPARED.search(left):
        return ""
    left = _NOT_TEXT.sub("", left)
    if found := _SOURCE.search(left):
        return re.sub(r"\s+", " ", found[0])
    names = re.findall(r"(?<![\w$.])[A-Za-z_$][\w$]*", left)
    return next((followed[name] for name in names if name in followed), "")


def _uncleaned(expression: str) -> str:
    """Without calls of cleaners, and what they are given."""
    kept = expression
    while found := _CLEANER.search(kept):
        kept = kept[: found.start()] + '""' + kept[found.end() + _closing(kept[found.end() :]) + 1 :]
    return kept


def _chosen(expression: str) -> str:
    """Of `a ? b : c`, what it may become."""
    return expression.partition("?")[2] if re.search(r"\?(?![.?])", expression) else expression


def _closing(text: str) -> int:
    """Where the parenthesis that was opened before it closes."""
    depth = 0
    for place, sign in enumerate(text):
        if sign == ")":
            if not depth:
                return place
            depth -= 1
        depth += sign == "("
    return len(text)
