"""The same fault with one cause on many operations, told once with examples. Used by `engine`; pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from setpoint.model.dast import WHOLE_SITE, Certainty, Fault

SITE_WIDE: Final = 3
"""Operations with the same fault from which on it is one of the site: its framework, its proxy, its template."""

MOST_EXAMPLES: Final = 10

_OF_THE_SITE: Final = ("header:", "cookie:")
"""Parts of answers that are usually set in one place for all of them."""

_OF_THE_VERIFIER: Final = frozenset(
    {
        *("token-not-verified", "token-signature-not-verified", "token-algorithm-none", "session-not-signed"),
        *("expired-token-accepted", "foreign-token-accepted", "revoked-token-accepted"),
    }
)
"""Faults of what reads tokens, which is one piece of code before all operations."""


def folded(faults: Iterable[Fault]) -> list[Fault]:
    """Each fault once, and those of the whole site as one; in the order in which they were found."""
    groups: dict[str, list[Fault]] = defaultdict(list)
    for each in {each.key: each for each in faults}.values():
        groups[_cause(each)].append(each)
    return [fault for group in groups.values() for fault in _told_once(group)]


def _cause(fault: Fault) -> str:
    """What stands in the answer itself, and what is wrong with tokens, has one; else it is a fault of its operation."""
    is_shown = fault.certainty is Certainty.OBSERVED and fault.part.startswith(_OF_THE_SITE)
    has_one = is_shown or fault.kind in _OF_THE_VERIFIER
    return f"{fault.kind}|{fault.part.lower()}" if has_one else fault.key


def _told_once(group: Sequence[Fault]) -> Sequence[Fault]:
    places = list(dict.fromkeys(_place(each) for each in group))
    examples = [place for each in group for place in each.examples]
    if len(places) + len(examples) < SITE_WIDE or len(group) == 1:
        return group
    worst = max(group, key=lambda each: each.severity.rank)
    told = list(dict.fromkeys(each for each in (*places, *examples) if each != WHOLE_SITE))[:MOST_EXAMPLES]
    return [replace(worst, method="", path=WHOLE_SITE, examples=tuple(told))]


def _place(fault: Fault) -> str:
    return WHOLE_SITE if fault.path == WHOLE_SITE else f"{fault.method} {fault.path}".strip()
