"""Stands in for a function written in C that is wrapped, so that nothing but its calls can tell the difference."""

from __future__ import annotations

import functools
from collections.abc import Callable
from types import BuiltinFunctionType
from typing import Any


class StandIn:
    """A wrapper in the place of a function of C.

    A function written in Python would become a method where a class holds it (`class Files: stat = os.stat`), would not
    be found in sets of the original (`os.stat in os.supports_fd`), and could not be told apart by neither. This is
    called, hashed, compared, copied and pickled like the original.
    """

    def __init__(self, wrapper: Callable[..., Any], original: Callable[..., Any]) -> None:
        functools.update_wrapper(self, original)
        self._wrapper = wrapper
        self._original = original

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return self._wrapper(*arguments, **keywords)

    def __eq__(self, other: object) -> bool:
        return other is self or other == self._original

    def __hash__(self) -> int:
        return hash(self._original)

    def __repr__(self) -> str:
        return repr(self._original)

    def __reduce__(self) -> str:
        return self._original.__name__  # by its name in its module, as functions are pickled


def in_place_of(original: Callable[..., Any], wrapper: Callable[..., Any]) -> Callable[..., Any]:
    """`wrapper`, fit to be put where `original` was."""
    if isinstance(original, BuiltinFunctionType):
        return StandIn(wrapper, original)
    return functools.update_wrapper(wrapper, original)
