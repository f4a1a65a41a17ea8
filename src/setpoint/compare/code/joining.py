"""What production says of each weakness: confirmed, reached, not seen, never executed, or not known. Pure.

Called by the loop for the release at the gate. What raises a weakness (it is confirmed, its function ran) is matched
generously, by file and function, in any release. What lets it sink (it never ran, it was watched and is quiet) has to
be certain: only lines of a release whose own scan had the same weakness count.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final

from setpoint.compare.code import telling
from setpoint.compare.code.meeting import AS_PROGRAM, SEEN_BY_NOBODY, Function, called, is_within, meet
from setpoint.compare.code.naming import RunningPaths, plain, with_outer
from setpoint.compare.code.outside import places_outside
from setpoint.model.cwe import CREDENTIALS, families_of, family_of
from setpoint.model.inside import CodeSeen, Place, Watch
from setpoint.model.report import Coverage
from setpoint.model.scan import Standing, StandingOf, Weakness

UNUSED_AFTER: Final = timedelta(days=7)
"""For which a function must not have run to count as unused: a week has every day of it, and most schedules."""


class CodeJoiner:
    """Implements `compare.interface.WeaknessJoiner`."""

    def __init__(self, unused_after: timedelta = UNUSED_AFTER) -> None:
        self._unused_after = unused_after

    def standings(
        self, weaknesses: Sequence[Weakness], seen: CodeSeen, scanned: Mapping[str, Sequence[Weakness]]
    ) -> Mapping[str, StandingOf]:
        join = _Join(weaknesses, seen, scanned, self._unused_after)
        return {each.fingerprint: join.standing(each) for each in weaknesses}


class _Join:
    """One service's."""

    def __init__(
        self,
        weaknesses: Sequence[Weakness],
        seen: CodeSeen,
        scanned: Mapping[str, Sequence[Weakness]],
        unused_after: timedelta,
    ) -> None:
        self._seen = seen
        self._unused_after = unused_after
        frames = [frame for place in seen.places for frame in place.sighting.frames]
        frames += [caller.frame for watch in seen.watches for caller in watch.looks]
        ran = {*seen.reached, *((each.file, each.function) for each in frames)}
        loaded = {file for watch in seen.watches for file in watch.defined}
        self._running = RunningPaths(loaded | {file for file, _ in ran})
        self._paths = self._running.of(each.place.file for each in weaknesses)
        self._names = frozenset(map(_name, self._running))
        self._folders = RunningPaths(outer for each in loaded for outer in _folders(each)).of(
            outer for each in weaknesses for outer in _folders(each.place.file)
        )
        within = ((file, outer) for file, name in ran if "<" in name for outer in with_outer(plain(name)))
        self._reached = ran | frozenset(within)
        self._met = meet(seen.places, weaknesses, scanned, self._running)
        self._scanned = [
            (watch, {each.fingerprint: each for each in scanned[watch.release]}, _looks_of(watch))
            for watch in seen.watches
            if watch.release in scanned
        ]

    def standing(self, weakness: Weakness) -> StandingOf:
        if weakness.outside is not None:
            same = _keys(places_outside(weakness, weakness.outside, self._seen.places))
            return StandingOf(Standing.REACHED, "it shows in the answers of the running service", same)
        function, families = self._function(weakness), families_of(weakness.cwes)
        met = None if weakness.kind in SEEN_BY_NOBODY else self._of_places(weakness, function, families)
        if met is not None:
            return met
        if weakness.kind in SEEN_BY_NOBODY or CREDENTIALS in families:
            return StandingOf(Standing.UNKNOWN, "no agent can see what is weak without being run")
        if not self._running:
            return StandingOf(Standing.UNKNOWN, "no agent watches the service")
        return self._of_function(weakness, function, families)

    def _of_places(self, weakness: Weakness, function: Function | None, families: Iterable[int]) -> StandingOf | None:
        """What agents met just there."""
        if places := self._met.reaching.get(weakness.fingerprint):
            return StandingOf(Standing.CONFIRMED, telling.reaches(_foremost(places)), _keys(places))
        if places := self._met.calling.get(weakness.fingerprint):
            return StandingOf(Standing.REACHED, telling.is_called(_foremost(places)), _keys(places))
        if function and (places := [p for each in families for p in self._met.passing.get((function, each), ())]):
            return StandingOf(Standing.REACHED, telling.is_on_the_way(_foremost(places)), _keys(places))
        return None

    def _of_function(self, weakness: Weakness, function: Function | None, families: Iterable[int]) -> StandingOf:
        """What is known of the function around it."""
        name = weakness.place.function
        if not name and function and weakness.spans:
            return StandingOf(Standing.REACHED, telling.is_loaded(function[0]))
        if not name:
            return self._of_program(weakness)
        if function in self._reached:
            watched = self._watched(weakness, function, frozenset(families))
            return StandingOf(Standing.REACHED, telling.ran(name, watched), watched=watched)
        stood = [watch for watch, told, _ in self._scanned if _then(weakness, told)]
        doubt = self._doubt(weakness, function, stood)
        if doubt:
            return StandingOf(Standing.NOT_SEEN, doubt)
        return StandingOf(Standing.NEVER_EXECUTED, telling.never_ran(name, stood, _time_of(stood)))

    def _of_program(self, weakness: Weakness) -> StandingOf:
        """Of what only runs where its file is the program: it has a line, and no statement that importing runs."""
        file = self._paths.get(weakness.place.file)
        if file is None or not weakness.place.line:
            return StandingOf(Standing.UNKNOWN, "nothing tells which function it is in")
        function = file, AS_PROGRAM
        if function in self._reached:
            return StandingOf(Standing.REACHED, telling.ran_as_program(file))
        stood = [watch for watch, told, _ in self._scanned if _then(weakness, told)]
        if self._doubt(weakness, function, stood):
            return StandingOf(
                Standing.UNKNOWN, "it is for when its file is the program, and nothing tells whether it was"
            )
        told = telling.never_ran(f"what is for when {file} is the program", stood, _time_of(stood))
        return StandingOf(Standing.NEVER_EXECUTED, told)

    def _doubt(self, weakness: Weakness, function: Function | None, stood: Sequence[Watch]) -> str:
        """Why its function may have run all the same; empty where it did not. `stood`: the releases that had it."""
        if not stood:
            return "its function was not seen to run; whether the releases that agents watched had it is not known"
        since = min(each.first_seen for each in stood)
        watches = [each for each in self._seen.watches if each.last_seen >= since]
        if not self._seen.is_whole or any(each.coverage is not Coverage.EXACT for each in watches):
            return "its function was not seen to run, and not every function that runs is seen"
        if _time_of(stood) < self._unused_after:
            return f"its function did not run yet, in less than {self._unused_after.days} days"
        if not self._would_be_seen(weakness, function, stood):
            return "its function was not seen to run, nor its file to be loaded"
        return ""

    def _would_be_seen(self, weakness: Weakness, function: Function | None, stood: Iterable[Watch]) -> bool:
        """Whether it was loaded before the eyes of agents, or was not, though what lies around it was."""
        if function is not None:
            file, name = function
            return any(name in map(plain, each.defined.get(file, ())) for each in stood)
        source = weakness.place.file
        around = next((each for each in _folders(source) if each in self._folders), None)
        if around is None or f"{self._folders[around]}{source.removeprefix(around)}" in self._running:
            return False
        # A whole folder of which nothing was loaded may be laid out in another way where it runs.
        return around == _folder(source) or _name(source) not in self._names

    def _watched(self, weakness: Weakness, function: Function, families: frozenset[int]) -> int:
        """Calls, in the lines that what it makes is used in, that were looked at and held nothing of their request."""
        return sum(
            count
            for _, told, looks in self._scanned
            if (then := _then(weakness, told))
            for line, family, count in looks.get(function, ())
            if family in families and is_within(line, then.spans)
        )

    def _function(self, weakness: Weakness) -> Function | None:
        file = self._paths.get(weakness.place.file)
        return (file, plain(weakness.place.function)) if file is not None else None


