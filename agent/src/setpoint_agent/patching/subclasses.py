"""Puts a subclass in the place of a class written in C, where what matters is how it is constructed, or called."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any

from setpoint_agent.patching.replace import MARK, rebind
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current

Look = Callable[[Any, Sequence[Any], Mapping[str, Any]], None]
"""(the instance, arguments, keywords)."""


def watch_construction(module: ModuleType, name: str, look: Look) -> bool:
    """Let `look` see each construction of the class within a request; False where it is watched already."""
    return watch_method(module, name, "__init__", look)


def watch_method(module: ModuleType, name: str, method: str, look: Look) -> bool:
    """Let `look` see each call of one method of the class within a request; False where the class is watched already.

    An instance of a subclass is one of the class, also for C code that checks; a metaclass of its own, which would make
    older instances ones of the subclass, would be in the way of applications' own subclasses.
    """
    original: Any = getattr(module, name)
    if MARK in vars(original):
        return False
    quiet = quietly(look)

    called = getattr(original, method)

    @functools.wraps(called)
    def call(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if current.get() is not None:
            quiet(self, arguments, keywords)
        return called(self, *arguments, **keywords)

    space = {
        "__slots__": (),
        method: call,
        "__doc__": original.__doc__,
        "__module__": original.__module__,
        "__qualname__": original.__qualname__,
        MARK: original,
    }
    watched = type(original)(original.__name__, (original,), space)
    setattr(module, name, watched)
    rebind([(original, watched, name)])
    return True
