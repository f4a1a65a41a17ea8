"""Replaces a function by its wrapper, everywhere that it is already known under a name.

A function that other modules imported by name before the agent started (`from os import system`) is replaced in their
namespaces too, so that `import setpoint_agent; setpoint_agent.start()` late in a program still sees it.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from setpoint_agent.patching.interface import Patch

MARK: Final = "__setpoint_original__"
"""On every wrapper: what it wraps; so that nothing is wrapped twice and all can be undone."""


def apply(patch: Patch, module: ModuleType) -> bool:
    """Put `patch` in place; False if the library has no such function (another version) or it is wrapped already."""
    owner: Any = module
    *holders, name = patch.attribute.split(".")
    for holder in holders:
        owner = getattr(owner, holder, None)
        if owner is None:
            return False
    described = _described(owner, name)
    if described is None:
        return False
    kind, original = described
    if hasattr(original, MARK):
        return False
    wrapper = _marked(patch.wrap(original), original)
    setattr(owner, name, kind(wrapper) if kind else wrapper)
    if owner is module:
        _rebind(original, wrapper, name)
    return True


def _described(owner: Any, name: str) -> tuple[type | None, Callable[..., Any]] | None:
    """How `name` is held by `owner` (itself or a base of it), and the function behind a class or static method."""
    spaces = [vars(owner)] if isinstance(owner, ModuleType) else [vars(each) for each in getattr(owner, "__mro__", ())]
    for space in spaces:
        if name in space:
            held = space[name]
            if isinstance(held, classmethod | staticmethod):
                return type(held), held.__func__
            return (None, held) if callable(held) else None
    return None


def _marked(wrapper: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    if not hasattr(wrapper, "__wrapped__"):
        functools.update_wrapper(wrapper, original)
    setattr(wrapper, MARK, original)
    return wrapper


def _rebind(original: Callable[..., Any], wrapper: Callable[..., Any], name: str) -> None:
    for module in list(sys.modules.values()):
        space = getattr(module, "__dict__", None)
        if not isinstance(space, dict) or str(getattr(module, "__name__", "")).partition(".")[0] == "setpoint_agent":
            continue
        # By the same name first: the common case costs one lookup a module, not a walk through every namespace.
        if space.get(name) is original:
            space[name] = wrapper
