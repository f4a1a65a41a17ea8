"""A text that a pattern of a schema accepts. Called by `values`.

Patterns come from the target's document, so they are never matched here (one may be made to take for ever): the text
is made along the pattern, in one pass. What cannot be made so (looking ahead or behind, references back) has none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MAX_REPEATS: Final = 1_000
"""Of one piece: a longer text is no seed."""

MAX_NESTED: Final = 20

_CLASSES: Final = {"d": "7", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}
"""A character of each class of ECMA-262, which JSON Schema's patterns follow."""

_CONTROLS: Final = {"n": "\n", "t": "\t", "r": "\r", "f": "\f", "v": "\v", "0": "\0"}

_LIKELY: Final = "aA7-_ .@:/+,#x~!"
"""Tried for classes that leave characters out."""


class _UnmadeError(Exception):
    """The pattern asks for what is not made here."""


def text_matching(pattern: str) -> str | None:
    """A text that the pattern accepts as a whole; None where none can be told."""
    try:
        reader = _Reader(pattern)
        text = reader.alternatives(0)
    except _UnmadeError:
        return None
    return text if reader.at == len(pattern) else None


@dataclass(slots=True)
class _Reader:
    pattern: str
    at: int = 0

    def alternatives(self, nested: int) -> str:
        """The first branch; the others are read over."""
        if nested > MAX_NESTED:
            raise _UnmadeError
        first = self._sequence(nested)
        while self._next() == "|":
            self.at += 1
            self._sequence(nested)
        return first

    def _sequence(self, nested: int) -> str:
        made: list[str] = []
        while self._next() not in ("", "|", ")"):
            piece = self._piece(nested)
            made.append(piece * self._repeats())
            if sum(map(len, made)) > MAX_REPEATS:
                raise _UnmadeError
        return "".join(made)

    def _piece(self, nested: int) -> str:
        character = self._take()
        if character in "^$":
            return ""
        if character == "(":
            return self._group(nested)
        if character == "[":
            return self._class()
        if character == "\\":
            return self._escaped()
        if character in "*+?{":
            raise _UnmadeError
        return "a" if character == "." else character

    def _group(self, nested: int) -> str:
        if self._next() == "?":
            self.at += 1
            kind = self._take()
            if kind == "<" and self._next() not in "=!":
                while self._take() != ">":
                    pass
            elif kind != ":":
                raise _UnmadeError
        text = self.alternatives(nested + 1)
        if self._take() != ")":
            raise _UnmadeError
        return text

    def _escaped(self) -> str:
        character = self._take()
        if character in _CLASSES:
            return _CLASSES[character]
        if character in "bB":
            return ""
        if character in "xu":
            return self._coded(2 if character == "x" else 4)
        if character in "123456789kpPc":
            raise _UnmadeError
        return _CONTROLS.get(character, character)

    def _coded(self, digits: int) -> str:
        code = "".join(self._take() for _ in range(digits))
        try:
            return chr(int(code, 16))
        except ValueError as error:
            raise _UnmadeError from error

    def _class(self) -> str:
        """A character of the class: its first, or one that a negated one does not name."""
        is_negated = self._next() == "^"
        self.at += is_negated
        ranges: list[tuple[str, str]] = []
        classes: set[str] = set()
        while self._next() != "]" or not (ranges or classes):
            low = self._member(classes)
            if self._next() == "-" and self.pattern[self.at + 1 : self.at + 2] not in ("]", ""):
                self.at += 1
                ranges.append((low, self._member(classes)))
            elif low:
                ranges.append((low, low))
        self.at += 1
        if not is_negated:
            return next(
                (each for each in "a7A" if any(a <= each <= b for a, b in ranges)), ranges[0][0] if ranges else "a"
            )
        named = [each for each in _LIKELY if any(low <= each <= high for low, high in ranges)]
        barred = {"d": "7", "w": "aA7_x", "s": " "}
        named += [each for name in classes for each in barred.get(name, "")]
        for each in _LIKELY:
            if each not in named:
                return each
        raise _UnmadeError

    def _member(self, classes: set[str]) -> str:
        character = self._take()
        if character != "\\":
            return character
        if self._next() in _CLASSES:
            classes.add(self._next())
        return self._escaped()

    def _repeats(self) -> int:
        """How often the piece before stands: as seldom as it may, but once where it may be left out."""
        least = {"*": 1, "+": 1, "?": 1}.get(self._next(), 0)
        if least:
            self.at += 1
        elif self._next() == "{":
            bounds, brace, _ = self.pattern[self.at + 1 :].partition("}")
            low, comma, high = bounds.partition(",")
            if not brace or not low.isdecimal() or len(low) > 4 or (high and not high.isdecimal()):
                raise _UnmadeError
            self.at += len(bounds) + 2
            least = int(low) or (1 if comma and high != "0" else 0)
        else:
            return 1
        self.at += self._next() in ("?", "+")  # as few, or as many, as may be: the same text
        return least

    def _next(self) -> str:
        return self.pattern[self.at : self.at + 1]

    def _take(self) -> str:
        character = self._next()
        if not character:
            raise _UnmadeError
        self.at += 1
        return character
