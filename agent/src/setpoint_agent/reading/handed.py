"""Values that came from a function which is not on the way to the sink any more: checked there, then handed over.

A closure is made in one function and run in another thread, or while a body is sent; a background task is given its
arguments by a view that has returned. `clearance` asks, where following the value through the running frames said no.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from types import CodeType, FrameType
from typing import Any, Final

from setpoint_agent.reading.answer import UNSAFE, Answer, Question, Safety, best, worst
from setpoint_agent.reading.flow import Follower
from setpoint_agent.reading.inside import scene_of_code
from setpoint_agent.reading.requested import holds_text
from setpoint_agent.reading.scene import Scene
from setpoint_agent.reading.source import FunctionNode, enclosing, function_of, own_nodes

MOST_FRAMES: Final = 8
"""Functions that are looked at."""


def before_handing_over(frames: Sequence[FrameType], handler: CodeType | None, question: Question) -> Answer:
    """What the functions that closures were made in, and the one that answers the request, made sure of."""
    answers = [_of_closure(each, question) for each in frames[:MOST_FRAMES] if each.f_code.co_freevars]
    if handler is not None and all(each.f_code is not handler for each in frames):
        answers += [_of_arguments(each.f_code.co_name, handler, question) for each in frames[:MOST_FRAMES]]
    return best(answers)


def _of_closure(frame: FrameType, question: Question) -> Answer:
    """Names that a function took along from around it, as far as they hold the value: at the line where it is made."""
    function = function_of(frame.f_code)
    around = enclosing(frame.f_code.co_filename, function) if function is not None else None
    taken = {name: value for name, value in _taken(frame).items() if holds_text(value, question.found)}
    if around is None or not taken:
        return UNSAFE
    scene = Scene(around, frame.f_globals, taken)
    line = frame.f_code.co_firstlineno
    return worst(_answer(ast.Name(name, ast.Load(), lineno=line), scene, line, question) for name in taken)


def _of_arguments(name: str, handler: CodeType, question: Question) -> Answer:
    """`tasks.add_task(send, address)` of a function that has returned: what it gave to the one called `name`."""
    scene = scene_of_code(handler)
    if scene is None:
        return UNSAFE
    given = _given(scene.function, name)
    return worst(_answer(each, scene, each.lineno, question) for each in given) if given else UNSAFE


def _answer(expression: ast.expr, scene: Scene, line: int, question: Question) -> Answer:
    answer = Follower(question).answer(expression, scene, line)
    return answer if answer.safety is not Safety.NEUTRAL else UNSAFE


def _given(function: FunctionNode, name: str) -> list[ast.expr]:
    """What the function called `name` is given, where it is called (a generator) or handed over, but constants."""
    given: list[ast.expr] = []
    for node in own_nodes(function):
        if isinstance(node, ast.Call):
            arguments = [*node.args, *(each.value for each in node.keywords)]
            if any(_names(each, name) for each in (node.func, *arguments)):
                given += [part for each in arguments if not _names(each, name) for part in _parts(each)]
    return given


def _names(expression: ast.expr, name: str) -> bool:
    if isinstance(expression, ast.Name):
        return expression.id == name
    return isinstance(expression, ast.Attribute) and expression.attr == name


def _parts(expression: ast.expr) -> Iterator[ast.expr]:
    """`args=(address, 3)` of a thread: what is in it."""
    parts = expression.elts if isinstance(expression, ast.Tuple | ast.List) else [expression]
    return (each for each in parts if not isinstance(each, ast.Constant))


def _taken(frame: FrameType) -> Mapping[str, Any]:
    return {name: frame.f_locals[name] for name in frame.f_code.co_freevars if name in frame.f_locals}
