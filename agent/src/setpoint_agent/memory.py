"""A bounded set that forgets what was added first; for what would cost more to find out again than to remember."""

from __future__ import annotations

from collections.abc import Hashable


class Remembered:
    """Two halves: the older one is dropped whole when the younger is full, so that adding never walks."""

    __slots__ = ("_half", "_older", "_younger")

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._younger: set[Hashable] = set()
        self._older: set[Hashable] = set()

    def __contains__(self, key: Hashable) -> bool:
        return key in self._younger or key in self._older

    def __len__(self) -> int:
        return len(self._younger) + len(self._older)

    def add(self, key: Hashable) -> None:
        if len(self._younger) >= self._half:
            self._older, self._younger = self._younger, set()
        self._younger.add(key)

    def clear(self) -> None:
        self._younger, self._older = set(), set()
