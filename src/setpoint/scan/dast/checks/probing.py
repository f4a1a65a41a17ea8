"""Where values of a caller's choice may be put: called by the checks of `injection` and of `reflection`.

    for probe in probed(bench):            # two or three requests for each part, sent once for all checks
        if probe.echoes: ...               # the marker came back in the body
        exchange = ask(bench, probe.place, payload)
        reading = probe.place.reading(exchange, payload)    # equal to place.usual: the same answer as to its own value

`places` is what may be probed at all: nothing that `may_send` objects to, objects of the scan's own where something
is written, as the least caller whom the operation answers well. `planned` tells it without sending.
"""

from __future__ import annotations

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from setpoint.model.dast import Exchange, Operation, PlannedRequest, Profile
from setpoint.scan.dast.checks.open_places import places_of
from setpoint.scan.dast.checks.place import (
    BREAKING,
    Place,
    ask,
    ask_again,
    ask_with,
    only_reads,
    parts_to_probe,
    request,
    writes,
)
from setpoint.scan.dast.checks.word_pages import word_pages
from setpoint.scan.dast.forms import is_filled_in, is_token
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.values import is_file
from setpoint.scan.dast.yardstick import Reading

__all__ = [
    "BREAKING",
    "Place",
    "Probe",
    "ask",
    "ask_with",
    "only_reads",
    "parts_to_probe",
    "places",
    "planned",
    "planned_probing",
    "probed",
    "request",
    "write_back",
]

NEVER_SENT: Final = "z0000000000q"
"""In the place of a marker: no answer holds it."""

_PROBED: Final = "probing.probed"
_WRITTEN_BACK: Final = "probing.written back"
_WRITES_SEEN: Final = "probing.writes"
_WITHOUT_BODY: Final = frozenset({"HEAD", "OPTIONS", "TRACE"})
"""Their answers say nothing of what was done with a value."""
_UNPROCESSABLE: Final = 422
_INVALID: Final = frozenset({400, 406, 415, _UNPROCESSABLE})
"""What a value that does not pass a check of its form is answered with."""


@dataclass(frozen=True, slots=True)
class Probe:
    """What a part did with two values that mean nothing."""

    place: Place
    marker: str
    """Letters and digits that no answer holds by chance."""
    marked: Exchange
    """The part's own value with the marker behind it."""
    broken: Exchange
    """The same with `BREAKING` behind it."""

    @property
    def echoes(self) -> bool:
        answer = self.marked.answer
        return answer is not None and self.marker.encode() in answer.body

    @property
    def nonsense(self) -> Reading | None:
        """How a value reads that nothing knows."""
        return self.place.reading(self.marked, self.place.value + self.marker)

    @property
    def breaks(self) -> bool:
        """Whether what ends texts and groups is answered otherwise than other nonsense."""
        broken = self.place.reading(self.broken, self.place.value + self.marker + BREAKING)
        return broken is not None and self.nonsense is not None and broken != self.nonsense

    @property
    def refuses(self) -> bool:
        """Whether values are checked for their form: both were refused for it, and the part's own value is not.

        Of a part that may hold any text, 400 says less: that is also how a database's error may be answered.
        """
        statuses = {each.answer.status for each in (self.marked, self.broken) if each.answer}
        alone = self.place.left_alone.answer
        if alone is None or alone.status in _INVALID:
            return False
        return statuses == {_UNPROCESSABLE} or (len(statuses) == 1 and statuses <= _INVALID and self.place.is_typed)

    @property
    def is_unprocessable(self) -> bool:
        """Whether it was refused with the status that nothing but a check of a form has (RFC 9110, 15.5.21)."""
        return self.refuses and self.marked.answer is not None and self.marked.answer.status == _UNPROCESSABLE

    @property
    def is_idle(self) -> bool:
        """Whether the answer is the same whatever the part holds."""
        return self.nonsense is not None and self.nonsense == self.place.usual and not self.breaks


def places(bench: Workbench) -> Sequence[Place]:
    """Those of what only reads first; found once in a scan."""
    if "probing.places" not in bench.kept:
        bench.kept["probing.places"] = tuple(
            place for operation in _probeable(bench) for place in places_of(bench, operation)
        )
    found: Sequence[Place] = bench.kept["probing.places"]
    return found


