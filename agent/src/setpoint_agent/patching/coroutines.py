"""Lets a plain function stand where a coroutine function was: it gives back the original's coroutine, with none around.

What awaits it goes through one frame less, at its start and each time that it waits.
"""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable
from typing import Any


def as_coroutine_function(wrapper: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    """`wrapper`, which `inspect` takes for a coroutine function if the `original` that it calls is one.

    From Python 3.12 on a function can be marked as one; before, only a flag of its code says so, which the interpreter
    itself asks of no code but that of real coroutines.
    """
    functools.update_wrapper(wrapper, original)
    if inspect.iscoroutinefunction(original):
        if sys.version_info >= (3, 12):
            return inspect.markcoroutinefunction(wrapper)
        code = wrapper.__code__
        wrapper.__code__ = code.replace(co_flags=code.co_flags | inspect.CO_COROUTINE)
    return wrapper
