"""Replaces a function by its wrapper, everywhere that it is already known under a name.

A function that other modules imported by name before the agent started (`from os import system`) is replaced in their
namespaces too, so that `import setpoint_agent; setpoint_agent.start()` late in a program still sees it.
"""

from __future__ import annotations

import functools
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import ModuleType
from typing import Any, Final

from setpoint_agent.patching.interface import Patch, Wrap

MARK: Final = "__setpoint_original__"
"""On every wrapper: what it wraps; so that nothing is wrapped twice and all can be undone."""
OWN_PACKAGE: Final = "setpoint_agent"

Replacement = tuple[Callable[..., Any], Callable[..., Any], str]
"""(original, wrapper, name)."""


class _Waiting(threading.local):
    """What this thread has put in place within `all_at_once`, to be rebound at its end."""

    def __init__(self) -> None:
        self.batches: list[list[Replacement]] = []


_waiting: Final = _Waiting()


def apply(patch: Patch, module: ModuleType) -> bool:
    """Put `patch` in place; False if the library has no such function (another version) or it is wrapped already."""
    owner: Any = module
    *holders, name = patch.attribute.split(".")
    for holder in holders:
        owner = getattr(owner, holder, None)
        if owner is None:
            return False
    placed = put(owner, name, patch.wrap, over=patch.over)
    if placed is None:
        return False
    if owner is module:
        rebind([(*placed, name)])
    return True


def put(
    owner: Any, name: str, wrap: Wrap, *, over: bool = False
) -> tuple[Callable[..., Any], Callable[..., Any]] | None:
    """Wrap what `owner`, a module or class, holds as `name`: (original, wrapper); None: nothing there, or wrapped."""
    described = _described(owner, name)
    if described is None:
        return None
    kind, original = described
    if hasattr(original, MARK) and not over:
        return None
    wrapper = _named(wrap(original), original)
    if not over:  # what lies over a wrapper, or will, is not in the way of the one that is not
        setattr(wrapper, MARK, original)
    setattr(owner, name, kind(wrapper) if kind else wrapper)
    return original, wrapper


def rebind(replacements: Iterable[Replacement]) -> None:
    """Put each wrapper wherever a module holds its original under that name: now, or at the end of `all_at_once`."""
    if _waiting.batches:
        _waiting.batches[-1].extend(replacements)
        return
    # Of two wrappers of one bound method the latter has the former inside.
    replacements = list(
        {(id(original), name): (original, wrapper, name) for original, wrapper, name in replacements}.values()
    )
    for space in _namespaces() if replacements else ():
        # By the same name only: that costs one lookup a module, not a walk through every namespace.
        for original, wrapper, name in replacements:
            if space.get(name) is original:
                space[name] = wrapper


@contextmanager
def all_at_once() -> Iterator[None]:
    """Many patches, and one walk through all modules for them together."""
    _waiting.batches.append([])
    try:
        yield
    finally:
        rebind(_waiting.batches.pop())


def _namespaces() -> Iterator[dict[str, Any]]:
    """Of every module but the agent's own; asked in a way that does not make a lazy module load itself."""
    for module in list(sys.modules.values()):
        with suppress(AttributeError):
            space = object.__getattribute__(module, "__dict__")
            if isinstance(space, dict) and not str(space.get("__name__")).startswith(OWN_PACKAGE):
                yield space


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


def _named(wrapper: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    return wrapper if hasattr(wrapper, "__wrapped__") else functools.update_wrapper(wrapper, original)
