"""What happens when something reaches a sink: is it from the request, does it matter there, and was it made safe?

`examine` is called by every wrapper of `sinks/` on the application's own thread, so the common answer (nothing of the
request is in it) must cost next to nothing; the rest is only paid where a value was recognised.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from types import CodeType, FrameType
from typing import Any, Final

from setpoint_agent.catalogue import Kind
from setpoint_agent.evidence import Evidence, Frame, Origin
from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.registry import BY_NAME
from setpoint_agent.looks import Looks, Usual
from setpoint_agent.provenance.interface import Match
from setpoint_agent.provenance.recognition import DOUBTFUL, find
from setpoint_agent.quiet import quietly
from setpoint_agent.reading.clearance import clearance, is_raw
from setpoint_agent.reading.composed import is_put_together
from setpoint_agent.reading.danger import probes_for
from setpoint_agent.reading.interface import Clearance
from setpoint_agent.reading.returned import clearance_of_returned
from setpoint_agent.reading.routes import lets_through_nothing
from setpoint_agent.request import PATH_PARAMETER, Request, Value, current
from setpoint_agent.shape import fingerprint, shape
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.stack import Application
from setpoint_agent.watched import brings_something, watched

LONGEST_ARGUMENT: Final = 65_536
"""Characters of an argument that are looked at."""
LESS_CERTAIN: Final = 0.4
"""Confidence is multiplied with this where a check was seen that may or may not suffice."""
LEAST_CONFIDENCE: Final = 0.25
"""Evidence below is not reported."""


Record = Callable[[Evidence], None]
"""Where evidence goes."""


@dataclass(slots=True)
class Examination:
    """What `examine` needs to know of its process; set once by `agent.start`."""

    application: Application
    record: Record
    fleet_key: bytes = b""


usual: Final = Usual()
"""Texts in which nothing of a request was found. `examine` lets them pass; sinks that would have to find out first who
made a call ask by themselves."""
_looks: Final = Looks()
"""By sink and route."""
_doubts: Final = Looks(at_first=16, later=64)
"""By sink, route and parameter, where its value may stand by chance: to read the code takes longer than to look."""

calls_seen: Final[dict[int, CodeType]] = {}
"""Places of calls outside of any request that were looked at (see `sinks.own_calls`, which fills it)."""

passing_on: Final[set[tuple[str, Collection[str]]]] = set()
"""Files of which no function has a say in who asked for something (see `sinks.callers`, which fills it)."""

_examination: Examination | None = None


def begin(examination: Examination | None) -> None:
    """Examine by `examination` from now on; None: examine nothing."""
    global _examination  # noqa: PLW0603 - one agent a process
    _examination = examination
    usual.clear()
    _looks.clear()
    _doubts.clear()
    calls_seen.clear()
    passing_on.clear()


def examine(
    sink: Sink, argument: Any, *, frames: Sequence[FrameType] | None = None, keep: Record | None = None
) -> None:
    """Report what of the request's values reaches `argument` of `sink`, if any does and nothing made it safe.

    `argument` is text, bytes or a path; anything else holds nothing to be found. `keep`: where evidence goes instead.
    """
    request = current.get()
    if request is None:
        return
    if type(argument) is not str or not usual.passes(sink.name, request.route or request.path, argument):
        _examine(request, sink, argument, frames, keep)


@quietly
def _examine(
    request: Request, sink: Sink, argument: Any, frames: Sequence[FrameType] | None, keep: Record | None
) -> None:
    if _examination is None or request.is_past():
        return
    text = _as_text(argument)
    place = (sink.name, request.route or request.path)
    if not text or (text is not argument and usual.passes(*place, text)):
        return
    if not usual.knows(*place, text) and not _looks.is_due(place):
        return
    values = request.values()
    matches = find(values, text, shortest=sink.shortest, with_doubtful=True) if values else ()
    if not matches:
        calls = usual.looked(*place, text)
        if frames is None:
            _note_in_vain(_examination.application, request, sink.kind, calls)
        return
    doubt = (*place, matches[0].value.part, matches[0].value.name)
    if DOUBTFUL in matches[0].how and not _doubts.is_due(doubt):
        usual.looked(*place, text)
        return
    at_once, frames = frames is None, _examination.application.frames(depth=4) if frames is None else frames
    token = current.set(None)  # files that the agent itself reads from here on are nothing of the request's
    try:
        dangerous = _dangerous(request, sink, text, matches, frames)
        if dangerous and _tell(_examination, request, sink, dangerous, frames, keep):
            usual.found(*place)
            _looks.found(place)
            _doubts.found(doubt)
        elif DOUBTFUL in matches[0].how:
            usual.looked(*place, text)
    finally:
        current.reset(token)
    if at_once and not dangerous:
        _note_in_vain(_examination.application, request, sink.kind)


@quietly
def note_in_vain(kind: Kind) -> None:
    """A sink that looks by itself found nothing of the request that matters in what it is given just now."""
    request = current.get()
    if request is not None and _examination is not None:
        _note_in_vain(_examination.application, request, kind)


def _note_in_vain(application: Application, request: Request, kind: Kind, calls: int = 1) -> None:
    if not brings_something(request.values()):
        return
    frames = application.frames(depth=4)
    if frames:
        watched.note(_on_the_way(application, request, frames), kind, calls)


def is_of_others(sink: Sink, argument: Any) -> None:
    """The same call was not the application's: it counts as one that was looked at in vain."""
    request = current.get()
    if request is not None and type(argument) is str:
        usual.looked(sink.name, request.route or request.path, argument)


