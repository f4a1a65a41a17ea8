"""For what is weak by the call alone: was the call made by the application's own code, and is it new?

A library that uses MD5 for a cache key, or a random number for a delay, is its own business: it counts who made the
call, the innermost frame. Modules whose functions merely pass a call on (`PASSING_ON`) are looked through.

A call in a loop is looked at once in a request, and once in all outside of any; after that it costs one lookup. Asking
for a frame, its code and an address are three events that the interpreter tells audit hooks of, some 0.1 µs each:
hence what an argument tells is asked first.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from types import BuiltinFunctionType, FrameType
from typing import Any, Final

from setpoint_agent.catalogue import Kind
from setpoint_agent.examination import calls_seen, is_of_application, report
from setpoint_agent.handovers import hands_over, outwards
from setpoint_agent.patching.interface import Wrap
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.switch import switch

PASSING_ON: Final = frozenset({"hashlib", "http.cookies", "pydantic.main"})
"""`hashlib.file_digest` hands on the algorithm it is given, `SimpleCookie.output` asks its items for their text, models
call what makes the default of a field (as do the initialisers that `dataclasses` and attrs generate)."""
MOST_SEEN: Final = 10_000
"""Places of calls outside of requests that are remembered."""

_OWN: Final = "setpoint_agent"

Applies = Callable[[Sequence[Any], Mapping[str, Any]], bool]
"""Whether (arguments, keywords) make a call a weak one."""


def watching(kind: Kind, sink: str, applies: Applies | None = None, *, through: Collection[str] = ()) -> Wrap:
    """The wrapper of a function whose call is a weakness, if `applies` says so of its arguments."""
    weak = quietly(applies) if applies is not None else None

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        depth = 2 if isinstance(original, BuiltinFunctionType) else 1  # a `StandIn` is in between

        def call(*arguments: Any, **keywords: Any) -> Any:
            if weak is None or weak(arguments, keywords):
                caller, request = sys._getframe(depth), current.get()
                if _place(caller) not in (calls_seen if request is None else request.reported):
                    look(caller, kind, sink, through=through)
            return original(*arguments, **keywords)

        return in_place_of(original, call)

    return wrap


@quietly
def look(caller: FrameType, *found: Any, through: Collection[str] = ()) -> None:
    """Report a weak call, once, if the application made it; `found`: kind, sink, kind, sink, …

    `through`: packages that pass this call on, however deep inside of them it is made.
    """
    if is_new_and_own(caller, through):
        for kind, sink in zip(found[::2], found[1::2], strict=True):
            report(kind, sink)


def is_new_and_own(caller: FrameType, through: Collection[str] = ()) -> bool:
    """Whether the application makes the call, and it was not looked at before; from now on it was."""
    behind = _asking(caller, through)
    return behind is not None and _is_new(behind) and is_of_application(behind.f_code.co_filename)


def _asking(frame: FrameType | None, through: Collection[str]) -> FrameType | None:
    """The innermost function that does not merely pass calls on, or run what it was handed."""
    while frame is not None:
        if hands_over(frame):
            behind = (each for each in outwards(frame) if not hands_over(each) and not _passes_on(each, through))
            return next(behind, None)
        if not _passes_on(frame, through):
            return frame
        frame = frame.f_back
    return None


def _passes_on(frame: FrameType, through: Collection[str]) -> bool:
    name = frame.f_globals.get("__name__") or ""
    package = name.partition(".")[0]
    if name in PASSING_ON or package == _OWN or package in through:
        return True
    return frame.f_code.co_name == "__init__" and frame.f_code.co_filename.startswith("<")


def _is_new(caller: FrameType) -> bool:
    request = current.get()
    if not switch.on or (request is not None and request.is_past()):
        return False
    place = _place(caller)
    if request is not None:
        new = place not in request.reported
        request.reported.add(place)
        return new
    new = place not in calls_seen
    if len(calls_seen) >= MOST_SEEN:
        calls_seen.clear()
    calls_seen[place] = caller.f_code
    return new


def _place(caller: FrameType) -> int:
    """The address of the instruction: those of a code object lie behind it in memory."""
    return id(caller.f_code) + caller.f_lasti
