"""Lets a request follow its work into threads. Tasks of asyncio and greenlets of gevent take theirs along."""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from typing import Any, Final

from setpoint_agent.patching.interface import Patch
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current
from setpoint_agent.stack import Origin, handed_over

POOLS: Final = ("concurrent.futures", "anyio", "aiosqlite", "asgiref")
"""Whose threads outlive the request that happened to start them; what they are handed comes with its own context."""


def _started(original: Callable[..., None]) -> Callable[..., None]:
    """`Thread.start`: the new thread runs within the request that started it."""

    @functools.wraps(original)
    def start(thread: threading.Thread) -> None:
        request = current.get()
        if request is not None:
            _run_within(request, thread)
        original(thread)

    return start


def _submitted(original: Callable[..., Any]) -> Callable[..., Any]:
    """`ThreadPoolExecutor.submit`: the function runs within the request that handed it over."""

    @functools.wraps(original)
    def submit(executor: Any, function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
        request = current.get()
        if request is not None and callable(function):
            function = functools.partial(_call_within, request, Origin(sys._getframe(1)), function)
        return original(executor, function, *arguments, **keywords)

    return submit


@quietly
def _run_within(request: Request, thread: threading.Thread) -> None:
    target = getattr(thread, "_target", None)
    origin = f"{type(thread).__module__} {getattr(target, '__module__', '')}"
    if not any(each in origin for each in POOLS):
        within = functools.partial(_call_within, request, Origin(sys._getframe(3)), thread.run)
        thread.run = within  # type: ignore[method-assign]  # of this one only


def _call_within(
    request: Request, origin: Origin, function: Callable[..., Any], /, *arguments: Any, **keywords: Any
) -> Any:
    token, handed = current.set(request), handed_over.set(origin.frame)
    origin.frame = None
    try:
        return function(*arguments, **keywords)
    finally:
        current.reset(token)
        handed_over.reset(handed)


PATCHES: Final = (
    Patch("threading", "Thread.start", _started),
    Patch("concurrent.futures.thread", "ThreadPoolExecutor.submit", _submitted),
)
