"""Lists and dicts that a session holds, and the application changes in place: `session["cart"].append(item)`.

`sinks.session` says when one is handed to the application; once the answer begins, what is new in it is looked
for in the request, and the code that changes it is read for checks. Nothing of the application is kept alive for it
but the container, which the session holds anyway.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, Final

from setpoint_agent.examination import weigh
from setpoint_agent.provenance.interface import Match
from setpoint_agent.provenance.recognition import find
from setpoint_agent.quiet import quietly
from setpoint_agent.reading.answer import Question, Safety, worst
from setpoint_agent.reading.danger import probes_for
from setpoint_agent.reading.flow import Follower
from setpoint_agent.reading.inside import scene_of_code
from setpoint_agent.reading.requested import key_of
from setpoint_agent.reading.scene import Scene
from setpoint_agent.reading.source import own_nodes
from setpoint_agent.reading.subject import concerning
from setpoint_agent.request import Request, current
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sources.answers import Headers

CHANGEABLE: Final = frozenset({dict, list, set})
MOST_TEXTS: Final = 64
"""Names and values of one change that are looked at."""
MOST_KEPT: Final = 16
"""Containers of one request."""
CHANGING: Final = frozenset({"add", "append", "extend", "insert", "setdefault", "update"})
"""Methods that put something into a container."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A container as it was handed out."""

    sink: Sink
    container: Any
    texts: frozenset[str | bytes]
    """What was in it by then."""
    code: CodeType
    """The function that it was handed to."""


@quietly
def remember(sink: Sink, container: Any, caller: FrameType | None) -> None:
    """Look at `container` once the answer begins, if the application's own code holds it now."""
    request = current.get()
    if request is None or caller is None or len(request.kept) >= MOST_KEPT:
        return
    if all(each.container is not container for each in request.kept if isinstance(each, Kept)):
        if _look_at_kept not in request.at_head:
            request.at_head = (*request.at_head, _look_at_kept)
        request.kept.append(Kept(sink, container, frozenset(texts_in([container])), caller.f_code))


def texts_in(given: Sequence[Any]) -> Iterator[str | bytes]:
    """The texts in what is kept, at any depth; a number is no more what came."""
    waiting: list[Any] = [given]
    for _ in range(MOST_TEXTS):
        if not waiting:
            return
        item = waiting.pop()
        if isinstance(item, str | bytes):
            yield item
        elif isinstance(item, dict):
            waiting.extend([*item, *item.values()])
        elif isinstance(item, list | tuple | set | frozenset):
            waiting.extend(item)


@quietly
def _look_at_kept(request: Request, _: Headers, /) -> None:
    for kept in request.kept:
        if isinstance(kept, Kept):
            for text in frozenset(texts_in([kept.container])) - kept.texts:
                _look_at(request, kept, text.decode("utf-8", "replace") if isinstance(text, bytes) else text)


def _look_at(request: Request, kept: Kept, text: str) -> None:
    matches = find(request.values(), text, shortest=kept.sink.shortest)
    matches = [each for each in matches if not _is_checked(kept, text, each)]
    if matches:
        weigh(kept.sink, text, matches, frames=())


def _is_checked(kept: Kept, text: str, match: Match) -> bool:
    """Whether everything that the function puts into what it took from the session is safe, as far as can be read."""
    scene = scene_of_code(kept.code)
    if scene is None:
        return False
    probes = probes_for(kept.sink.language, text, match.start, match.end)
    follower = Follower(Question(match.found, kept.sink.language, probes, key_of(match.value.name)))
    answer = worst(follower.answer(each, scene, each.lineno) for each in _put_in(scene))
    return answer.safety is Safety.SAFE


def _put_in(scene: Scene) -> Iterator[ast.expr]:
    """`session["cart"].append(item)`, `cart[item] = 1`: the items, where the container comes from a session."""
    of_name = concerning(scene, {"session"})
    held = {
        target.id
        for each in own_nodes(scene.function)
        if isinstance(each, ast.Assign) and _is_of_session(each.value)
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    of_held = concerning(scene, held)
    for node in own_nodes(scene.function):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            into: ast.expr = node.func.value
            items = [*node.args, *(each.value for each in node.keywords)]
        elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            into, items = node.targets[0].value, [node.targets[0].slice, node.value]
        else:
            continue
        if of_name(into) or of_held(into) or _is_of_session(into):
            yield from items


def _is_of_session(expression: ast.expr) -> bool:
    """`request.session[…]`."""
    return any(isinstance(each, ast.Attribute) and each.attr == "session" for each in ast.walk(expression))
