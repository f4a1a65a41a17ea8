"""An attribute that is made when it is first asked for, and then lies in the object itself.

`functools.cached_property` does the same under a lock that all objects of a class share (until Python 3.12): requests
would wait for one another, and the child of a fork for ever, for a thread that only its parent has.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

_Made = TypeVar("_Made")


class once(Generic[_Made]):  # noqa: N801 - it is written as `property` is
    """The decorator of a method that makes the attribute. Threads that ask at the same moment are given the same."""

    def __init__(self, make: Callable[[Any], _Made]) -> None:
        self._make = make
        self.__doc__ = make.__doc__

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    @overload
    def __get__(self, holder: None, owner: type) -> Self: ...
    @overload
    def __get__(self, holder: object, owner: type) -> _Made: ...
    def __get__(self, holder: object | None, owner: type) -> Self | _Made:
        if holder is None:
            return self
        made: _Made = vars(holder).setdefault(self._name, self._make(holder))
        return made
