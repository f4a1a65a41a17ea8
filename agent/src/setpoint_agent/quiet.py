"""Keeps whatever goes wrong inside the agent inside the agent: caught, counted, told once for each kind.

Every function that the application can reach (a wrapper, a hook, an import) runs its own part through `quietly`. What
the application's own code raises is never touched: wrappers call the application outside of it.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections import Counter
from collections.abc import Callable
from typing import Any, Final, ParamSpec, TypeVar

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MOST_KINDS: Final = 100
"""Kinds of mishaps told apart; more count as one."""


class Mishaps:
    """What went wrong so far, by kind."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._untold: list[str] = []
        self._lock = threading.Lock()

    def record(self, where: str, error: BaseException) -> None:
        """Count an error; its kind is where it was raised and what it was, never its words: they may hold a value."""
        kind = f"{where}: {type(error).__name__} at {_origin(error)}"
        with self._lock:
            if kind not in self._counts and len(self._counts) >= MOST_KINDS:
                kind = "more"
            if kind not in self._counts:
                self._untold.append(kind)
            self._counts[kind] += 1

    def counts(self) -> dict[str, int]:
        with self._lock:
            return dict(self._counts)

    def take_untold(self) -> list[str]:
        """The kinds that were not told yet; they count as told from now on."""
        with self._lock:
            untold, self._untold = self._untold, []
        return untold


mishaps: Final = Mishaps()
"""The process's own; `reporting` sends it."""


def quietly(work: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result | None]:
    """`work`, but an error of its own ends as None and a count. BaseExceptions (exit, interrupt) pass."""

    @functools.wraps(work)
    def quiet(*args: _Arguments.args, **kwargs: _Arguments.kwargs) -> _Result | None:
        try:
            return work(*args, **kwargs)
        except Exception as error:  # noqa: BLE001 - the one place that keeps the agent from the application
            mishaps.record(work.__qualname__, error)
            return None

    return quiet


def _origin(error: BaseException) -> str:
    traceback: Any = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    if traceback is None:
        return "?"
    return f"{traceback.tb_frame.f_code.co_filename.rpartition('/')[2]}:{traceback.tb_lineno}"


def told(text: str) -> None:
    """Say one line of the agent's own on the error stream; used for what a person must know, once."""
    try:
        sys.stderr.write(f"setpoint-agent: {text}\n")
    except (OSError, ValueError):  # the stream is closed
        return
