"""Whether what some statements speak of covers all that another speaks of: every action on every resource.

Decided exactly, over all texts that the patterns could ever fit: no list of actions or resources is needed, and `s3:*`
is more than all actions of today. Where the patterns overlap in more ways than are looked at, nothing is covered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from setpoint.compare.identity.aws.automaton import Automaton, TooManyStatesError
from setpoint.compare.identity.aws.patterns import (
    Matcher,
    Sign,
    Token,
    Tokens,
    Variable,
    matcher,
    resource_tokens,
    tokens_of,
)
from setpoint.model.iam import Selection

ANYTHING: Final[Tokens] = (Sign.MANY,)

MOST_KEPT: Final = 65_536
"""Answers that are kept: most principals of an account are granted the same few things."""


@dataclass(frozen=True, slots=True)
class Space:
    """What fits one of some patterns, or none of them: actions, or resources."""

    patterns: frozenset[Tokens]
    negated: bool = False

    @property
    def is_everything(self) -> bool:
        return ANYTHING in self.patterns and not self.negated


EVERYTHING: Final = Space(frozenset({ANYTHING}))


@dataclass(frozen=True, slots=True)
class Box:
    """What one statement speaks of."""

    actions: Space
    resources: Space


def space_of_actions(selection: Selection) -> Space:
    tokens = (tokens_of("*" if each == "*:*" else each.lower()) for each in selection.patterns)
    return Space(frozenset(tokens), selection.negated)


def space_of_resources(selection: Selection | None, *, variables: bool) -> Space:
    """Of a policy that is about what it is attached to, everything."""
    if selection is None:
        return EVERYTHING
    tokens = (_literal(resource_tokens(each, variables=variables)) for each in selection.patterns)
    return Space(frozenset(tokens), selection.negated)


def space_of_names(names: Sequence[str], *, negated: bool) -> Space:
    """Of names in which only a `*` by itself stands for others."""
    return Space(frozenset(ANYTHING if each == "*" else (each,) for each in names), negated)


def covers(wide: Sequence[Box], narrow: Box) -> bool:
    """Whether all of them together cover the narrow one."""
    return narrow in wide or _covered(narrow, frozenset(wide))


def overlaps(one: Box, others: Sequence[Box]) -> bool:
    """Whether any of them speaks of anything that it speaks of; where that is not decided, it may."""
    return one in others or _overlaps(one, frozenset(others))


def marked(text: str, *, variables: bool) -> str:
    """A value of a condition, in which what is a variable is told from what is spelt like one."""
    if not variables:
        return text
    tokens = tokens_of(text, wildcards=False, variables=True)
    return "".join(each for each in _literal(tokens) if isinstance(each, str))


@lru_cache(maxsize=MOST_KEPT)
def _covered(narrow: Box, wide: frozenset[Box]) -> bool:
    if any(each.actions.is_everything and each.resources.is_everything for each in wide):
        return True
    try:
        return all(
            bool(acting) and all(_classes(narrow.resources, [each.resources for each in acting]))
            for acting in _acting(narrow, list(wide))
        )
    except TooManyStatesError:
        return False


@lru_cache(maxsize=MOST_KEPT)
def _overlaps(one: Box, others: frozenset[Box]) -> bool:
    try:
        return any(
            any(_classes(one.resources, [each.resources for each in acting])) for acting in _acting(one, list(others))
        )
    except TooManyStatesError:
        return True


def _acting(one: Box, others: Sequence[Box]) -> Iterator[Sequence[Box]]:
    """For each kind of action that it speaks of: which of the others speak of it."""
    for numbers in _classes(one.actions, [each.actions for each in others]):
        yield [others[number] for number in numbers]


def _classes(wanted: Space, others: Sequence[Space]) -> Iterator[Sequence[int]]:
    """For each kind of text that is wanted: the numbers of the others that have it.

    Two texts are of one kind where the same of all these patterns fit them.
    """
    left_out = wanted.patterns if wanted.negated else frozenset()
    told_apart = sorted({*left_out, *(tokens for each in others for tokens in each.patterns)} - {ANYTHING}, key=str)
    fitting = {tokens: matcher(tokens) for tokens in (*told_apart, ANYTHING)}
    for base in sorted({ANYTHING} if wanted.negated else wanted.patterns, key=str):
        for text in _texts(base, told_apart):
            if not _has(text, left_out, fitting):
                yield [
                    number
                    for number, each in enumerate(others)
                    if _has(text, each.patterns, fitting) is not each.negated
                ]


def _texts(base: Tokens, told_apart: Sequence[Tokens]) -> Iterator[str]:
    """One of each kind; of a text without wildcards there is one."""
    if all(isinstance(each, str) for each in base):
        yield "".join(str(each) for each in base)
        return
    yield from Automaton(base, told_apart).texts()


def _has(text: str, patterns: frozenset[Tokens], fitting: dict[Tokens, Matcher]) -> bool:
    return any(fitting[tokens](text) for tokens in patterns)


def _literal(tokens: Tokens) -> Tokens:
    """With every variable as a text that nobody can spell: it is the same as itself, and as what any text fits."""
    found: list[Token] = []
    for each in tokens:
        part: Token = f"\0{each.key}={each.default}\0" if isinstance(each, Variable) else each
        last = found[-1] if found else None
        if isinstance(part, str) and isinstance(last, str):
            found[-1] = last + part
        else:
            found.append(part)
    return tuple(found)
