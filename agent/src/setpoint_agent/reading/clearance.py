"""Whether the code on the way to a sink made a recognised value safe there. `examination` asks, once for each match.

The running frames say which call it is, down to the column; from its arguments the value is followed back through the
functions of the application (`flow`), and every check that stands in between is judged (`checks`).
"""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import partial
from itertools import pairwise
from pathlib import PurePath
from types import CodeType, FrameType
from typing import Final

from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.answer import UNSAFE, Answer, Question, Safety, best, worst
from setpoint_agent.reading.checks import Judge
from setpoint_agent.reading.constants import held_around, written_around
from setpoint_agent.reading.danger import probes_for
from setpoint_agent.reading.declared import dependencies
from setpoint_agent.reading.flow import Follower
from setpoint_agent.reading.guards import guards
from setpoint_agent.reading.handed import before_handing_over
from setpoint_agent.reading.inside import scene_of, scene_of_frame
from setpoint_agent.reading.interface import Clearance
from setpoint_agent.reading.requested import asks_for, holds_text, key_of, may_have_refused
from setpoint_agent.reading.scene import MISSING, Scene, called_name
from setpoint_agent.reading.source import COMPREHENSIONS, node_at, parameters
from setpoint_agent.reading.subject import concerning
from setpoint_agent.sinks.interface import Sink

HOLDING: Final = (str, bytes, PurePath, list, tuple, dict, type(MISSING))
"""What an argument may be that holds the text itself, if it is a plain name; `MISSING` may be anything."""
MATCHING: Final = frozenset(
    {"match", "search", "fullmatch", "findall", "finditer", "sub", "subn", "split", "splititer", "subf", "subfn"}
)
"""Functions of `re` and `regex` that are also handed a text."""
MOST_SCENES: Final = 8
"""Functions of the application that are followed outwards."""


def clearance(
    frames: Sequence[FrameType], match: Match, text: str, sink: Sink, handler: CodeType | None = None
) -> Clearance | None:
    """Why the match is no fault, or less certainly one; None: nothing speaks against it.

    `frames` are the application's, the innermost first; `handler` is the function that answers the request.
    """
    if not frames:
        return None
    codes = tuple(each.f_code for each in frames)
    if written_around(match.found, text, match.start, match.end, codes) or any(
        held_around(match.how, text, match.start, match.end, each) for each in frames[:MOST_SCENES]
    ):
        return Clearance("constant of the code", _place(codes[0], frames[0].f_lineno), certain=True)
    scene = _scene(frames)
    if scene is None:
        return None
    question = _question(match, text, sink)
    answer = _answer(frames[0], scene, question)
    if answer.safety is Safety.NEUTRAL and _is_written_at(frames[0], scene, question):
        return Clearance("constant of the code", _place(codes[0], frames[0].f_lineno), certain=True)
    if answer.safety in {Safety.UNSAFE, Safety.NEUTRAL}:
        answer = _of_other_form(frames[0], scene, question) if answer.safety is Safety.NEUTRAL else answer
        answer = best([answer, _handed_over(frames, question), _checked_around(frames, question)])
        answer = best([answer, before_handing_over(frames, handler, question)])
    if answer.safety in {Safety.UNSAFE, Safety.NEUTRAL}:
        return None
    return Clearance(answer.reason, _place(codes[0], answer.line), certain=answer.safety is Safety.SAFE)


def is_raw(frames: Sequence[FrameType], match: Match, text: str, sink: Sink) -> bool:
    """Whether the code surely hands the sink what came, past any escaper or check that was called: its result was
    dropped, say, or another variable is used. False where that cannot be told."""
    scene = _scene(frames) if frames else None
    if scene is None:
        return False
    question = _question(match, text, sink)
    follower = Follower(question)
    answer = worst(follower.answer(each, scene, frames[0].f_lineno) for each in _handed(frames[0], scene, question))
    if answer.safety is not Safety.UNSAFE or not follower.saw_all:
        return False
    return not any(may_have_refused(scene_of_frame(each), each.f_lineno, question) for each in frames[:MOST_SCENES])


def _question(match: Match, text: str, sink: Sink) -> Question:
    probes = probes_for(sink.language, text, match.start, match.end)
    is_host = sink.language == "url" and text[: match.start].endswith("//")
    return Question(match.found, sink.language, probes, key_of(match.value.name), text, is_host)


def _answer(frame: FrameType, scene: Scene, question: Question) -> Answer:
    node = node_at(frame, scene.function)
    follower = Follower(question)
    answer = worst(follower.answer(each, scene, frame.f_lineno) for each in _handed(frame, scene, question))
    if answer.safety is not Safety.NEUTRAL or _is_written_at(frame, scene, question):
        return answer
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return follower.answer(node.func.value, scene, frame.f_lineno)  # `Path(name).read_text()`: what it is called on
    return answer


def _handed(frame: FrameType, scene: Scene, question: Question) -> list[ast.expr]:
    """What the operation hands to the sink: if one argument is known to be the very text, others that are known too,
    and differ, are something else (what a pattern is matched with, say); so are objects beside (a file, a pool)."""
    reaching = _reaching(node_at(frame, scene.function), scene, question.language)
    given = [(each, scene.resolve(each)) for each in reaching]
    if any(type(value) is str and value == question.text for _, value in given):
        given = [each for each in given if type(each[1]) is not str or each[1] == question.text]
    plain = [each for each, value in given if not isinstance(each, ast.Name) or isinstance(value, HOLDING)]
    return plain or [each for each, _ in given]


