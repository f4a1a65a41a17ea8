"""Whether a caller sets what only the server should: fields that answers show, and the document lets nobody write."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.model.dast import (
    BodyForm,
    Caller,
    Certainty,
    Exchange,
    Fault,
    Operation,
    PlannedRequest,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.checks.access.canaries import own_values
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.locked import (
    MOST_FIELDS,
    Locked,
    Wish,
    locked_fields,
    wanted_values,
)
from setpoint.scan.dast.checks.access.own_forms import is_own
from setpoint.scan.dast.checks.access.page_fields import assigned_on_page
from setpoint.scan.dast.checks.access.reading_back import Watch, watches
from setpoint.scan.dast.checks.access.records import identifier_in
from setpoint.scan.dast.checks.access.replaying import ask, may_try
from setpoint.scan.dast.checks.access.reserved_fields import reserved_fields
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of


class MassAssignment:
    """Fields that callers set, and only the server should.

    Writes them to own canary objects; told is what is read back, and it is put back afterwards.
    """

    name = "mass-assignment"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        caller = next(iter(bench.accounts.callers), None)
        for operation in _writable(bench) if caller else ():
            yield PlannedRequest(operation.key, self.name, caller.name if caller else "", 6 + 3 * MOST_FIELDS, 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = next(iter(bench.accounts.callers), None)
        if caller is None:
            bench.told(f"{self.name}: needs an account to write as")
            return
        own = Holdings(bench, caller)
        pair = peers(bench)
        peer = Holdings(bench, pair[1]) if pair is not None and pair[0] == caller else None
        higher = next((each for each, _ in ranks(bench)), None)
        wish = Wish(
            higher.role if higher and higher.role else "admin",
            peer,
            Holdings(bench, higher) if higher else None,
            reserved_fields(bench),
        )
        for operation in _writable(bench):
            values = own_values(bench, operation, own)
            if values is None:
                continue
            fields, proof = assigned_on_page(bench, operation, values, own, wish)
            if fields:
                yield _fault(operation, caller, fields, proof)
            places = watches(bench, operation, values, own)
            if operation.page and is_own(operation):
                continue  # a form that makes nothing
            if operation.method == "POST" and not any(_shows_one(each, bench, caller) for each in places):
                yield from _made(bench, operation, values, own, wish)
            else:
                yield from _changed(bench, operation, values, own, wish)


def _writable(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        is_write = operation.method in {"POST", "PUT", "PATCH"} and operation.body in {BodyForm.JSON, BodyForm.FORM}
        if is_write and may_try(bench, operation):
            yield operation


def _changed(bench: Workbench, operation: Operation, values: Values, own: Holdings, wish: Wish) -> Iterator[Fault]:
    """An update of what is there already."""
    for watch in watches(bench, operation, values, own):
        before = watch.read(bench, own.caller)
        locked = locked_fields(operation, before, wish)
        if not locked:
            continue
        found = list(_tried(bench, operation, values, (watch, before, own.caller), locked))
        fields = [each for some, _ in found for each in some]
        if found:
            _put_back(bench, operation, values, (watch, own.caller), fields)
            yield _fault(operation, own.caller, fields, found[0][1])
        return


def _tried(
    bench: Workbench,
    operation: Operation,
    values: Values,
    watched: tuple[Watch, Exchange, Caller],
    locked: list[Locked],
) -> Iterator[tuple[list[Locked], tuple[Exchange, ...]]]:
    """All fields at once, then each by itself where that was refused, and where they then read as wanted."""
    watch, before, caller = watched
    for fields in _together_and_alone(locked):
        sent = ask(bench, operation, {**values, **wanted_values(fields)}, caller)
        if sent.answer is None or sent.answer.status >= 400:
            continue
        after = watch.read(bench, caller)
        set_ones = [each for each in fields if each.is_held(after)]
        if set_ones:
            yield set_ones, (before, sent, after)
        if fields is locked:
            return


def _made(bench: Workbench, operation: Operation, values: Values, own: Holdings, wish: Wish) -> Iterator[Fault]:
    """A new object: what it holds where nobody asks for more, one made for comparison shows."""
    plain = ask(bench, operation, values, own.caller)
    locked = locked_fields(operation, plain, wish)
    readers = (own.caller, wish.peer.caller if wish.peer else own.caller)
    fields: list[Locked] = []
    proof: tuple[Exchange, ...] = ()
    for some in _together_and_alone(locked):
        sent = ask(bench, operation, {**values, **wanted_values(some)}, own.caller)
        if not is_success(sent):
            continue
        read = _read_again(bench, operation, sent, readers)
        held = [each for each in some if read is not None and each.is_held(read)]
        if read is not None and held:
            fields += held
            proof = proof or (plain, sent, read)
        if some is locked:
            break
    if fields:
        yield _fault(operation, own.caller, fields, proof)


def _together_and_alone(locked: list[Locked]) -> Iterator[list[Locked]]:
    """All at once; then, for a server that refused them so, each by itself."""
    if locked:
        yield locked
    if len(locked) > 1:
        yield from ([each] for each in locked)


def _read_again(bench: Workbench, operation: Operation, made: Exchange, readers: tuple[Caller, ...]) -> Exchange | None:
    """The new object, by the operation that reads one of its kind; an answer to its making may only echo."""
    document = json_of(made.answer) if made.answer is not None else None
    for other in bench.surface.operations:
        head, slash, name = other.path.rpartition("/")
        part = next((each for each in other.parts if f"{{{each.name}}}" == name), None)
        if other.method != "GET" or head != operation.path or not slash or part is None or bench.may_send(other):
            continue
        value = identifier_in(document, noun_of(operation.path), part)
        for reader in readers if value is not None else ():
            read = ask(bench, other, {part: value}, reader)
            if is_success(read):
                return read
    return None


def _shows_one(watch: Watch, bench: Workbench, caller: Caller) -> bool:
    """Whether it shows one object, and no list of them, whose counts and sums change with what is made."""
    if watch.is_of_object:
        return True
    shown = bench.baseline(watch.operation, caller)
    document = json_of(shown.answer) if shown is not None and shown.answer is not None else None
    return isinstance(document, dict) and not any(
        isinstance(each, list) and all(isinstance(one, dict) for one in each) for each in document.values()
    )


def _put_back(
    bench: Workbench, operation: Operation, values: Values, watched: tuple[Watch, Caller], fields: list[Locked]
) -> None:
    """What was there before; people are told where that does not work."""
    watch, caller = watched
    ask(bench, operation, {**values, **{each.part: each.was for each in fields}}, caller)
    after = watch.read(bench, caller)
    left = [each.name for each in fields if not each.is_as_before(after)]
    if left:
        bench.told(f"{operation.key}: {', '.join(left)} of {caller.name} could not be set back")


def _fault(operation: Operation, caller: Caller, fields: list[Locked], proof: tuple[Exchange, ...]) -> Fault:
    names = ", ".join(each.name for each in fields)
    is_standing = any(each.is_about_standing for each in fields)
    return Fault(
        kind="mass-assignment",
        cwe=915,
        owasp="API3:2023",
        severity=Severity.HIGH if is_standing else Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part="/".join(filter(None, (f"body:{fields[0].part.name}", fields[0].inner))),
        caller=caller.name,
        message=f"{caller.name} sets {names}, which is the server's to set; take named fields alone from a request",
        proof=proof,
        difference=f"{names} then read as what was sent",
    )