def _then(weakness: Weakness, told: Mapping[str, Weakness]) -> Weakness | None:
    """The same in another release, if it was in the same file."""
    found = told.get(weakness.fingerprint)
    return found if found is not None and found.place.file == weakness.place.file else None


def _folder(file: str) -> str:
    return file.rpartition("/")[0]


def _folders(file: str) -> list[str]:
    """Those that it is in, the innermost first."""
    parts = file.split("/")[:-1]
    return ["/".join(parts[:count]) for count in range(len(parts), 0, -1)]


def _name(file: str) -> str:
    """Without its folders."""
    return file.rpartition("/")[2]


def _looks_of(watch: Watch) -> dict[Function, list[tuple[int, int, int]]]:
    """Function → line, family and count of each."""
    found: defaultdict[Function, list[tuple[int, int, int]]] = defaultdict(list)
    for caller, count in watch.looks.items():
        found[called(caller.frame)].append((caller.frame.line, family_of(caller.cwe), count))
    return found


def _foremost(places: Iterable[Place]) -> Place:
    """The one to tell of."""
    return max(places, key=lambda each: (each.attacks > 0, each.sighting.confidence, each.last, each.key))


def _keys(places: Iterable[Place]) -> tuple[str, ...]:
    return tuple(sorted({each.key for each in places}))


def _time_of(watches: Iterable[Watch]) -> timedelta:
    """For which any of them was watched."""
    total, until = timedelta(), None
    for each in sorted(watches, key=lambda each: each.first_seen):
        begins = each.first_seen if until is None else max(each.first_seen, until)
        total += max(timedelta(), each.last_seen - begins)
        until = max(begins, each.last_seen)
    return total
