"""Whether a list that is the caller's own becomes another's by a filter that names the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlencode

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Fault, Operation, PartPlace, PlannedRequest
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.callers import peers
from setpoint.scan.dast.checks.access.holdings import Holdings
from setpoint.scan.dast.checks.access.marks import enough, marks_of, share, without_values
from setpoint.scan.dast.checks.access.object_faults import NO_PEER, object_fault
from setpoint.scan.dast.checks.access.records import records_in
from setpoint.scan.dast.checks.access.references import PEOPLE, reference_of
from setpoint.scan.dast.checks.access.replaying import is_for_everybody, may_try
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of
from setpoint.scan.dast.requests import written

MOST_FILTERS: Final = 5
"""Names tried on one list."""

_USUAL: Final = ("user_id", "userId", "owner", "user")
"""Where the objects do not say whose they are."""

_ALL: Final = (("all", "true"), ("scope", "all"))


class ListFilters:
    """Lists that a filter opens to another account.

    Filters that the document names are parts of the operation, and `object-reads` tries them; these it does not.
    """

    name = "list-filters"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        pair = peers(bench)
        for operation in _lists(bench) if pair else ():
            yield PlannedRequest(operation.key, self.name, pair[1].name if pair else "", MOST_FILTERS + 1, 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        pair = peers(bench)
        if pair is None:
            bench.told(f"{self.name}: {NO_PEER}")
            return
        owner, other = (Holdings(bench, caller) for caller in pair)
        for operation in _lists(bench):
            full, own = bench.baseline(operation, owner.caller), bench.baseline(operation, other.caller)
            if full is None or own is None or not is_success(full) or not is_success(own):
                continue
            for name, value in _filters(operation, full, owner):
                found = _opened(bench, operation, (full, own), (name, value), other.caller)
                if found is not None:
                    yield _fault(operation, name, owner, other, (full, own, found))
                    break


def _lists(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        is_list = operation.method == "GET" and not any(part.place is PartPlace.PATH for part in operation.parts)
        if is_list and not is_for_everybody(operation) and may_try(bench, operation):
            yield operation


def _filters(operation: Operation, full: Exchange, owner: Holdings) -> list[tuple[str, Json]]:
    """Names and values by which the owner's objects may be asked for, those that the objects themselves tell first."""
    document = json_of(full.answer) if full.answer is not None else None
    if document is None:
        return []
    known = {part.name for part in operation.parts if part.place is PartPlace.QUERY}
    found: dict[str, Json] = {}
    is_many = False
    for kind, record, is_main in records_in(document, noun_of(operation.path)):
        is_many = is_many or (is_main and record is not document)
        for name, value in record.items():
            reference = reference_of(name, kind)
            if is_main and reference and reference[0] in PEOPLE and type(value) in {int, str}:
                found.setdefault(name, value)
    itself = owner.itself()
    if itself is not None:
        for name in _USUAL:
            found.setdefault(name, itself)
    names = [(name, value) for name, value in found.items() if name not in known][: MOST_FILTERS - len(_ALL)]
    return [*names, *_ALL] if is_many else []


def _opened(
    bench: Workbench, operation: Operation, lists: tuple[Exchange, Exchange], chosen: tuple[str, Json], other: Caller
) -> Exchange | None:
    """The other's list with this filter, where it shows what only the owner's list does, and not to nobody."""
    full, own = lists
    if full.answer is None or own.answer is None:
        return None
    name, value = chosen
    marks = without_values(marks_of(full.answer) - marks_of(own.answer), (value,))
    if not marks:
        return None
    plain = bench.build(operation, {})
    asked = replace(plain, url=plain.url + ("&" if "?" in plain.url else "?") + urlencode([(name, written(value))]))
    got = bench.sender.send(bench.accounts.authorised(asked, other))
    if got.answer is None or not is_success(got) or share(marks, got.answer) < enough(got.answer):
        return None
    anybody = bench.sender.send(asked)
    is_public = anybody.answer is not None and is_success(anybody) and bool(marks & marks_of(anybody.answer))
    return None if is_public else got


def _fault(operation: Operation, name: str, owner: Holdings, other: Holdings, proof: tuple[Exchange, ...]) -> Fault:
    return object_fault(
        operation,
        f"query:{name}",
        other.caller,
        proof,
        message=(
            f"{other.caller.name} lists what is {owner.caller.name}'s by a filter that the document does not name; "
            "take the owner from the session"
        ),
        difference=f"with the filter the list shows what only {owner.caller.name}'s list does",
    )
