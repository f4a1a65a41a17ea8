"""Functions of libraries that a view hands to Starlette to be called once the response was sent (`log.info`, `md5`).

When they are called the view has returned: who handed them over is noted with the task. Of the application's own
functions the frames say enough, so that nothing of the view is kept alive for them.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Awaitable, Callable
from types import FrameType
from typing import Any, Final
from weakref import WeakKeyDictionary

from setpoint_agent.handovers import RUNNING_HANDED, Handover
from setpoint_agent.patching.interface import Patch
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.stack import is_library

_MODULE: Final = "starlette.background"
_MODULES: Final = frozenset({_MODULE, "fastapi.background"})
_NOBODY: Final = Handover(None)
_handed: Final[WeakKeyDictionary[Any, Handover]] = WeakKeyDictionary()


def _made(original: Callable[..., None]) -> Callable[..., None]:
    """`BackgroundTask(function, …)`."""

    @functools.wraps(original)
    def __init__(task: Any, *arguments: Any, **keywords: Any) -> None:  # noqa: N807 - it is that method
        original(task, *arguments, **keywords)
        if current.get() is not None:
            _note(task, sys._getframe(1))

    return __init__


@quietly
def _note(task: Any, maker: FrameType | None) -> None:
    code = getattr(task.func, "__code__", None)
    if code is not None and not is_library(code.co_filename):
        return
    while maker is not None and maker.f_globals.get("__name__") in _MODULES:
        maker = maker.f_back
    _handed[task] = Handover(maker)


def _called(original: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    @functools.wraps(original)
    async def __call__(task: Any) -> None:  # noqa: N807 - it is that method
        handover = _handed.pop(task, _NOBODY)
        await original(task)
        del handover  # `handovers` reads it meanwhile

    RUNNING_HANDED.add(__call__.__code__)  # type: ignore[attr-defined]  # `wraps` gives back the function itself
    return __call__


PATCHES: Final = (
    Patch(_MODULE, "BackgroundTask.__init__", _made),
    Patch(_MODULE, "BackgroundTask.__call__", _called),
)
