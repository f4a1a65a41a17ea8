"""Puts families of patches in place: now for libraries that are imported, else when they are."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterable
from types import ModuleType
from typing import Final

from setpoint_agent.patching import audit
from setpoint_agent.patching.imports import watch
from setpoint_agent.patching.interface import Patch, Preparation
from setpoint_agent.patching.replace import all_at_once, apply
from setpoint_agent.quiet import quietly

_placed: Final[set[str]] = set()


def place(families: Iterable[str]) -> None:
    """Each module of `setpoint_agent` that is named, once for a process."""
    watch.install()
    with all_at_once():
        for name in families:
            if name not in _placed:
                _placed.add(name)
                _place(name)
    audit.install()


@quietly
def _place(name: str) -> None:
    """One family; if it cannot be put in place, the others still are."""
    family = importlib.import_module(f"setpoint_agent.{name}")
    steps: tuple[Patch | Preparation, ...] = getattr(family, "PATCHES", ())
    for step in steps:
        if isinstance(step, Patch):
            watch.when_imported(step.module, functools.partial(_apply, step))
        else:
            watch.when_imported(step.module, step.prepare)
    for event, listener in getattr(family, "AUDITS", {}).items():
        audit.listen(event, listener)


def _apply(patch: Patch, module: ModuleType) -> None:
    apply(patch, module)