def probed(bench: Workbench) -> Sequence[Probe]:
    """Every place with what it does to a marker and to what breaks; sent once in a scan.

    Places of what only reads come first. What it answers is asked for again where probes wrote something since.
    """
    if _PROBED not in bench.kept:
        bench.kept[_PROBED] = [_probe(bench, place) for place in places(bench)]
        bench.kept[_WRITES_SEEN] = 0
    if writes(bench) != bench.kept[_WRITES_SEEN]:
        bench.kept[_PROBED] = list(_brought_up_to_date(bench, bench.kept[_PROBED]))
        bench.kept[_WRITES_SEEN] = writes(bench)
    found: Sequence[Probe] = bench.kept[_PROBED]
    return found


def write_back(bench: Workbench, changed: Iterable[Place]) -> None:
    """Own objects, and forms of the own account, as they were before probes were written into them.

    One request for each operation.
    """
    if bench.kept.get(_WRITTEN_BACK) == writes(bench):
        return
    all_changed = list(changed)
    of_each = {place.operation.key: place for place in all_changed if place.operation.method in {"PUT", "PATCH"}}
    for place in of_each.values():
        ask_again(bench, place)
    for form in _own_forms(all_changed).values():
        ask_with(bench, form[0], {each.part: each.value for each in form})
    bench.kept[_WRITTEN_BACK] = writes(bench)


def _own_forms(changed: Iterable[Place]) -> Mapping[str, Sequence[Place]]:
    """Key of each form whose page showed what there was → its fields; its token is taken anew."""
    forms: defaultdict[str, list[Place]] = defaultdict(list)
    for place in changed:
        operation = place.operation
        if operation.method == "POST" and is_filled_in(operation, place.part) and not is_token(place.part):
            forms[operation.key].append(place)
    return forms


def _brought_up_to_date(bench: Workbench, probes: Sequence[Probe]) -> Iterator[Probe]:
    """One request for each operation that only reads; where it reads otherwise than before, its places anew."""
    for _, group in groupby(probes, key=lambda each: each.place.operation.key):
        of_one = list(group)
        first = of_one[0].place
        if not first.only_reads or first.reading(ask_again(bench, first), first.value) == first.usual:
            yield from of_one
            continue
        for each in of_one:
            yield _probe(bench, replace(each.place, left_alone=ask_again(bench, each.place)))


def planned(bench: Workbench, check: str, about: int, usual: int) -> Iterator[PlannedRequest]:
    """`about` requests to each part, `usual` to one that does not react, and what `probed` sends for all checks."""
    yield from planned_probing(bench)
    for operation in _probeable(bench):
        if parts := len(parts_to_probe(operation)):
            yield PlannedRequest(operation.key, check, "", about * parts, usual * parts)


def planned_probing(bench: Workbench) -> Iterator[PlannedRequest]:
    """What `probed` sends, whichever check calls it first."""
    for operation in _probeable(bench):
        parts = len(parts_to_probe(operation))
        yield PlannedRequest(operation.key, "probing (once for all checks)", "", 3 + 3 * parts, 1 + 2 * parts)


def _probeable(bench: Workbench) -> Iterator[Operation]:
    """Whoever only looks sends no values that the application could not expect."""
    if bench.profile is not Profile.PASSIVE:
        known = (*bench.surface.operations, *word_pages(bench.surface.operations))
        open_ones = [each for each in known if each.method not in _WITHOUT_BODY]
        yield from (each for each in sorted(open_ones, key=_writes_something) if not bench.may_send(each))


def _writes_something(operation: Operation) -> bool:
    return not only_reads(operation)


def _probe(bench: Workbench, place: Place) -> Probe:
    """Of a file that others may keep one answer stands for all: each that is sent stays behind."""
    if is_file(place.part) and bench.profile is not Profile.ACTIVE:
        return Probe(place, NEVER_SENT, place.left_alone, place.left_alone)
    marker = f"z{secrets.token_hex(5)}q"
    marked, broken = place.value + marker, place.value + marker + BREAKING
    return Probe(place, marker, ask(bench, place, marked), ask(bench, place, broken))
