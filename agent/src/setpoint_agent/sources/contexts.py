"""Lets a request follow its work into threads, pools and tasks, and notes who handed it over (`handovers`).

Tasks and callbacks of asyncio, and greenlets of gevent, take the context along by themselves.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context
from types import ModuleType
from typing import Any, Final
from weakref import ref

from setpoint_agent.handovers import RUNNING_CALLBACKS, RUNNING_HANDED, Handover, Link, link_here, links
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request, current

POOLS: Final = ("concurrent.futures", "anyio", "aiosqlite", "asgiref", "multiprocessing.pool")
"""Whose threads outlive the request that happened to start them; what they are handed comes with its own context."""


def _started(original: Callable[..., None]) -> Callable[..., None]:
    """`Thread.start`: the new thread runs within the request that started it."""

    @functools.wraps(original)
    def start(thread: threading.Thread) -> None:
        request = current.get()
        if request is not None:
            _run_within(request, thread, Handover(sys._getframe(1)))
        original(thread)

    return start


def _submitted(original: Callable[..., Any]) -> Callable[..., Any]:
    """`ThreadPoolExecutor.submit`: the function runs within the request that handed it over."""

    @functools.wraps(original)
    def submit(executor: Any, function: Callable[..., Any], /, *arguments: Any, **keywords: Any) -> Any:
        request = current.get()
        if request is not None and callable(function):
            function = functools.partial(_call_within, request, Handover(sys._getframe(1)), function)
        return original(executor, function, *arguments, **keywords)

    return submit


def _pooled(original: Callable[..., Any]) -> Callable[..., Any]:
    """The same for `multiprocessing.pool.ThreadPool`; what a pool of processes is handed must stay what it is."""

    @functools.wraps(original)
    def hand(pool: Any, *arguments: Any, **keywords: Any) -> Any:
        request = current.get()
        if request is not None and arguments and callable(arguments[0]) and type(pool).__name__ == "ThreadPool":
            within = functools.partial(_call_within, request, Handover(sys._getframe(1)), arguments[0])
            arguments = (within, *arguments[1:])
        return original(pool, *arguments, **keywords)

    return hand


@quietly
def _run_within(request: Request, thread: threading.Thread, handover: Handover) -> None:
    target = getattr(thread, "_target", None)
    origin = f"{type(thread).__module__} {getattr(target, '__module__', '')}"
    if not any(each in origin for each in POOLS):
        within = functools.partial(_run_thread, request, handover, thread.run)
        thread.run = within  # type: ignore[method-assign]  # of this one only


def _run_thread(request: Request, handover: Handover, run: Callable[[], None]) -> None:
    try:
        _call_within(request, handover, run)
    finally:
        handover.frame = None  # a thread that has ended may be kept


def _call_within(
    request: Request, handover: Handover, function: Callable[..., Any], /, *arguments: Any, **keywords: Any
) -> Any:
    token, linked = current.set(request), links.set(handover.link)
    try:
        return function(*arguments, **keywords)
    finally:
        current.reset(token)
        links.reset(linked)


def _task_created(original: Callable[..., Any]) -> Callable[..., Any]:
    """`loop.create_task`, which all ways to start a task end in: it is linked to the one that starts it."""

    @functools.wraps(original)
    def create_task(loop: Any, coroutine: Any, **keywords: Any) -> Any:
        if current.get() is None:
            return original(loop, coroutine, **keywords) if keywords else original(loop, coroutine)
        link = Link(link_here(), inline=_runs_inline())
        token = links.set(link)
        try:
            _link(link, keywords.get("context"))
            task = original(loop, coroutine, **keywords)
        finally:
            links.reset(token)
        _fasten(link, task)
        return task

    return create_task


def _runs_inline() -> bool:
    """Whether the loop is to be run by the function that starts the task: none is running yet."""
    return sys.modules["asyncio"]._get_running_loop() is None


@quietly
def _link(link: Link, context: Context | None) -> None:
    """A task in a context of its own."""
    if context is not None:
        with suppress(RuntimeError):  # somebody is in it right now
            context.run(links.set, link)


@quietly
def _fasten(link: Link, task: Any) -> None:
    link.task = ref(task)


def _watch_callbacks(module: ModuleType) -> None:
    RUNNING_CALLBACKS.add(module.Handle._run.__code__)


RUNNING_HANDED.add(_call_within.__code__)

PATCHES: Final = (
    Patch("threading", "Thread.start", _started),
    Patch("concurrent.futures.thread", "ThreadPoolExecutor.submit", _submitted),
    *(
        Patch("multiprocessing.pool", f"Pool.{name}", _pooled)
        for name in ("apply_async", "_map_async", "imap", "imap_unordered")
    ),
    Preparation("asyncio.events", _watch_callbacks),
    Patch("asyncio.base_events", "BaseEventLoop.create_task", _task_created),
)
