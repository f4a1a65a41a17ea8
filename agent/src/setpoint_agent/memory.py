"""Remembers objects, not what they are equal to: a statement that the code holds is looked at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

address: Final[Callable[[object], int]] = object.__hash__
"""Which object it is, by its address, as `id` tells it; but each time that is an event for audit hooks."""


class Seen:
    """A bounded set of objects by identity. It keeps them alive, so that no other object can take their place."""

    __slots__ = ("_half", "_older", "_younger")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._younger: dict[tuple[str, int], object] = {}
        self._older: dict[tuple[str, int], object] = {}

    def __len__(self) -> int:
        return len(self._younger) + len(self._older)

    def holds(self, name: str, item: object) -> bool:
        """Whether this very object was added under `name`."""
        key = (name, address(item))
        return key in self._younger or key in self._older

    def add(self, name: str, item: object) -> None:
        """The older half goes whole when the younger is full, so that adding never walks."""
        if len(self._younger) >= self._half:
            self._older, self._younger = self._younger, {}
        self._younger[name, address(item)] = item

    def clear(self) -> None:
        self._younger, self._older = {}, {}
