"""Patterns walked together: for every set of them that one text can fit, such a text.

`possible` asks it which kinds of resource the policies tell apart. The patterns become one automaton whose state is a
set of positions, the bits of one number: a step is a few operations on numbers, however many patterns there are.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from typing import Final

from setpoint.compare.identity.aws.patterns import Sign, Token

MAX_STATES: Final = 20_000
"""Visited before it is given up; what policies hold in practice needs some hundreds."""

_FRESH: Final = "xabcdefghijklmnopqrstuvwyz0123456789-_"
"""One of them stands for every character that no pattern spells."""


class TooManyStatesError(Exception):
    """The patterns overlap in more ways than are looked at."""


class Automaton:
    """Of one pattern that a text has to fit, and of others that it may fit."""

    def __init__(self, wanted: Sequence[Token], others: Sequence[Sequence[Token]]) -> None:
        self._loops: dict[Sign, int] = dict.fromkeys((Sign.MANY, Sign.MANY_WITHIN), 0)
        self._ones: dict[Sign, int] = dict.fromkeys((Sign.ONE, Sign.ONE_WITHIN), 0)
        self._letters: dict[str, int] = {":": 0}
        self._start = self._size = 0
        self._accepting = self._add(wanted)
        self._alive = (1 << self._size) - 1
        self._finals = sum(self._add(each) for each in others)
        fresh = next((each for each in _FRESH if each not in self._letters), None)
        self._alphabet = [fresh, *sorted(self._letters)] if fresh else sorted(self._letters)

    def texts(self) -> Iterator[str]:
        """One text that is wanted for every set of the others that it can fit, shorter ones first.

        Raises `TooManyStatesError` where there may be more of them.
        """
        steps = [(each, self._staying(each), self._moving(each)) for each in self._alphabet]
        queue, seen, told = deque([(self._start, "")]), {self._start}, set[int]()
        while queue:
            state, text = queue.popleft()
            if state & self._accepting and state & self._finals not in told:
                told.add(state & self._finals)
                yield text
            for letter, staying, moving in steps:
                following = state & staying | (state & moving) << 1
                if following & self._alive and following not in seen:
                    if len(seen) >= MAX_STATES:
                        raise TooManyStatesError
                    seen.add(following)
                    queue.append((following, text + letter))

    def _add(self, tokens: Sequence[Token]) -> int:
        """The bit of the position behind the pattern's last token."""
        position = 1 << self._size
        self._start |= position
        for token in tokens:
            if isinstance(token, str):
                for letter in token:
                    self._letters[letter] = self._letters.get(letter, 0) | position
                    position <<= 1
            elif token in self._loops:
                self._loops[token] |= position
            elif token in self._ones:
                self._ones[token] |= position
                position <<= 1
            else:
                raise ValueError(f"{token} has not been filled in")
        self._size = position.bit_length()
        return position

    def _staying(self, letter: str) -> int:
        return self._loops[Sign.MANY] | (self._loops[Sign.MANY_WITHIN] if letter != ":" else 0)

    def _moving(self, letter: str) -> int:
        anything = self._ones[Sign.ONE] | (self._ones[Sign.ONE_WITHIN] if letter != ":" else 0)
        return anything | self._letters.get(letter, 0)
