"""Judges calls of known predicates: methods of `str` and paths, regular expressions. `checks` asks.

A pattern is tried on the probes: that runs no code of the application.
"""

from __future__ import annotations

import ast
from types import ModuleType
from typing import Final

from setpoint_agent.reading.answer import UNSAFE, Answer, Question, Safety, kept_out
from setpoint_agent.reading.characters import subset
from setpoint_agent.reading.hosts import beginning_known, defined, ending_known, is_host
from setpoint_agent.reading.known_calls import LINES
from setpoint_agent.reading.patterns import passes, pattern_of
from setpoint_agent.reading.scene import MISSING, assignments, called_name, names_in, strings_of
from setpoint_agent.reading.subject import Subject

PREDICATES: Final = frozenset({"isalnum", "isalpha", "isdigit", "isdecimal", "isnumeric", "isidentifier"})
"""Predicates of `str` that no character with a meaning in any sink's language satisfies."""
CONFIRMERS: Final = frozenset({"url_has_allowed_host_and_scheme", "is_safe_url", "compare_digest"})
"""Functions of libraries that answer whether a value may be used, by their last name."""


def is_predicate(name: str, question: Question) -> bool:
    """Whether a method of `str` of this name, if true, keeps out all that is dangerous there."""
    return name in PREDICATES or (name == "isprintable" and question.language in LINES)


def known_predicate(subject: Subject, call: ast.Call, *, outcome: bool) -> Answer | None:
    """How safe the value is once the call is known to have answered `outcome`; None: it is no known predicate."""
    name, question = called_name(call), subject.question
    if is_predicate(name, question) or name in CONFIRMERS or (name == "isinstance" and question.language == "nosql"):
        return Answer(Safety.SAFE, f"{name}()", call.lineno) if outcome else UNSAFE
    if name in {"match", "fullmatch", "search"}:
        return _pattern(subject, call, name, outcome=outcome)
    if name in {"startswith", "is_relative_to", "endswith"}:
        return _edge(subject, call, name, outcome=outcome)
    if name == "issubset" and outcome and call.args and isinstance(call.func, ast.Attribute):
        return subset(subject, call.func.value, call.args[0])
    return None


def below(subject: Subject, path: ast.expr, line: int) -> Answer:
    """`path` was found to lie below a folder: that holds where it was resolved before."""
    safe = subject.question.language == "path" and _is_resolved(subject, path)
    return Answer(Safety.SAFE if safe else Safety.UNSURE, "below its folder", line)


def _pattern(subject: Subject, call: ast.Call, name: str, *, outcome: bool) -> Answer:
    of_module = isinstance(call.func, ast.Attribute) and isinstance(subject.scene.resolve(call.func.value), ModuleType)
    if not any(map(subject.concerns, call.args[1:] if of_module else call.args)):
        return UNSAFE  # the value is what is looked for, not where
    pattern = pattern_of(subject.scene, call)
    if pattern is None:
        return Answer(Safety.UNSURE, "a pattern", call.lineno)
    passed = passes(pattern, name, subject.question, outcome=outcome)
    return kept_out(passed, f"pattern {pattern.pattern!r}", call.lineno)


def _edge(subject: Subject, call: ast.Call, name: str, *, outcome: bool) -> Answer:
    """How the value begins or ends."""
    language = subject.question.language
    if not isinstance(call.func, ast.Attribute) or not subject.concerns(call.func.value):
        return UNSAFE
    if language == "path" and name != "endswith" and outcome:
        return below(subject, call.func.value, call.lineno)
    edge = subject.scene.resolve(call.args[0]) if call.args else MISSING
    edges = [edge] if isinstance(edge, str) else list(strings_of(edge))
    if language == "url" and name == "startswith":
        return beginning_known(edges, call.lineno, outcome=outcome)
    if language == "url" and (subject.question.is_host or is_host(defined(call.func.value, subject.scene))):
        return ending_known(edges, call.lineno, outcome=outcome)
    return Answer(Safety.UNSURE, f"{name}()", call.lineno)


def _is_resolved(subject: Subject, expression: ast.expr) -> bool:
    """Whether `..` and links were followed in it, here or where its name was given a value."""
    text = ast.dump(expression)
    for name in names_in(expression):
        text += "".join(ast.dump(each.value) for each in assignments(subject.scene.function, name))
    return any(each in text for each in ("'resolve'", "'realpath'", "'abspath'", "'normpath'"))
