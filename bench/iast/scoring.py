"""From findings to numbers: for each category the rate of what was found, less the rate of what was invented."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from bench.iast.cases import Case
from bench.iast.tools import Finding


@dataclass(frozen=True, slots=True)
class CategoryScore:
    category: str
    vulnerable: int
    found: int
    safe: int
    invented: int
    """Safe cases that were called vulnerable."""

    @property
    def true_positives(self) -> float:
        return self.found / self.vulnerable

    @property
    def false_positives(self) -> float:
        return self.invented / self.safe

    @property
    def score(self) -> float:
        """In percent."""
        return 100 * (self.true_positives - self.false_positives)


@dataclass(frozen=True, slots=True)
class Scores:
    categories: Sequence[CategoryScore]
    missed: Sequence[str]
    """Ids of the vulnerable cases that were not found."""
    invented: Sequence[str]
    """Ids of the safe cases that were."""
    asked: int
    """How many cases there were to find something in: fewer than all where what they need is not there."""

    @property
    def overall(self) -> float:
        """The mean over the categories, so that a large one weighs no more than a small one."""
        return mean(each.score for each in self.categories)

    def document(self) -> dict[str, Any]:
        """As `scores.json` keeps them."""
        categories = {each.category: round(each.score, 1) for each in self.categories}
        return {"overall": round(self.overall, 1), "asked": self.asked, "categories": categories}


def score(cases: Sequence[Case], findings: Iterable[Finding]) -> Scores:
    told = _told(cases, findings)
    categories = [
        _of_category(name, [case for case in cases if case.category == name], told)
        for name in sorted({case.category for case in cases})
    ]
    missed = [case.id for case in cases if case.vulnerable and case.id not in told]
    invented = [case.id for case in cases if not case.vulnerable and case.id in told]
    return Scores(categories, missed, invented, len(cases))


def _told(cases: Sequence[Case], findings: Iterable[Finding]) -> frozenset[str]:
    """Ids of the cases that some finding is of."""
    by_path = {case.path: case for case in cases}
    told = ((by_path.get(finding.route), finding.cwe) for finding in findings)
    return frozenset(case.id for case, cwe in told if case is not None and cwe & case.cwe)


def _of_category(name: str, cases: Sequence[Case], told: frozenset[str]) -> CategoryScore:
    vulnerable = [case.id for case in cases if case.vulnerable]
    safe = [case.id for case in cases if not case.vulnerable]
    return CategoryScore(name, len(vulnerable), len(told & {*vulnerable}), len(safe), len(told & {*safe}))
