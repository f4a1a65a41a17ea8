"""What a patch is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

Wrap = Callable[[Callable[..., Any]], Callable[..., Any]]
"""Makes the wrapper of a function. The wrapper calls the original outside of `quiet`, with the very same arguments."""


@dataclass(frozen=True, slots=True)
class Patch:
    """One function of one library, to be wrapped when that library is imported."""

    module: str
    attribute: str
    """`execute`, `Cursor.execute`: functions, methods (also class and static methods) of classes written in Python.
    What lies in C types takes a `Preparation`."""
    wrap: Wrap
    over: bool = False
    """Also where another family has a wrapper around the same function, whichever comes first."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """Anything else that is to be done once a module is imported: factories of C types, registries, hooks."""

    module: str
    prepare: Callable[[ModuleType], None]
