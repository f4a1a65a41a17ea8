"""Holds what scanners told against the labelled places, and counts: what was found, and what was a false alarm.

Called by `bench_sast`; `README.md` says what a hit is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from bench.sast.labels import HERE, MODULE, Place, owners


@dataclass(frozen=True, slots=True)
class Told:
    """What was told of one line."""

    by: str
    """A tool's result by its name, a weakness by its fingerprint."""
    file: str
    """As the labels name it."""
    line: int
    cwes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Score:
    """Of some places: how many of the weaknesses were told, and how many of the false alarms."""

    weaknesses: int
    found: int
    false_alarms: int
    raised: int

    @property
    def precision(self) -> float | None:
        """The share of weaknesses among what was told; None where nothing was, or nothing wrong could be."""
        told = self.found + self.raised
        return self.found / told if told and self.false_alarms else None

    @property
    def recall(self) -> float | None:
        """None where there is no weakness."""
        return self.found / self.weaknesses if self.weaknesses else None


class Hits:
    """Which places were told, and by what."""

    def __init__(self, places: Iterable[Place], told: Iterable[Told]) -> None:
        by_line, by_function = _indexed(places)
        self.by_place: defaultdict[str, set[Told]] = defaultdict(set)
        """Id of a place → what hits it."""
        self.beside = 0
        """How much of what was told is about no place: neither right nor wrong."""
        for each in told:
            function = _function(each)
            near = () if function == MODULE else by_function.get((each.file, function), ())
            hit = {*by_line.get((each.file, each.line), ()), *(id_ for id_, cwes in near if cwes & each.cwes)}
            self.beside += not hit
            for place in hit:
                self.by_place[place].add(each)

    def told(self) -> frozenset[str]:
        return frozenset(self.by_place)


def score(places: Sequence[Place], told: Collection[str]) -> Score:
    """`told`: ids of places."""
    weak = [each.id for each in places if each.is_weakness]
    safe = [each.id for each in places if not each.is_weakness]
    return Score(len(weak), sum(each in told for each in weak), len(safe), sum(each in told for each in safe))


def by_cwe(places: Iterable[Place]) -> Mapping[int, Sequence[Place]]:
    """In the order of the numbers."""
    found: defaultdict[int, list[Place]] = defaultdict(list)
    for each in places:
        found[each.cwe].append(each)
    return dict(sorted(found.items()))


def _indexed(
    places: Iterable[Place],
) -> tuple[Mapping[tuple[str, int], Sequence[str]], Mapping[tuple[str, str], Sequence[tuple[str, frozenset[int]]]]]:
    by_line: defaultdict[tuple[str, int], list[str]] = defaultdict(list)
    by_function: defaultdict[tuple[str, str], list[tuple[str, frozenset[int]]]] = defaultdict(list)
    for each in places:
        by_line[each.file, each.lines()[0]].append(each.id)
        by_function[each.file, each.function].append((each.id, each.family))
    return by_line, by_function


def _function(told: Told) -> str:
    lines = _owners(told.file)
    return lines[told.line - 1] if 0 < told.line <= len(lines) else MODULE


@cache
def _owners(file: str) -> Sequence[str]:
    return owners(HERE / file)
