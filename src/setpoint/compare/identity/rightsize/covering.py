"""Whether one pattern of `Resource` includes another, and whether two have an ARN in common.

The patterns are tokens (`compare.identity.aws.patterns`) without variables.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from setpoint.compare.identity.aws.patterns import Matcher, Sign, Token, Tokens, Variable, matcher, resource_tokens

Atom = str | Sign
"""One character, or what stands for others."""

_RUNS: Final = frozenset({Sign.MANY, Sign.MANY_WITHIN})
_WITHIN: Final = frozenset({Sign.ONE_WITHIN, Sign.MANY_WITHIN})


@lru_cache(maxsize=65_536)
def pattern_tokens(text: str) -> Tokens:
    """Of a pattern in which `${` is plain text."""
    return resource_tokens(text, variables=False)


def has_variables(tokens: Sequence[Token]) -> bool:
    return any(isinstance(each, Variable) for each in tokens)


def widened(tokens: Sequence[Token]) -> Tokens:
    """With any text in the place of variables."""
    return tuple(Sign.MANY if isinstance(each, Variable) else each for each in tokens)


@lru_cache(maxsize=65_536)
def covers(general: Tokens, special: Tokens) -> bool:
    """Whether every text that fits `special` fits `general`. Says no where that takes more than a walk to see."""
    if _is_text(special):
        return _fitting(general)(str(special[0]))
    if _is_text(general):
        return False
    wanted = list(_atoms(general))
    places = _with_skipped(wanted, {0})
    for atom in _atoms(special):
        places = _with_skipped(wanted, {after for place in places for after in _after(wanted, place, atom)})
        if not places:
            return False
    return len(wanted) in places


@lru_cache(maxsize=65_536)
def overlaps(one: Tokens, other: Tokens) -> bool:
    """Whether some text fits both."""
    if _is_text(one) or _is_text(other):
        text, pattern = (one, other) if _is_text(one) else (other, one)
        return _fitting(pattern)(str(text[0]))
    if not _begin_alike(one, other):
        return False
    first, second = list(_atoms(one)), list(_atoms(other))
    todo, seen = [(0, 0)], {(0, 0)}
    while todo:
        left, right = todo.pop()
        if (left, right) == (len(first), len(second)):
            return True
        for step in _steps(first, left, second, right):
            if step not in seen:
                seen.add(step)
                todo.append(step)
    return False


def _is_text(tokens: Tokens) -> bool:
    """Whether it stands for itself alone."""
    return len(tokens) == 1 and isinstance(tokens[0], str)


@lru_cache(maxsize=65_536)
def _fitting(tokens: Tokens) -> Matcher:
    return matcher(tokens)


def _atoms(tokens: Sequence[Token]) -> Iterator[Atom]:
    for token in tokens:
        if isinstance(token, Variable):
            raise ValueError(f"{token.text} has not been filled in")
        yield from token if isinstance(token, str) else (token,)


def _with_skipped(wanted: Sequence[Atom], places: set[int]) -> set[int]:
    """These places, and those behind wildcards that may stand for nothing."""
    todo = list(places)
    while todo:
        place = todo.pop()
        if place < len(wanted) and wanted[place] in _RUNS and place + 1 not in places:
            places.add(place + 1)
            todo.append(place + 1)
    return places


def _after(wanted: Sequence[Atom], place: int, atom: Atom) -> Iterator[int]:
    """Where the general pattern stands once it has taken whatever the atom stands for."""
    if place == len(wanted):
        return
    match wanted[place]:
        case Sign.MANY:
            yield place
        case Sign.MANY_WITHIN:
            if _stays_within(atom):
                yield place
        case Sign.ONE:
            if atom not in _RUNS:
                yield place + 1
        case Sign.ONE_WITHIN:
            if atom not in _RUNS and _stays_within(atom):
                yield place + 1
        case letter:
            if letter == atom:
                yield place + 1


def _stays_within(atom: Atom) -> bool:
    return atom in _WITHIN if isinstance(atom, Sign) else atom != ":"


def _begin_alike(one: Tokens, other: Tokens) -> bool:
    """Whether what both spell before their first wildcard agrees: most pairs end here."""
    if not one or not other or not isinstance(one[0], str) or not isinstance(other[0], str):
        return True
    return one[0].startswith(other[0]) or other[0].startswith(one[0])


def _steps(first: Sequence[Atom], left: int, second: Sequence[Atom], right: int) -> Iterator[tuple[int, int]]:
    one = first[left] if left < len(first) else ""
    other = second[right] if right < len(second) else ""
    if one in _RUNS:
        yield left + 1, right
    if other in _RUNS:
        yield left, right + 1
    if one and other and _agree(one, other):
        yield left + (one not in _RUNS), right + (other not in _RUNS)


def _agree(one: Atom, other: Atom) -> bool:
    """Whether some character fits both."""
    if isinstance(one, Sign):
        return isinstance(other, Sign) or one not in _WITHIN or other != ":"
    return _agree(other, one) if isinstance(other, Sign) else one == other
