"""What surely ran, and what is surely true, before a line of a function is reached: statements and conditions."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint_agent.reading.known_calls import PARTS_OF_REQUESTS, REQUESTS
from setpoint_agent.reading.source import FunctionNode, body_of

LEAVING_CALLS: Final = frozenset({"abort", "exit", "_exit", "fail"})
"""Functions that never come back, by their last name: flask.abort, bottle.abort, sys.exit, os._exit, pytest.fail."""

_FOREVER: Final = 1 << 60


@dataclass(frozen=True, slots=True)
class Condition:
    """A test whose outcome is known at the line."""

    test: ast.expr
    outcome: bool


@dataclass(frozen=True, slots=True)
class Way:
    """How control got to a line."""

    before: tuple[ast.stmt, ...]
    """Statements that ran before it on every way, in order."""
    conditions: tuple[Condition, ...]
    cases: tuple[tuple[ast.expr, ast.pattern], ...]
    """Subjects of `match` statements and the pattern of the case that the line is in."""


def way_to(function: FunctionNode, line: int | None) -> Way:
    """The way to `line` of `function`; None: to its end."""
    before: list[ast.stmt] = []
    conditions: list[Condition] = []
    cases: list[tuple[ast.expr, ast.pattern]] = []
    block: Sequence[ast.stmt] = body_of(function)
    while block:
        inner: Sequence[ast.stmt] = ()
        for statement in block:
            if line is not None and _reaches(statement, line):
                inner = _descend(statement, line, conditions, cases)
                break
            before.extend(_flattened(statement))
            conditions.extend(_known_after(statement))
        block = inner
    return Way(tuple(before), tuple(conditions), tuple(cases))


def leaves(block: Sequence[ast.stmt]) -> bool:
    """Whether control never comes out at the end of `block`."""
    for statement in block:
        if isinstance(statement, ast.Return | ast.Raise | ast.Continue | ast.Break):
            return True
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call) and _never_back(statement.value):
            return True
        if isinstance(statement, ast.If) and statement.orelse and leaves(statement.body) and leaves(statement.orelse):
            return True
        if isinstance(statement, ast.With | ast.AsyncWith) and leaves(statement.body):
            return True
    return False


def _reaches(statement: ast.stmt, line: int) -> bool:
    return getattr(statement, "lineno", 0) <= line <= (getattr(statement, "end_lineno", None) or _FOREVER)


def _descend(
    statement: ast.stmt, line: int, conditions: list[Condition], cases: list[tuple[ast.expr, ast.pattern]]
) -> Sequence[ast.stmt]:
    """The block of `statement` that the line is in, and what is known to be true there."""
    if isinstance(statement, ast.If | ast.While):
        for block, outcome in ((statement.body, True), (statement.orelse, False)):
            if _holds(block, line):
                conditions.append(Condition(statement.test, outcome))
                return block
        return ()
    if isinstance(statement, ast.Match):
        for case in statement.cases:
            if _holds(case.body, line):
                cases.append((statement.subject, case.pattern))
                conditions.extend([Condition(case.guard, outcome=True)] if case.guard else [])
                return case.body
        return ()
    return next((block for block in _blocks(statement) if _holds(block, line)), ())


def _blocks(statement: ast.stmt) -> Iterator[Sequence[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body


def _holds(block: Iterable[ast.stmt], line: int) -> bool:
    return any(_reaches(each, line) for each in block)


def _flattened(statement: ast.stmt) -> Iterator[ast.stmt]:
    """A statement, and those inside of it that ran whenever it did: of `with` and `try`."""
    yield statement
    for each in _inside(statement):
        yield from _flattened(each)
    if isinstance(statement, ast.For) and not any(isinstance(each, ast.Break) for each in ast.walk(statement)):
        yield from (each for each in statement.body if _works_on_what_is(each))


def _works_on_what_is(statement: ast.stmt) -> bool:
    """Whether a loop goes over a value time and again: `for mark in MARKS: name = name.replace(mark, "")`, a check.

    That it may go round not even once is left aside: nobody writes such a loop for nothing.
    """
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1 and isinstance(statement.targets[0], ast.Name):
        name = statement.targets[0].id
        return any(isinstance(each, ast.Name) and each.id == name for each in ast.walk(statement.value))
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call)


def _inside(statement: ast.stmt) -> Sequence[ast.stmt]:
    """The statements that ran to their end if `statement` did: a `try` that goes on after an error proves nothing."""
    if isinstance(statement, ast.With | ast.AsyncWith):
        suppresses = any("suppress" in ast.dump(each.context_expr) for each in statement.items)
        return () if suppresses else statement.body
    if isinstance(statement, ast.Try) and all(leaves(each.body) for each in statement.handlers):
        return [*statement.body, *statement.orelse]
    return ()


def _known_after(statement: ast.stmt) -> Iterator[Condition]:
    if isinstance(statement, ast.Assert):
        yield Condition(statement.test, outcome=True)
    elif isinstance(statement, ast.If):
        if leaves(statement.body) or _replaces(statement.body):
            yield Condition(statement.test, outcome=False)
            if statement.orelse:
                for each in statement.orelse:
                    yield from _known_after(each)
        elif statement.orelse and leaves(statement.orelse):
            yield Condition(statement.test, outcome=True)
        elif not statement.orelse:
            yield from _refused_within(statement)
    elif isinstance(statement, ast.For):
        yield from _refused_by(statement)
    for each in _inside(statement):
        yield from _known_after(each)


def _refused_within(statement: ast.If) -> Iterator[Condition]:
    """`if here: if bad: abort()`: who came past it was not both."""
    for each in statement.body:
        for inner in _known_after(each):
            bad = ast.UnaryOp(ast.Not(), inner.test) if inner.outcome else inner.test
            yield Condition(ast.BoolOp(ast.And(), [statement.test, bad]), outcome=False)


def _replaces(block: Sequence[ast.stmt]) -> bool:
    """Whether a block does nothing but put the code's own in the place of what was tested: `if bad(name): name = "x"`,
    `if bad(identity): identity = uuid4().hex`."""
    return all(isinstance(each, ast.Assign) and _is_made_up(each.value) for each in block)


def _is_made_up(expression: ast.expr) -> bool:
    """Whether constants, and what functions give of them, are all that it is: nothing of the request can be in it."""
    match expression:
        case ast.Constant():
            return True
        case ast.Call(func=function, args=arguments, keywords=[]):
            return _is_function(function) and all(map(_is_made_up, arguments))
        case ast.Attribute(value=value) | ast.Subscript(value=value, slice=ast.Slice() | ast.Constant()):
            return _is_made_up(value)
    return False


def _is_function(expression: ast.expr) -> bool:
    """Whether a name is called, or a method of what is made up: `uuid4`, `secrets.token_hex`, `uuid4().hex.upper`."""
    match expression:
        case ast.Name(id=name):
            return name not in REQUESTS and name not in PARTS_OF_REQUESTS
        case ast.Attribute(value=value, attr=name) if name not in REQUESTS and name not in PARTS_OF_REQUESTS:
            return _is_function(value) or _is_made_up(value)
    return False


def _refused_by(loop: ast.For) -> Iterator[Condition]:
    """`for each in values: if bad(each): raise`: once such a loop came to its end, that is true of none of them."""
    if any(isinstance(each, ast.Break) for each in ast.walk(loop)):
        return
    for statement in loop.body:
        goes_on = isinstance(statement, ast.If) and isinstance(statement.body[-1], ast.Continue)
        if isinstance(statement, ast.If) and leaves(statement.body) and not goes_on:
            yield Condition(statement.test, outcome=False)


def _never_back(call: ast.Call) -> bool:
    function = call.func
    name = (
        function.id if isinstance(function, ast.Name) else function.attr if isinstance(function, ast.Attribute) else ""
    )
    return name in LEAVING_CALLS
