"""Which weaknesses the places are about that agents met. Pure; used by `joining`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from setpoint.compare.code.naming import RunningPaths, plain
from setpoint.model.cwe import families_of, family_of
from setpoint.model.inside import Place
from setpoint.model.report import Frame
from setpoint.model.scan import ScanKind, Weakness

SEEN_BY_NOBODY: Final = frozenset({ScanKind.SECRETS, ScanKind.PIPELINE, ScanKind.IAC, ScanKind.DEPENDENCIES})
"""Kinds of what does harm without being run: a key in the source is read there."""

AS_PROGRAM: Final = "<main>"
"""What agents call that which a file keeps for when it is the program, under `if __name__ == "__main__":`."""

Function = tuple[str, str]
"""A file and a function in it, as the running application calls them."""

ByFunction = Mapping[tuple[Function, int], Sequence[Weakness]]
"""Function and family of the CWE → the weaknesses in it."""


@dataclass(slots=True)
class Met:
    """Places by what they are about."""

    reaching: defaultdict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    """By fingerprint: something of a request gets there, and from there to a sink, whoever calls that."""
    calling: defaultdict[str, list[Place]] = field(default_factory=lambda: defaultdict(list))
    """By fingerprint: the call alone is what is weak."""
    passing: defaultdict[tuple[Function, int], list[Place]] = field(default_factory=lambda: defaultdict(list))
    """By each function on the way, and family."""


def meet(
    places: Iterable[Place],
    weaknesses: Iterable[Weakness],
    scanned: Mapping[str, Iterable[Weakness]],
    running: RunningPaths,
) -> Met:
    """`scanned`: what was said of the source of releases."""
    met = Met()
    current = by_function(weaknesses, running)
    places = list(places)
    of_interest = {release for place in places for release in place.releases}.intersection(scanned)
    earlier = {release: by_function(scanned[release], running) for release in of_interest}
    for place in places:
        family = family_of(place.sighting.cwe)
        key = called(place.sighting.place), family
        then = [each for release in place.releases for each in earlier.get(release, {}).get(key, ())]
        about = met.reaching if place.sighting.origins else met.calling
        for each in _meant(place.sighting.place.line, current.get(key, ()), then):
            about[each.fingerprint].append(place)
        for frame in place.sighting.frames[:-1]:
            key = called(frame), family
            met.passing[key].append(place)
            then = [each for release in place.releases for each in earlier.get(release, {}).get(key, ())]
            for fingerprint in _owners(frame.line, then):
                about[fingerprint].append(place)
    return met


def called(frame: Frame) -> Function:
    return frame.file, plain(frame.function)


def is_within(line: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(first <= line <= last for first, last in spans)


def by_function(weaknesses: Iterable[Weakness], running: RunningPaths) -> ByFunction:
    told = [each for each in weaknesses if each.kind not in SEEN_BY_NOBODY]
    paths = running.of(each.place.file for each in told)
    found: defaultdict[tuple[Function, int], list[Weakness]] = defaultdict(list)
    for each in told:
        if each.place.file in paths:
            for family in families_of(each.cwes):
                found[(paths[each.place.file], plain(each.place.function)), family].append(each)
    return found


def _meant(line: int, current: Sequence[Weakness], then: Sequence[Weakness]) -> Sequence[Weakness]:
    """Of a function's weaknesses of one family, those that a place at this line is about.

    `then` are those of its release: where one says that the line is its statement, it is that one, as long as it is
    there; else any that was not there then, since it may be the same, written differently. Where none says so, all.
    """
    owners = _owners(line, then)
    if not owners:
        return current
    known = {each.fingerprint for each in then}
    still = [each for each in current if each.fingerprint in owners]
    return still or [each for each in current if each.fingerprint not in known]


def _owners(line: int, then: Iterable[Weakness]) -> set[str]:
    """Fingerprints of those whose statement the line is part of."""
    return {each.fingerprint for each in then if is_within(line, each.spans)}
