"""Whether an update of the own account takes, from its body, whose account that is. Called by `object-writes`.

`PUT /profile` with `username` in its body: a peer sends the owner's record, with a new text in a harmless field, in its
own session. What counts is that the owner then reads the text; afterwards both records are written back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Exchange, Fault, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.object_faults import object_fault
from setpoint.scan.dast.checks.access.reading_back import Watch, field_name, values_named, writing_for
from setpoint.scan.dast.checks.access.replaying import ask, may_try
from setpoint.scan.dast.creations import is_about_caller
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.new_accounts import is_password, is_registration

REQUESTS: Final = 10
"""For one operation at most: three pages before, the write, two after, and what was there, twice."""


def naming_operations(bench: Workbench) -> Iterator[Operation]:
    """What a caller changes of itself without naming itself in the path; no passwords."""
    for operation in bench.surface.operations:
        is_update = operation.method in {"POST", "PUT", "PATCH"} and operation.body in {BodyForm.JSON, BodyForm.FORM}
        is_other = is_registration(operation) or any(map(is_password, operation.parts))
        if is_update and is_about_caller(operation) and not is_other and may_try(bench, operation):
            yield operation


def taken_by_name(bench: Workbench, operation: Operation, owner: Holdings, other: Holdings) -> Fault | None:
    named = {each: owner.identifier_for(operation, each) for each in operation.parts if each.place is PartPlace.BODY}
    told_apart = {
        part: value for part, value in named.items() if value not in {None, other.identifier_for(operation, part)}
    }
    page = next((each for each in _pages(bench, operation) if is_success(each.read(bench, owner.caller))), None)
    if not told_apart or page is None:
        return None
    before, others = page.read(bench, owner.caller), page.read(bench, other.caller)
    record, its = _record(operation, before), _record(operation, others)
    writing = writing_for(operation, told_apart, (before,))
    if writing is None or writing.part is None:
        return None
    sent = ask(bench, operation, writing.values({**record, **told_apart}), other.caller)
    after, now = page.read(bench, owner.caller), page.read(bench, other.caller)
    is_taken = writing.is_shown(before, after) and not writing.is_shown(others, now)
    for whose, was, is_now in ((owner, record, _record(operation, after)), (other, its, _record(operation, now))):
        if was and was != is_now:
            itself = {each: whose.identifier_for(operation, each) for each in told_apart}
            ask(bench, operation, {**itself, **was}, whose.caller)
    return _fault(operation, next(iter(told_apart)), owner, other, (before, sent, after)) if is_taken else None


def _pages(bench: Workbench, operation: Operation) -> Iterator[Watch]:
    """Where a caller reads itself: at the same path first."""
    pages = [each for each in bench.surface.operations if each.method == "GET" and is_about_caller(each)]
    pages.sort(key=lambda each: each.path != operation.path)
    yield from (Watch(each, {}) for each in pages[:2] if not bench.may_send(each))


def _record(operation: Operation, read: Exchange) -> Values:
    """What the operation would have to be sent so that nothing changes."""
    found: dict[Part, Json] = {}
    for part in operation.parts:
        shown = values_named(read, field_name(part)) if part.place is PartPlace.BODY else []
        if shown and shown[0] is not None:
            found[part] = shown[0]
    return found


def _fault(operation: Operation, part: Part, owner: Holdings, other: Holdings, proof: tuple[Exchange, ...]) -> Fault:
    return object_fault(
        operation,
        f"body:{part.name}",
        other.caller,
        proof,
        message=(
            f"{other.caller.name} changes {owner.caller.name}'s account by naming it in the body; "
            "take whose account it is from the session alone"
        ),
        difference=f"{owner.caller.name} reads afterwards what {other.caller.name} wrote, and did not before",
    )