@quietly
def weigh(sink: Sink, text: str, matches: Sequence[Match], *, frames: Sequence[FrameType] | None = None) -> None:
    """Report what `examine` would of values that a sink has recognised by itself; it is within a request."""
    request = current.get()
    if request is None or _examination is None:
        return
    frames = _examination.application.frames(depth=3) if frames is None else frames
    token = current.set(None)
    try:
        dangerous = _dangerous(request, sink, text, matches, frames)
        if dangerous:
            _tell(_examination, request, sink, dangerous, frames)
    finally:
        current.reset(token)


@quietly
def report(
    kind: Kind,
    sink: str,
    *,
    confidence: float = 1.0,
    frames: Sequence[FrameType] | None = None,
    keep: Record | None = None,
) -> None:
    """Report what is weak by the call alone, if the application's own code made the call; in a request or not.

    `frames` (): the function that answers the request has returned. `keep`: where evidence goes instead.
    """
    if _examination is None:
        return
    application, request = _examination.application, current.get()
    running = application.frames(depth=3) if frames is None else frames
    if not running and frames is None:
        return
    facts = _on_the_way(application, request, running) if request else application.facts(running)
    if facts:
        evidence = _evidence(kind, sink, facts, request, confidence=confidence)
        if keep is not None:
            keep(evidence)
        else:
            _record(_examination, request, evidence)


@quietly
def record(evidence: Evidence) -> None:
    """Report what was kept until now."""
    if _examination is not None:
        _record(_examination, current.get(), evidence)


@quietly
def report_place(kind: Kind, sink: str, file: str, line: int) -> None:
    """Report what the code itself says there to be weak, whenever that is found out: it is of no request."""
    if _examination is not None:
        place = Frame(_examination.application.short_name(file) or file, line, "<module>")
        _examination.record(_evidence(kind, sink, (place,), None, confidence=1.0))


def is_of_application(file: str) -> bool:
    """Whether a file holds the application's own code; for sinks that ask who called."""
    return _examination is not None and _examination.application.short_names[file] is not None


def application_frames() -> list[FrameType]:
    """The application's frames of the calling thread, the innermost first; for sinks that ask who called."""
    return _examination.application.frames(depth=2) if _examination is not None else []


_Danger = tuple[Match, Placement, float]
"""Where a value came to stand, and how certain it is that it matters there."""


def _dangerous(
    request: Request, sink: Sink, text: str, matches: Sequence[Match], frames: Sequence[FrameType]
) -> list[_Danger]:
    """The matches that matter where they stand, and that nothing has certainly made safe."""
    found: list[_Danger] = []
    for match in matches:
        if DOUBTFUL in match.how and not is_put_together(frames, match, text):
            continue
        if _passed(request, sink, text, match) and not is_raw(frames, match, text, sink):
            continue
        placement = BY_NAME[sink.language](text, match.start, match.end)
        if placement.inert and not (sink.language == "url" and _begins_joined(request, text, match)):
            continue
        cleared = _cleared(request, sink, text, match, frames)
        if cleared is not None and cleared.certain:
            continue
        certainty = sink.certainty * (LESS_CERTAIN if cleared is not None else 1.0)
        found.append((match, placement, match.strength * certainty))
    return found


