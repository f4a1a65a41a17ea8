"""Wraps methods that a module also hands out bound to an instance of its own: `random.choice`, `jwt.encode`."""

from __future__ import annotations

from collections.abc import Iterable
from types import ModuleType

from setpoint_agent.patching.interface import Wrap
from setpoint_agent.patching.replace import put, rebind


def put_on_class(module: ModuleType, name: str, methods: Iterable[str], wrap: Wrap, *, over: bool = False) -> None:
    """Wrap `methods` of the class `name`; what the module has bound stays bound, wherever it was imported to.

    `over`: as of a `Patch`.
    """
    owner = getattr(module, name, None)
    if not isinstance(owner, type):
        return
    wrapped = [each for each in methods if put(owner, each, wrap, over=over) is not None]
    replacements = []
    for each in wrapped:
        held = vars(module).get(each)
        instance = getattr(held, "__self__", None)
        if callable(held) and isinstance(instance, owner):
            replacements.append((held, getattr(instance, each), each))
    rebind(replacements)
