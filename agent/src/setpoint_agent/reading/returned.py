"""Whether all that a function gives back is safe: for what reaches its sink only once the function has returned.

A page that a view returns as a text is sent when the view's frame is gone, and nobody knows any more what its names
held. Its code is followed like that of a function that is only looked into. `examination` asks.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from types import CodeType
from typing import Final

from setpoint_agent.provenance.interface import Match
from setpoint_agent.reading.answer import Question, Safety, worst
from setpoint_agent.reading.constants import strings_in, written_around
from setpoint_agent.reading.danger import probes_for
from setpoint_agent.reading.flow import Follower
from setpoint_agent.reading.inside import scene_of_code
from setpoint_agent.reading.interface import Clearance
from setpoint_agent.reading.requested import key_of, may_have_refused
from setpoint_agent.reading.scene import called_name
from setpoint_agent.reading.source import FunctionNode, own_nodes
from setpoint_agent.sinks.interface import Sink

BODIES: Final = frozenset({"body", "content", "data", "html", "media", "response", "text"})
"""Attributes of responses that hold what is sent: of falcon, bottle, aiohttp, Django, Flask."""
HEADERS: Final = frozenset({"cache_control", "content_type", "downloadable_as", "etag", "media_type", "viewable_as"})
"""Attributes of responses that are headers."""
HEADER_SETTERS: Final = frozenset({"add_header", "append_header", "set_header", "set_headers"})
WRITERS: Final = frozenset({"write", "writelines"})
MAKING_RESPONSES: Final = ("Response", "make_response")
"""How the names of what makes a response of a page end, in all frameworks."""
MARKUP: Final = "Markup"
"""markupsafe's class of texts that need no escaping, and escape what is joined to them."""


def clearance_of_returned(code: CodeType, match: Match, text: str, sink: Sink) -> Clearance | None:
    """As `clearance`, for a match in what the function of `code` has given back."""
    scene = scene_of_code(code)
    if scene is None:
        return None
    if written_around(match.found, text, match.start, match.end, (code,)):
        return Clearance("constant of the code", _place(code, 0), certain=True)
    probes = probes_for(sink.language, text, match.start, match.end)
    follower = Follower(Question(match.found, sink.language, probes, key_of(match.value.name), text))
    answer = worst(follower.answer(each, scene, each.lineno) for each in _reaching(scene.function, sink.language))
    if answer.safety is Safety.NEUTRAL and match.found in strings_in(code):
        return Clearance("constant of the code", _place(code, 0), certain=True)
    if answer.safety in {Safety.UNSAFE, Safety.NEUTRAL}:
        return None
    return Clearance(answer.reason, _place(code, answer.line), certain=answer.safety is Safety.SAFE)


def is_returned_raw(code: CodeType, match: Match, text: str, sink: Sink) -> bool:
    """Whether the function of `code` surely gives back what came, past any escaper that it called: its result was
    dropped, say. False where that cannot be told."""
    scene = scene_of_code(code)
    if scene is None or _puts_into_markup(scene.function):
        return False
    question = Question(
        match.found, sink.language, probes_for(sink.language, text, 0, 0), key_of(match.value.name), text
    )
    follower = Follower(question)
    given = [part for each in _given_back(scene.function) for part in _contents(each)]
    answer = worst(follower.answer(each, scene, each.lineno) for each in given)
    if answer.safety is not Safety.UNSAFE or not follower.saw_all:
        return False
    return not any(may_have_refused(scene, each.lineno, question) for each in given)


def _puts_into_markup(function: FunctionNode) -> bool:
    """Whether it names what escapes all that is put into it."""
    return any(
        (isinstance(each, ast.Name) and each.id == MARKUP) or (isinstance(each, ast.Attribute) and each.attr == MARKUP)
        for each in ast.walk(function)
    )


def _contents(expression: ast.expr) -> Iterator[ast.expr]:
    """What a response is made of, where that is what is given back: `HttpResponse(page, status=404)`."""
    parts = expression.elts if isinstance(expression, ast.Tuple) else [expression]
    for each in parts:
        if isinstance(each, ast.Call) and called_name(each).endswith(MAKING_RESPONSES):
            yield from (*each.args, *(keyword.value for keyword in each.keywords if keyword.arg in BODIES))
        else:
            yield each


def _given_back(function: FunctionNode) -> Iterator[ast.expr]:
    """What is returned, yielded, written, or put into a response."""
    if isinstance(function, ast.Lambda):
        yield function.body
    for node in own_nodes(function):
        if isinstance(node, ast.Return | ast.Yield) and node.value is not None:
            yield node.value
        elif isinstance(node, ast.Call) and called_name(node) in WRITERS:
            yield from node.args
        elif isinstance(node, ast.Assign) and any(_is_body(each) for each in node.targets):
            yield node.value


def _reaching(function: FunctionNode, language: str) -> Iterator[ast.expr]:
    """What is given back, and what is put into headers where they are asked about."""
    yield from _given_back(function)
    for node in own_nodes(function) if language == "header" else ():
        if isinstance(node, ast.Call) and _sets_header(node):
            yield from (*node.args, *(each.value for each in node.keywords))
        elif isinstance(node, ast.Assign) and any(_is_header(each) for each in node.targets):
            yield node.value


def _sets_header(call: ast.Call) -> bool:
    """`response.set_header(name, value)`, `response.headers.add(…)`, `response.raw_headers.append((name, value))`."""
    if called_name(call) in HEADER_SETTERS:
        return True
    return isinstance(call.func, ast.Attribute) and _is_collection(call.func.value)


def _is_header(target: ast.expr) -> bool:
    """`response.headers[name] = …`, `response.content_type = …`."""
    if isinstance(target, ast.Subscript):
        return _is_collection(target.value)
    return isinstance(target, ast.Attribute) and target.attr in HEADERS


def _is_collection(expression: ast.expr) -> bool:
    return isinstance(expression, ast.Attribute) and expression.attr in {"headers", "raw", "raw_headers"}


def _is_body(target: ast.expr) -> bool:
    return isinstance(target, ast.Attribute) and target.attr in BODIES


def _place(code: CodeType, line: int) -> str:
    return f"{code.co_filename}:{line or code.co_firstlineno}"
