"""The ends of a process that Python's `atexit` is not told of, so that evidence is not lost with them.

A worker of a pool leaves by `os._exit`; a server that was told to stop may raise its signal once more after its
clean-up; `os.exec…` puts another program in the process's place. Put in place by `agent`, like every other family.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from typing import Any, Final, Protocol

from setpoint_agent.patching.interface import Patch
from setpoint_agent.quiet import quietly

ENDING: Final = ("SIGHUP", "SIGINT", "SIGQUIT", "SIGABRT", "SIGKILL", "SIGTERM")
"""Signals that a process is told to end by, and ends at once where it has no handler (signal(7))."""


class LastWords(Protocol):
    """What is still to be said before an end."""

    def __call__(self, *, ends: bool) -> None:
        """`ends`: the process does; else another program goes on in it."""
        ...


_listener: LastWords | None = None


def before_an_end(listener: LastWords | None) -> None:
    """Have `listener` called from now on, and no other."""
    global _listener  # noqa: PLW0603 - one agent a process
    _listener = listener


@quietly
def _say_last_words(*, ends: bool) -> None:
    if _listener is not None:
        _listener(ends=ends)


def _leaving(original: Callable[..., Any]) -> Callable[..., Any]:
    """`os._exit`."""

    @functools.wraps(original)
    def _exit(*arguments: Any, **keywords: Any) -> Any:
        _say_last_words(ends=True)
        return original(*arguments, **keywords)

    return _exit


def _raising(original: Callable[..., Any]) -> Callable[..., Any]:
    """`signal.raise_signal`, as uvicorn ends with."""

    @functools.wraps(original)
    def raise_signal(*arguments: Any, **keywords: Any) -> Any:
        _before_signal(*arguments)
        return original(*arguments, **keywords)

    return raise_signal


@quietly
def _before_signal(number: int = 0, *_: Any) -> None:
    import signal  # whoever sends one has it

    if any(number == getattr(signal, each) for each in ENDING) and signal.getsignal(number) in {signal.SIG_DFL, None}:
        _say_last_words(ends=True)


def _kills(arguments: tuple[Any, ...]) -> None:
    process, number = arguments
    if process == os.getpid():
        _before_signal(number)


def _executes(_: tuple[Any, ...]) -> None:
    _say_last_words(ends=False)


PATCHES: Final = (
    Patch("os", "_exit", _leaving),
    Patch("signal", "raise_signal", _raising),
)
AUDITS: Final = {"os.exec": _executes, "os.kill": _kills}
