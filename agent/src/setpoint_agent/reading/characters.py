"""Judges tests of the characters that a value is made of, and of texts that it does not hold. `comparisons` asks."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any, Final

from setpoint_agent.reading.answer import UNSAFE, Answer, kept_out
from setpoint_agent.reading.known_calls import LINE_ENDS, LINES
from setpoint_agent.reading.scene import called_name, dotted, strings_of
from setpoint_agent.reading.subject import Subject

_COMPARED: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def orders_characters(test: ast.Compare) -> bool:
    """`32 <= ord(character) < 127`."""
    ordinal = any(isinstance(each, ast.Call) and called_name(each) == "ord" for each in (test.left, *test.comparators))
    return ordinal and all(type(each) in _COMPARED for each in test.ops)


def ordered(subject: Subject, test: ast.Compare, *, outcome: bool) -> Answer:
    """The same: which probes are made of characters alone of which the test says the same."""
    sides = [test.left, *test.comparators]
    numbers = [None if subject.concerns(each) else subject.scene.resolve(each) for each in sides]
    if numbers.count(None) != 1 or not all(each is None or type(each) is int for each in numbers):
        return UNSAFE

    def holds(character: str) -> bool:
        given = [ord(character) if each is None else each for each in numbers]
        return all(_COMPARED[type(way)](*pair) for way, pair in zip(test.ops, pairwise(given), strict=True))

    passes = [all(holds(each) is outcome for each in probe) for probe in subject.question.probes]
    return kept_out(passes, "allowed characters", test.lineno)


def all_of(subject: Subject, allowed: str, line: int) -> Answer:
    """Every character of the value is one of these."""
    passes = [all(each in allowed or each.isalnum() for each in probe) for probe in subject.question.probes]
    return kept_out(passes, "allowed characters", line)


def none_of(subject: Subject, absent: Sequence[str], line: int) -> Answer:
    """The value holds none of these texts."""
    language = subject.question.language
    passes = [not any(each in probe for each in absent) for probe in subject.question.probes]
    if language == "path" and any(each in {"..", "/", "\\", "../", "/..", "./"} for each in absent):
        passes = [False]
    if language in LINES and any(each in LINE_ENDS for each in absent):
        passes = [False]
    return kept_out(passes, f"rejects {', '.join(map(repr, absent))}", line)


def subset(subject: Subject, left: ast.expr, right: ast.expr) -> Answer:
    """`set(value) <= ALLOWED`."""
    if not (isinstance(left, ast.Call) and dotted(left.func) == "set"):
        return UNSAFE
    return all_of(subject, "".join(texts_of(subject.scene.resolve(right))), left.lineno)


def nothing_common(subject: Subject, both: ast.BinOp) -> Answer:
    """`set(value) & set("';")` is empty."""
    other = both.left if subject.concerns(both.right) else both.right
    absent = texts_of(subject.scene.resolve(other))
    return none_of(subject, absent, both.lineno) if absent else UNSAFE


def texts_of(held: Any) -> list[str]:
    """The characters of a text, the texts of a collection."""
    return list(held) if isinstance(held, str) else list(strings_of(held))
