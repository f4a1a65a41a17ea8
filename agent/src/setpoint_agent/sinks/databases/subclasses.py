"""Subclasses in the place of types written in C, whose methods nothing can replace. Used for sqlite3 and psycopg2.

A class that the application gives as factory keeps its place: `class Watched(Theirs, Ours)` puts the agent's methods
behind theirs, where their `super()` looks for the original ones.
"""

from __future__ import annotations

import functools
from types import FunctionType
from typing import Any

from setpoint_agent.quiet import quietly


@quietly
def watched_class(theirs: Any, ours: type) -> type | None:
    """`theirs` with the agent's methods behind its own; None where it is no class but a function that makes objects."""
    return _watched(theirs, ours) if isinstance(theirs, type) else None


def disguised(ours: type, theirs: type) -> type:
    """`ours`, named and documented like the class in whose place it is: for logs, messages and `inspect`."""
    ours.__name__, ours.__qualname__, ours.__module__ = theirs.__name__, theirs.__qualname__, theirs.__module__
    ours.__doc__ = theirs.__doc__
    for name, method in list(vars(ours).items()):
        if isinstance(method, FunctionType) and hasattr(theirs, name):
            functools.update_wrapper(method, getattr(theirs, name))
    return ours


@functools.lru_cache(maxsize=256)
def _watched(theirs: type, ours: type) -> type:
    if issubclass(theirs, ours):
        return theirs
    if issubclass(ours, theirs):
        return ours
    metaclass: Any = type(theirs)
    return disguised(metaclass(theirs.__name__, (theirs, ours), {"__slots__": ()}), theirs)
