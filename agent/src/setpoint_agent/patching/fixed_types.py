"""Wraps methods of types that refuse it (those of lxml): where instances are made in C, no factory can be put between.

Such a type's namespace is a dict like any other; only the proxy that Python code is handed is read-only. What the
interpreter remembers of the type has to be dropped once it is changed, as it does itself for types that can be. The
agent claims just the versions of CPython that this is tested on.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from setpoint_agent.patching.interface import Wrap
from setpoint_agent.patching.replace import MARK


def replace_method(owner: type, name: str, wrap: Wrap) -> bool:
    """Put the wrapper of a method in its place; False where `owner` has none of its own, or it is wrapped already.

    Not for what the interpreter calls by a slot of the type (`__init__`, `__call__`): it would never be asked for.
    """
    original: Callable[..., Any] | None = vars(owner).get(name)
    space = next((each for each in gc.get_referents(vars(owner)) if isinstance(each, dict)), None)
    if original is None or space is None or hasattr(original, MARK):
        return False
    import ctypes  # a few milliseconds, only for applications that load such a library

    wrapper = wrap(original)
    setattr(wrapper, MARK, original)  # and the original lives on: call sites that are compiled already may hold it
    space[name] = wrapper
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(owner))
    return True
