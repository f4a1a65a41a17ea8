"""How true and how fast matching is, on the advisories of PyPI: `python -m bench.bench_advisories`.

Each advisory lists the versions that it affects, beside its ranges. Every version that any advisory lists of a package
is held against every advisory of that package: our evaluation of the ranges alone has to say what the list says. Where
it does not, the reason is told, and what contradicts itself is printed. Goal: no disagreement that the advisory's own
contradiction does not explain.

The peer is what most would write: a `SpecifierSet` of `packaging` for each pair of events (`>=introduced,<fixed`), as
it comes and with pre-releases allowed. Its wrong answers are counted against the lists, its time in the same run.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from setpoint.compare.component.affected import AffectedVersions
from setpoint.compare.component.matching import AdvisoryIndex
from setpoint.compare.component.versions import version_key
from setpoint.model.advisory import Advisory, Affected, AffectedStatus, EventKind, RangeKind
from setpoint.model.component import Component, PackageName
from setpoint.observe.advisories.files import read_advisories

DATA: Final = Path(__file__).parents[1].parent / "shared" / "data" / "osv-pypi.json.gz"

AGREE: Final = "agree"
NOT_PEP_440: Final = "listed, but no version by PEP 440: the list alone can tell"
OUTSIDE: Final = "listed, but outside of its own ranges"
NO_LIST: Final = "in a range, and the advisory lists nothing"
LATER: Final = "in a range, and above all that is listed: released after the list was made"
PRE_RELEASE: Final = "in a range, and a pre-release that the list leaves out"
LEFT_OUT: Final = "in a range, and left out of the list: yanked, or released after the list was made"

CONTRADICTIONS: Final = (OUTSIDE, LEFT_OUT)
"""Each is printed; the others are of a kind, and counted."""

Question = tuple[Advisory, Affected, str]


@dataclass(slots=True)
class Tally:
    kinds: Counter[str] = field(default_factory=Counter)
    told: defaultdict[tuple[str, str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    """(kind, advisory, package) → versions."""


def main() -> int:
    if not DATA.exists():
        print(f"there is nothing to measure by: {DATA.name} is not there")
        return 0
    advisories = [each for each in read_advisories(DATA) if each.withdrawn is None]
    questions = list(_questions(advisories))
    _show_truth(_judged(questions))
    right = _show_end_to_end(advisories, questions)
    _show_peer(questions)
    return 0 if right else 1


def _questions(advisories: Iterable[Advisory]) -> Iterator[Question]:
    """Every advisory, and every version that any of them lists of its package."""
    entries = [(advisory, entry) for advisory in advisories for entry in advisory.affected]
    versions: defaultdict[PackageName, set[str]] = defaultdict(set)
    for _, entry in entries:
        versions[entry.package].update(entry.versions)
    for advisory, entry in entries:
        for version in sorted(versions[entry.package]):
            yield advisory, entry, version


def _judged(questions: Iterable[Question]) -> Tally:
    tally, ready = Tally(), _Once(AffectedVersions)
    for advisory, entry, version in questions:
        kind = _kind(entry, version, is_in_range=ready(entry).is_in_range(version))
        tally.kinds[kind] += 1
        if kind in CONTRADICTIONS:
            tally.told[kind, advisory.id, entry.package.name].append(version)
    return tally


def _kind(entry: Affected, version: str, *, is_in_range: bool) -> str:
    is_listed = version in entry.versions
    if is_listed is is_in_range:
        return AGREE
    parsed = _parsed(version)
    if is_listed:
        return NOT_PEP_440 if parsed is None else OUTSIDE
    if not entry.versions:
        return NO_LIST
    listed = [each for each in map(_parsed, entry.versions) if each is not None]
    if parsed is not None and listed and parsed > max(listed):
        return LATER
    return PRE_RELEASE if parsed is not None and parsed.is_prerelease else LEFT_OUT


def _parsed(version: str) -> Version | None:
    try:
        return Version(version)
    except InvalidVersion:
        return None


class _Once:
    """What is made of an entry, made once: entries live as long as the run."""

    def __init__(self, make: Callable[[Affected], AffectedVersions]) -> None:
        self._make = make
        self._made: dict[int, AffectedVersions] = {}

    def __call__(self, entry: Affected) -> AffectedVersions:
        made = self._made.get(id(entry))
        if made is None:
            made = self._made[id(entry)] = self._make(entry)
        return made


def _show_truth(tally: Tally) -> None:
    total = tally.kinds.total()
    print(f"ranges alone against the versions that each advisory lists: {total:,} questions")
    for kind, count in tally.kinds.most_common():
        print(f"  {count:9,}  {count / total:8.3%}  {kind}")
    for (kind, advisory, package), versions in sorted(tally.told.items()):
        print(f"  {advisory} {package}: {kind}: {', '.join(versions)}")


def _show_end_to_end(advisories: Iterable[Advisory], questions: Iterable[Question]) -> bool:
    """Listed or in a range, as `setpoint advisories match` answers: no listed version may be missed."""
    index = AdvisoryIndex(advisories)
    rows: defaultdict[tuple[PackageName, str], set[str]] = defaultdict(set)
    for advisory, entry, version in questions:
        rows[entry.package, version].update({advisory.id} if version in entry.versions else ())
    missed = unknown = 0
    start = time.perf_counter()
    for (package, version), listed in rows.items():
        found = index.matches(Component(package, version))
        missed += len(listed - {each.advisory for each in found if each.status is AffectedStatus.AFFECTED})
        unknown += sum(each.status is AffectedStatus.COULD_NOT_COMPARE for each in found)
    seconds = time.perf_counter() - start
    print(
        f"matching {len(rows):,} components: {missed} listed versions missed, {unknown} could not be compared, told so"
    )
    print(f"  {seconds:.2f} s, {len(rows) / seconds:,.0f} components a second")
    return missed == 0


def _show_peer(questions: list[Question]) -> None:
    version_key.cache_clear()
    ours, seconds = _timed(_Once(AffectedVersions), questions)
    allowing, peer_seconds = _timed_plain(questions, prereleases=True)
    plain, plain_seconds = _timed_plain(questions, prereleases=None)
    listed = [version in entry.versions for _, entry, version in questions]
    of_interest = [position for position, (_, entry, _) in enumerate(questions) if entry.versions]
    print(f"ranges alone, {len(questions):,} questions:")
    for name, answers, spent in (
        ("setpoint", ours, seconds),
        ("SpecifierSet, pre-releases allowed", allowing, peer_seconds),
        ("SpecifierSet as it comes", plain, plain_seconds),
    ):
        missed = sum(listed[each] and not answers[each] for each in of_interest)
        invented = sum(answers[each] and not listed[each] for each in of_interest)
        wrong = sum(one is not other for one, other in zip(ours, answers, strict=True))
        print(
            f"  {name:34} {missed:6,} listed versions missed, {invented:6,} not listed, "
            f"{wrong:6,} other answers than OSV's rule, {spent:5.2f} s"
        )
    print(f"setpoint is {peer_seconds / seconds:.1f} times as fast as a SpecifierSet for each pair of events")


def _timed(ready: _Once, questions: list[Question]) -> tuple[list[bool], float]:
    start = time.perf_counter()
    answers = [ready(entry).is_in_range(version) for _, entry, version in questions]
    return answers, time.perf_counter() - start


def _timed_plain(questions: list[Question], *, prereleases: bool | None) -> tuple[list[bool], float]:
    """Its sets are made once for an entry, too; parsing and comparing is packaging's."""
    start = time.perf_counter()
    sets: dict[int, list[SpecifierSet]] = {}
    answers = []
    for _, entry, version in questions:
        if id(entry) not in sets:
            sets[id(entry)] = list(_specifiers(entry))
        answers.append(_contains(sets[id(entry)], version, prereleases=prereleases))
    return answers, time.perf_counter() - start


def _contains(sets: Iterable[SpecifierSet], version: str, *, prereleases: bool | None) -> bool:
    try:
        return any(each.contains(version, prereleases=prereleases) for each in sets)
    except InvalidVersion:
        return False


def _specifiers(entry: Affected) -> Iterator[SpecifierSet]:
    """In the order in which they are listed, as most read them."""
    operators: Mapping[EventKind, str] = {EventKind.FIXED: "<", EventKind.LAST_AFFECTED: "<="}
    for given in entry.ranges:
        if given.kind is RangeKind.GIT:
            continue
        start: str | None = None
        for event in given.events:
            if event.kind is EventKind.INTRODUCED:
                start = f">={event.version}" if event.version != "0" else ""
            elif start is not None and event.kind in operators:
                yield from _set(f"{start},{operators[event.kind]}{event.version}".strip(","))
                start = None
        if start is not None:
            yield from _set(start)


def _set(text: str) -> Iterator[SpecifierSet]:
    try:
        yield SpecifierSet(text)
    except InvalidSpecifier:
        return


if __name__ == "__main__":
    sys.exit(main())
