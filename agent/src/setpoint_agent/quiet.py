"""Keeps whatever goes wrong inside the agent inside the agent: caught, counted, told once for each kind.

Every function that the application can reach (a wrapper, a hook, an import) runs its own part through `quietly`. What
the application's own code raises is never touched: wrappers call the application outside of it.
"""

from __future__ import annotations

import functools
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from inspect import CO_VARARGS, CO_VARKEYWORDS
from types import FunctionType
from typing import Any, Final, ParamSpec, TypeVar

from setpoint_agent.gathering import Gathering
from setpoint_agent.switch import Switch

_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")

MOST_KINDS: Final = 100
"""Kinds of mishaps told apart, `more` among them: more count as that. A report takes no more."""
MORE: Final = "more"
_PACKAGE: Final = "/setpoint_agent/"
_told_before: Final[set[str]] = set()


class Mishaps:
    """What went wrong so far, by kind."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self.begin_anew()

    def begin_anew(self) -> None:
        """At the start of a boot: a child counts its own, but does not tell again what its parent told."""
        self._counts: Counter[str] = Counter()
        self._gathered = Gathering(self._count)
        self.when_new: Callable[[], None] = _nobody

    def record(self, where: str, error: BaseException) -> None:
        """Count an error; its kind is where it was raised and what it was, never its words: they may hold a value."""
        kind = f"{where}: {type(error).__name__} at {_origin(error)}"
        self._gathered.add(kind)
        if kind not in self._counts:
            self.when_new()

    def counts(self) -> dict[str, int]:
        return self._gathered.settle(self._counts.copy)

    def take_untold(self) -> list[str]:
        """The kinds that were not told yet; they count as told from now on."""
        untold = [kind for kind in self.counts() if kind not in self._told]
        self._told.update(untold)
        return untold

    def _count(self, kinds: Sequence[str]) -> None:
        for kind in kinds:
            known = kind in self._counts or len(self._counts) < MOST_KINDS - 1
            self._counts[kind if known else MORE] += 1


def _nobody() -> None:
    """Nobody waits to hear of mishaps."""


mishaps: Final = Mishaps()
"""The process's own; `reporting` sends it."""


def quietly(work: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result | None]:
    """`work`, but an error of its own ends as None and a count. BaseExceptions (exit, interrupt) pass.

    Functions that are called in every request declare their parameters as given by position only (`/`): what calls
    those packs and unpacks nothing, which takes the interpreter a third of the time.
    """
    quiet: Any = (_BY_PARAMETERS.get(_positions_of(work)) or _taking_any)(work)
    return functools.update_wrapper(quiet, work)


def _positions_of(work: Any) -> int:
    """How many parameters a function takes by position only; 0 if it takes any in another way, or none."""
    code = work.__code__ if isinstance(work, FunctionType) else None
    if code is None or code.co_posonlyargcount != code.co_argcount or work.__defaults__:
        return 0
    return 0 if code.co_kwonlyargcount or code.co_flags & (CO_VARARGS | CO_VARKEYWORDS) else code.co_argcount


def _taking_any(work: Callable[..., Any]) -> Callable[..., Any]:
    def quiet(*arguments: Any, **keywords: Any) -> Any:
        try:
            return work(*arguments, **keywords)
        except Exception as error:  # noqa: BLE001 - the one place that keeps the agent from the application
            _count(work, error)

    return quiet


def _taking_one(work: Callable[..., Any]) -> Callable[..., Any]:
    def quiet(first: Any, /) -> Any:
        try:
            return work(first)
        except Exception as error:  # noqa: BLE001 - as above
            _count(work, error)

    return quiet


def _taking_two(work: Callable[..., Any]) -> Callable[..., Any]:
    def quiet(first: Any, second: Any, /) -> Any:
        try:
            return work(first, second)
        except Exception as error:  # noqa: BLE001 - as above
            _count(work, error)

    return quiet


def _taking_three(work: Callable[..., Any]) -> Callable[..., Any]:
    def quiet(first: Any, second: Any, third: Any, /) -> Any:
        try:
            return work(first, second, third)
        except Exception as error:  # noqa: BLE001 - as above
            _count(work, error)

    return quiet


def _taking_four(work: Callable[..., Any]) -> Callable[..., Any]:
    def quiet(first: Any, second: Any, third: Any, fourth: Any, /) -> Any:
        try:
            return work(first, second, third, fourth)
        except Exception as error:  # noqa: BLE001 - as above
            _count(work, error)

    return quiet


_BY_PARAMETERS: Final = {1: _taking_one, 2: _taking_two, 3: _taking_three, 4: _taking_four}


def quietly_by_name(listeners: Mapping[str, Callable[[Any], object]], switch: Switch) -> Callable[[str, Any], None]:
    """Calls the one of `listeners` that is meant, if the agent is on: for what is told of all sorts of things, all the
    time, and mostly of none that anybody listens to."""

    def quiet(name: str, told: Any, /) -> None:
        listener = listeners.get(name)
        if listener is not None and switch.on:
            try:
                listener(told)
            except Exception as error:  # noqa: BLE001 - as above
                _count(listener, error)

    return quiet


def _count(work: Callable[..., Any], error: Exception) -> None:
    mishaps.record(getattr(work, "__qualname__", "?"), error)


def told(text: str) -> None:
    """Say one line of the agent's own on the process's error stream; what a person must know, once.

    The stream that the process was started with: the application may have put a buffer of its own in the other's place.
    """
    stream = sys.__stderr__
    if stream is None:
        return
    try:
        stream.write(f"setpoint-agent: {text}\n")
        stream.flush()
    except (OSError, ValueError):  # it is closed
        return


def told_once(text: str) -> None:
    """The same, but what this process, or one that it was forked from, told already is not told again.

    For the threads of the agent alone, and for texts of few kinds: each is kept.
    """
    if text not in _told_before:
        _told_before.add(text)
        told(text)


def _origin(error: BaseException) -> str:
    """The innermost line of the agent's own that the error came through, but for this file's."""
    place, own = "?", False
    traceback: Any = error.__traceback__
    while traceback is not None:
        path = traceback.tb_frame.f_code.co_filename
        if path != __file__ and (not own or _PACKAGE in path):
            place, own = f"{path.rpartition('/')[2]}:{traceback.tb_lineno}", _PACKAGE in path
        traceback = traceback.tb_next
    return place