def _tell(
    examination: Examination,
    request: Request,
    sink: Sink,
    found: Sequence[_Danger],
    frames: Sequence[FrameType],
    keep: Record | None = None,
) -> bool:
    """Whether it is evidence."""
    confidence = max(each for _, _, each in found)
    facts = _on_the_way(examination.application, request, frames)
    if confidence < LEAST_CONFIDENCE or not facts:
        return False
    evidence = _evidence(
        sink.kind,
        sink.name,
        facts,
        request,
        confidence=confidence,
        attack=any(placement.crosses for _, placement, _ in found),
        origins=tuple(dict.fromkeys(_origin(match.value, examination.fleet_key) for match, _, _ in found)),
        context=found[0][1].context,
    )
    if keep is not None:
        keep(evidence)
    else:
        _record(examination, request, evidence)
    return True


def _cleared(request: Request, sink: Sink, text: str, match: Match, frames: Sequence[FrameType]) -> Clearance | None:
    """What reading says: of the route, of the functions that are running, or of the handler if it has returned."""
    if match.value.part == PATH_PARAMETER and request.route:
        probes = probes_for(sink.language, text, match.start, match.end)
        if lets_through_nothing(request.route, match.value.name, sink.language, probes):
            return Clearance("converter of the route", request.route, certain=True)
    if frames or request.handler is None:
        return clearance(frames, match, text, sink, request.handler)
    return clearance_of_returned(request.handler, match, text, sink)


def _begins_joined(request: Request, text: str, match: Match) -> bool:
    """Whether it begins what was joined to a base: had it been a whole address, nothing of the base would be left."""
    return "joined" in vars(request) and any(
        match.start == start and text.startswith(address) for address, start in request.joined
    )


def _passed(request: Request, sink: Sink, text: str, match: Match) -> bool:
    """Whether an escaper or check that suffices for this sink gave back the text that the match lies in."""
    if not sink.safe_after:
        return False
    for result, safe_for in request.passages.items():
        if match.found in result and not sink.safe_after.isdisjoint(safe_for):
            at = text.find(result)
            while at != -1:
                if at <= match.start and match.end <= at + len(result):
                    return True
                at = text.find(result, at + 1)
    return False


def _on_the_way(application: Application, request: Request, frames: Sequence[FrameType]) -> tuple[Frame, ...]:
    """The frames from the route's function on; that function alone where the sink is reached without any of them."""
    codes = [each.f_code for each in frames]
    if request.handler in codes:
        frames = frames[: codes.index(request.handler) + 1]
    facts = application.facts(frames)
    return facts or ((application.fact_of(request.handler),) if request.handler is not None else ())


def _evidence(
    kind: Kind,
    sink: str,
    frames: tuple[Frame, ...],
    request: Request | None,
    *,
    confidence: float,
    attack: bool = False,
    origins: tuple[Origin, ...] = (),
    context: str = "",
) -> Evidence:
    return Evidence(
        kind=kind,
        attack=attack,
        confidence=round(confidence, 2),
        sink=sink,
        frames=frames,
        origins=origins,
        method=request.method if request else "",
        path=request.path if request else "",
        route=(request.route or "") if request else "",
        context=context,
        probe=request.probe if request else "",
    )


def _record(examination: Examination, request: Request | None, evidence: Evidence) -> None:
    """Once a request: a loop over a vulnerable call counts as one."""
    if request is not None:
        key = evidence.key()
        if key in request.reported:
            return
        request.reported.add(key)
    examination.record(evidence)


def _origin(value: Value, fleet_key: bytes) -> Origin:
    return Origin(value.part, value.name, shape(value.text), fingerprint(value.text, fleet_key))


def _as_text(argument: Any) -> str:
    if isinstance(argument, str):
        return argument[:LONGEST_ARGUMENT]
    if isinstance(argument, bytes | bytearray | memoryview):
        return bytes(argument[:LONGEST_ARGUMENT]).decode("utf-8", "replace")
    if isinstance(argument, os.PathLike):
        return _as_text(os.fspath(argument))
    return ""
