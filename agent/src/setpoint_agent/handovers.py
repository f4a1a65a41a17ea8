"""Where work was handed over: a function to a thread or a pool, a coroutine to a task, a callback to an event loop.

What runs there has no caller who is of the request. `outwards` goes on with the frames of whoever handed it over:
`stack` asks it for the application's frames, sinks for who made a call. `sources.contexts` notes the hand-overs.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextvars import ContextVar
from types import CodeType, FrameType
from typing import Any, Final
from weakref import ReferenceType, ref

from setpoint_agent.request import current

DEEPEST: Final = 200
"""Frames looked at from the sink outwards."""
MOST_LINKS: Final = 16
"""Tasks that started one another."""

ENTRIES: Final[set[CodeType]] = set()
"""Functions of `sources` in which a request begins: what is around them is the server's (and the script's that runs
it), not the request's."""
RUNNING_HANDED: Final[set[CodeType]] = set()
"""Functions of `sources` that call what was handed over; their local `handover` tells by whom."""
RUNNING_CALLBACKS: Final[set[CodeType]] = set()
"""Functions of event loops that call what is due: what is around them runs the loop."""

_HANDING: Final = frozenset({"anyio", "asgiref", "asyncio", "concurrent", "multiprocessing", "sched", "threading"})
_HANDING_MODULES: Final = frozenset({"fastapi.concurrency", "starlette.background", "starlette.concurrency"})
"""Packages and modules of which the functions run others' functions elsewhere."""
_OWN: Final = "setpoint_agent"


class Handover:
    """Who handed over what a thread runs. It is held until that is done, and not longer: a frame keeps everything
    alive that it names."""

    __slots__ = ("frame", "line", "link")

    def __init__(self, frame: FrameType | None) -> None:
        self.frame = frame
        self.line = frame.f_lineno if frame is not None else 0
        """Where the function was when it handed the work over; by now it has gone on."""
        self.link = link_here()


class Link:
    """A task of a request (or the coroutine that it begins in), and the one that started it. They are only referred to
    weakly."""

    __slots__ = ("begins", "inline", "outer", "task")

    def __init__(
        self, outer: Link | None, *, inline: bool, begins: bool = False, task: ReferenceType[Any] | None = None
    ) -> None:
        self.outer = outer
        self.begins = begins
        """Whether the request begins in it."""
        self.inline = inline
        """Whether its event loop runs inside of the function that started it (`asyncio.run`)."""
        self.task = task


links: Final[ContextVar[Link | None]] = ContextVar("setpoint_link", default=None)
"""Of the task that this context belongs to; None where no task answers the request."""


def running_task() -> Any:
    """asyncio's current task; None outside of any, also where asyncio is not even loaded."""
    asyncio = sys.modules.get("asyncio")
    if asyncio is None or asyncio._get_running_loop() is None:
        return None
    return asyncio.current_task()


def link_here() -> Link | None:
    """Of the task that runs: nothing is noted when a request begins in a coroutine of the agent's own."""
    link, request = links.get(), current.get()
    if link is None and request is not None and request.coroutine is not None:
        return Link(None, inline=False, begins=True, task=ref(request.coroutine))
    return link


def first_link() -> Link:
    """Of the task that a request begins in."""
    task = running_task()
    return Link(None, inline=False, begins=True, task=ref(task) if task is not None else None)


def hands_over(frame: FrameType) -> bool:
    """Whether a function merely runs what it was given, for whoever gave it."""
    name = frame.f_globals.get("__name__") or ""
    package = name.partition(".")[0]
    if package == _OWN:
        return frame.f_code in RUNNING_HANDED
    return package in _HANDING or name in _HANDING_MODULES


def outwards(frame: FrameType | None) -> Iterator[FrameType]:
    """`frame`, its callers, then those who handed the work over, up to where the request begins."""
    seen: set[FrameType] = set()
    inline = _is_inline()
    for _ in range(DEEPEST):
        if frame is None or (frame.f_code in RUNNING_CALLBACKS and not inline):
            break
        if frame.f_code in ENTRIES:
            return
        if frame.f_code in RUNNING_HANDED:
            frame = frame.f_locals["handover"].frame
        else:
            seen.add(frame)
            yield frame
            frame = frame.f_back
    yield from _waiting(seen)


def handed_lines(frame: FrameType | None) -> dict[FrameType, int]:
    """Functions that handed over what `frame` is part of, and the lines on which they did."""
    lines: dict[FrameType, int] = {}
    for _ in range(DEEPEST):
        if frame is None or frame.f_code in ENTRIES:
            break
        if frame.f_code in RUNNING_HANDED:
            handover = frame.f_locals["handover"]
            frame = handover.frame
            if frame is not None:
                lines[frame] = handover.line
        else:
            frame = frame.f_back
    return lines


def _is_inline() -> bool:
    link, running = links.get(), running_task()
    return link is not None and link.inline and running is not None and link.task is not None and link.task() is running


def _waiting(seen: set[FrameType]) -> Iterator[FrameType]:
    """The frames of the tasks behind this one, which wait for it or have gone on; the innermost first."""
    running = running_task()
    for link in _behind(link_here()):
        task = link.task() if link.task is not None else None
        if task is None or task is running or getattr(task, "cr_running", False):
            continue
        frames = _suspended(task)
        if link.begins and not any(each.f_code in ENTRIES for each in frames):
            return  # the request was answered, and its task does something else
        for each in frames:
            if each.f_code in ENTRIES:
                return
            frame = each.f_locals["handover"].frame if each.f_code in RUNNING_HANDED else each
            if frame is not None and frame not in seen:
                seen.add(frame)
                yield frame


def _behind(link: Link | None) -> Iterator[Link]:
    for _ in range(MOST_LINKS):
        if link is None:
            return
        yield link
        link = link.outer


def _suspended(task: Any) -> list[FrameType]:
    """The frames of a task's coroutines (or of one and those behind it), each of which awaits the one before."""
    frames: list[FrameType] = []
    get_coroutine = getattr(task, "get_coro", None)
    awaited: Any = task if get_coroutine is None else get_coroutine()
    while awaited is not None and len(frames) < DEEPEST:
        for kind in ("cr", "gi", "ag"):
            frame = getattr(awaited, f"{kind}_frame", None)
            if frame is not None:
                frames.insert(0, frame)
                awaited = getattr(awaited, "gi_yieldfrom" if kind == "gi" else f"{kind}_await")
                break
        else:
            break
    return frames