def _checked_around(frames: Sequence[FrameType], question: Question) -> Answer:
    """What functions around (a decorator's, a middleware's) or before (a dependency's) made sure of, by its name."""
    if not question.key:
        return UNSAFE
    answers = []
    for frame in frames[:MOST_SCENES]:
        scene = scene_of_frame(frame)
        if scene is None:
            continue
        answers.append(Judge(scene, question, asks_for(question.key, scene)).known_at(frame.f_lineno))
        for function in dependencies(scene):
            inner = scene_of(function, scene.depth + 1)
            if inner is not None and question.key in parameters(inner.function):
                answers.append(Judge(inner, question, concerning(inner, {question.key})).known_at(None))
    answers += [Judge(each, question, asks_for(question.key, each)).known_at(None) for each in guards()]
    return best(answers)


def _of_other_form(frame: FrameType, scene: Scene, question: Question) -> Answer:
    """No name holds the text as it was found: it was decoded on its way. What the code says of all of them counts."""
    answer = worst(
        Follower(question, by_value=False).answer(each, scene, frame.f_lineno)
        for each in _reaching(node_at(frame, scene.function), scene, question.language)
    )
    return answer if answer.safety is Safety.SAFE else UNSAFE


def _handed_over(frames: Sequence[FrameType], question: Question) -> Answer:
    """What the function did to the value that started a thread: its names that hold the value are asked one by one."""
    outer = next((each for inner, each in pairwise(frames[:MOST_SCENES]) if not _calls(each, inner)), None)
    scene = scene_of_frame(outer) if outer is not None else None
    if outer is None or scene is None:
        return UNSAFE
    follower = Follower(question)
    names = [ast.Name(name, ast.Load()) for name, value in scene.local.items() if holds_text(value, question.found)]
    answers = [follower.answer(ast.copy_location(each, _at(outer)), scene, outer.f_lineno) for each in names]
    return worst(answers) if answers else UNSAFE


def _calls(outer: FrameType, inner: FrameType) -> bool:
    """Whether `inner` was reached from `outer` on one stack."""
    frame: FrameType | None = inner
    while frame is not None and frame is not outer:
        frame = frame.f_back
    return frame is outer


def _at(frame: FrameType) -> ast.expr:
    return ast.Constant(None, lineno=frame.f_lineno, col_offset=0, end_lineno=frame.f_lineno, end_col_offset=0)


def _is_written_at(frame: FrameType, scene: Scene, question: Question) -> bool:
    """Whether the operation itself is handed a literal that holds the text; keys of a look-up are not handed."""
    operation = node_at(frame, scene.function)
    waiting: list[ast.AST] = list(_reaching(operation, scene, question.language))
    if isinstance(operation, ast.Call) and isinstance(operation.func, ast.Attribute):
        waiting.append(operation.func.value)
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and question.found in node.value:
            return True
        waiting.extend([node.value] if isinstance(node, ast.Subscript) else ast.iter_child_nodes(node))
    return False


def _reaching(node: ast.AST | None, scene: Scene, language: str) -> list[ast.expr]:
    """The expressions that the operation at `node` hands to the sink."""
    if isinstance(node, ast.Call):
        if language == "regex" and (called_name(node) in MATCHING or isinstance(scene.resolve(node.func), partial)):
            return _pattern_of(node)
        return [*node.args, *(each.value for each in node.keywords)]
    if isinstance(node, ast.Subscript):  # session[name] = value
        stored = [
            each.value for each in ast.walk(scene.function) if isinstance(each, ast.Assign) and node in each.targets
        ]
        return [node.slice, *stored]
    if isinstance(node, ast.expr):
        return [node]
    return []


def _pattern_of(node: ast.Call) -> list[ast.expr]:
    """What is matched with it, and likely to hold its words, has no part in it; nor has what a `partial` is given."""
    named = [each.value for each in node.keywords if each.arg == "pattern"]
    return named or (node.args[:1] if called_name(node) in MATCHING else [])


def _scene(frames: Sequence[FrameType]) -> Scene | None:
    """The innermost function's scene, bound to those around it as far as each called the next directly."""
    outer: Scene | None = None
    called: FrameType | None = None
    for frame in reversed(frames[:MOST_SCENES]):
        inner = scene_of_frame(frame)
        if inner is None:
            outer, called = None, None
            continue
        if frame.f_code.co_name in COMPREHENSIONS and outer is not None and called is frame.f_back:
            inner = Scene(outer.function, outer.space, {**outer.local, **inner.local}, outer.bound, code=outer.code)
        elif outer is not None and called is not None and called is frame.f_back:
            inner = _bound(inner, outer, called)
        outer, called = inner, frame
    return outer


def _bound(inner: Scene, outer: Scene, caller: FrameType) -> Scene:
    call = node_at(caller, outer.function)
    if not isinstance(call, ast.Call):
        return inner
    method = isinstance(call.func, ast.Attribute) and next(iter(inner.local), "") in {"self", "cls"}
    bound = outer.looked_into(inner.function, inner.space, call, caller.f_lineno, method=method).bound
    return Scene(inner.function, inner.space, inner.local, bound, code=inner.code)


def _place(code: CodeType, line: int) -> str:
    return f"{code.co_filename}:{line}"
