"""Judges comparisons and memberships: `value in ALLOWED`, `"'" not in value`, `kind == "name"`. `checks` asks."""

from __future__ import annotations

import ast
from typing import Any, Final

from setpoint_agent.reading.answer import UNSAFE, Answer, Safety
from setpoint_agent.reading.characters import all_of, none_of, ordered, orders_characters, subset, texts_of
from setpoint_agent.reading.given import looped_over
from setpoint_agent.reading.hosts import defined, is_host
from setpoint_agent.reading.predicates import below
from setpoint_agent.reading.scene import dotted
from setpoint_agent.reading.subject import Subject

_POSITIVE: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {ast.NotIn: ast.In, ast.NotEq: ast.Eq}


def compared(subject: Subject, test: ast.Compare, *, outcome: bool) -> Answer:
    """How safe the value is once the comparison is known to be `outcome`."""
    if orders_characters(test):
        return ordered(subject, test, outcome=outcome)
    if len(test.ops) != 1:
        return UNSAFE
    left, kind, right = test.left, type(test.ops[0]), test.comparators[0]
    if kind in _POSITIVE:
        kind, outcome = _POSITIVE[kind], not outcome
    if kind is ast.In:
        return _membership(subject, left, right, outcome=outcome)
    if kind is ast.Eq and outcome:
        return _equality(subject, left, right)
    if kind in {ast.LtE, ast.Lt} and outcome and subject.concerns(left) and not subject.concerns(right):
        return subset(subject, left, right)
    return UNSAFE


def _membership(subject: Subject, left: ast.expr, right: ast.expr, *, outcome: bool) -> Answer:
    if subject.concerns(right):
        if isinstance(right, ast.Attribute) and right.attr == "parents" and not subject.concerns(left):
            return below(subject, right.value, right.lineno) if outcome else UNSAFE
        return UNSAFE if outcome else _rejected(subject, left)
    if not subject.concerns(left) or subject.is_of_another(left):
        return UNSAFE
    held = subject.scene.resolve(right)
    if not outcome:
        return _denied(subject, left, held)
    if isinstance(held, str):  # `character in "abc…"`: every character is one of these
        return all_of(subject, held, left.lineno)
    return _listed(subject, left)


def _denied(subject: Subject, left: ast.expr, held: Any) -> Answer:
    """`left` is none of what is held: characters, or whole values."""
    characters = texts_of(held)
    if characters and all(len(each) == 1 for each in characters):
        return none_of(subject, characters, left.lineno)
    return Answer(Safety.UNSURE, "deny-list", left.lineno)


def _listed(subject: Subject, left: ast.expr) -> Answer:
    """`left` is one of a list that the application holds."""
    left = defined(left, subject.scene)
    part = left.attr if isinstance(left, ast.Attribute) else ""
    if is_host(left):
        return subject.safe_in("url", "host checked", left.lineno)
    if part in {"scheme", "suffix", "port"} or "splitext" in ast.dump(left):
        return Answer(Safety.UNSURE, f"{part or 'suffix'} checked", left.lineno)
    return Answer(Safety.SAFE, "allow-list", left.lineno)


def _rejected(subject: Subject, left: ast.expr) -> Answer:
    """`left in value` is false: the value does not hold that text."""
    absent = looped_over(subject.scene, left) or [subject.scene.resolve(left)]
    if not all(isinstance(each, str) and each for each in absent):
        return UNSAFE
    return none_of(subject, absent, left.lineno)


def _equality(subject: Subject, left: ast.expr, right: ast.expr) -> Answer:
    if subject.concerns(right) and not subject.concerns(left):
        left, right = right, left
    meant = defined(left, subject.scene)
    called = dotted(meant.func) if isinstance(meant, ast.Call) else ""
    if called.endswith("commonpath"):
        return subject.safe_in("path", "below its folder", left.lineno)
    if not subject.concerns(left) or subject.is_of_another(left):
        return UNSAFE
    if subject.concerns(right):  # compared with something made of itself: unchanged by a clean-up
        return _unchanged(subject, left, right)
    return UNSAFE if called == "len" else _listed(subject, left)


def _unchanged(subject: Subject, left: ast.expr, right: ast.expr) -> Answer:
    for each in (left, right):
        if isinstance(each, ast.Call) and dotted(each.func).rpartition(".")[2] in {"basename", "secure_filename"}:
            return subject.safe_in("path", "a bare name", each.lineno)
    return UNSAFE
