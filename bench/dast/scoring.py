"""Holds what a tool told against the frozen truth, one told fault at a time. Called by `bench_dast`.

`tests/assets/targets/scoring.py` judges; here is only what a tool's words come to: a fault told with examples, or with
a weakness that has several numbers, is one fault, right if any of its findings is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tests.assets.targets.check import labels
from tests.assets.targets.scoring import Finding, score

SAME_SITE: Final = {"site-tls": "site"}
"""Target → the one whose faults it has beside its own, and where they are counted."""


@dataclass(frozen=True, slots=True)
class Told:
    """One fault as a tool told it."""

    name: str
    """As the tool calls it."""
    findings: tuple[Finding, ...]
    """What it says about the target; any of them will do."""
    is_lead: bool = False
    """Whether the tool leaves it to people to look: it may find a fault, and is never held against the tool."""

    def __str__(self) -> str:
        first = self.findings[0]
        part = f" {first.part}" if first.part else ""
        return f"{self.name}: {first.method} {first.route}{part} CWE-{first.cwe}"


@dataclass(frozen=True, slots=True)
class Tally:
    found: frozenset[str]
    """Ids of the truth."""
    missed: frozenset[str]
    false: tuple[Told, ...]
    """On a near-miss; on the repaired twin, all."""
    unlabelled: tuple[Told, ...]
    """For a person to look at."""


def tally(target: str, told: Iterable[Told], *, repaired: bool) -> Tally:
    found: set[str] = set()
    false, unlabelled = [], []
    for each in dict.fromkeys(told):
        judged = score(target, each.findings, repaired=repaired)
        found |= judged.found
        if judged.found or each.is_lead:
            continue
        if judged.false:
            false.append(each)
        elif len(judged.unlabelled) == len(each.findings) and not _is_of_same_site(target, each):
            unlabelled.append(each)
    missed = frozenset() if repaired else frozenset(label["id"] for label in labels(target)) - found
    return Tally(frozenset(found), missed, tuple(false), tuple(unlabelled))


def _is_of_same_site(target: str, told: Told) -> bool:
    return target in SAME_SITE and bool(score(SAME_SITE[target], told.findings).found)


def families(target: str) -> dict[str, list[str]]:
    """Family of the truth → the ids of its faults."""
    found: dict[str, list[str]] = {}
    for label in labels(target):
        found.setdefault(label["family"], []).append(label["id"])
    return found
