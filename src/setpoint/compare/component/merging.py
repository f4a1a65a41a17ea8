"""Advisories that tell of one problem: GHSA, CVE and PYSEC that name one another, so that it is one finding.

Aliases are symmetric and transitive (OSV schema, "aliases field"); `related` and `upstream` are not, and join nothing.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from setpoint.model.advisory import LABEL, Advisory, Rating
from setpoint.model.inventory import Flaw
from setpoint.model.policy import Severity

_BEST_KNOWN: Final = ("CVE-", "GHSA-")
"""Whose ids a problem goes by: what every database refers to comes first, then what most do."""

UNRATED: Final = Severity.MEDIUM
"""Of what nobody rated, or by no vector that parses: most of PyPA's own advisories. Neither in front nor hidden."""

_DIGITS: Final = re.compile(r"(\d+)", re.ASCII)


def merge(advisories: Iterable[Advisory]) -> tuple[Flaw, ...]:
    """Each problem once, by id. What was withdrawn tells of none, and joins none."""
    in_force = [each for each in advisories if each.withdrawn is None]
    parents: dict[str, str] = {}
    for advisory in in_force:
        for alias in (advisory.id, *advisory.aliases):
            parents[_root(parents, alias)] = _root(parents, advisory.id)
    told: defaultdict[str, list[Advisory]] = defaultdict(list)
    for advisory in in_force:
        told[_root(parents, advisory.id)].append(advisory)
    return tuple(sorted((_flaw(each) for each in told.values()), key=lambda each: id_order(each.id)))


def id_order(identity: str) -> tuple[int, list[tuple[int, int, str]]]:
    """A sort key for ids: CVEs, GHSAs, then all others; numbers in them by value."""
    known = next((rank for rank, prefix in enumerate(_BEST_KNOWN) if identity.startswith(prefix)), len(_BEST_KNOWN))
    parts = [part for part in _DIGITS.split(identity) if part]
    return known, [(0, int(part), part) if part.isdigit() else (1, 0, part) for part in parts]


def rating_of(advisories: Iterable[Advisory]) -> Rating | None:
    """By the newest version of CVSS that any of them gives, and its highest score; else the worst word.

    None where nobody says, or no vector parses.
    """
    given = [rating for advisory in advisories for rating in advisory.ratings]
    scored = [rating for rating in given if rating.score is not None]
    if scored:
        return max(scored, key=lambda rating: (rating.system, rating.score, rating.vector))
    words = [rating for rating in given if rating.system == LABEL]
    return max(words, key=lambda rating: (rating.severity.rank, rating.vector), default=None)


def _flaw(advisories: list[Advisory]) -> Flaw:
    advisories.sort(key=lambda each: id_order(each.id))
    names = sorted({name for each in advisories for name in (each.id, *each.aliases)}, key=id_order)
    rating = rating_of(advisories)
    return Flaw(
        id=names[0],
        names=tuple(names),
        advisories=tuple(each.id for each in advisories),
        summary=next((each.summary for each in advisories if each.summary), ""),
        severity=rating.severity if rating else UNRATED,
        score=rating.score if rating else None,
    )


def _root(parents: dict[str, str], name: str) -> str:
    """Halving the path on the way, so that long chains stay short."""
    parents.setdefault(name, name)
    while parents[name] != name:
        parents[name] = parents[parents[name]]
        name = parents[name]
    return name
