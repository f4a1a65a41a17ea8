"""Whether a caller sets what only the server should: fields that answers show, and the document lets nobody write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import (
    BodyForm,
    Caller,
    Certainty,
    Exchange,
    Fault,
    Operation,
    Part,
    PartPlace,
    PlannedRequest,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.reading_back import Watch, field_name, watches
from setpoint.scan.dast.checks.access.records import records_in
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import noun_of, words_of

MOST_FIELDS: Final = 6
"""Of one operation, sent one by one where they are refused together."""

_STANDING: Final = frozenset(
    {
        *("role", "roles", "admin", "superuser", "staff", "permissions", "scopes", "privileges", "rank", "level"),
        *("group", "groups", "verified", "approved", "confirmed", "trusted", "premium", "plan", "tier", "subscription"),
        *("moderator", "vip", "clearance", "kyc", "blocked", "banned", "suspended"),
    }
)
"""Words of fields that say what an account may do."""

_WORTH: Final = frozenset(
    {
        *("balance", "credit", "credits", "points", "wallet", "price", "total", "amount", "discount", "cost", "fee"),
        *("paid", "quota", "limit", "score", "status", "state", "shipped", "refunded", "stock", "tax"),
    }
)
"""Words of fields that somebody pays for."""

_OWNERS: Final = frozenset({"owner", "user", "account", "customer", "author", "creator"})
"""Of a field with an identifier, what makes it the account that an object belongs to."""

_STEP: Final = 7
"""By how much a number is raised: nothing else is likely to have raised it by as much."""


@dataclass(frozen=True, slots=True)
class Locked:
    """A field that the caller should not be able to set."""

    part: Part
    was: Json
    wanted: Json


@dataclass(frozen=True, slots=True)
class Wish:
    """What a caller would like fields to hold."""

    role: str
    peer: Holdings | None
    """Whose an object may be made; not where it would be the caller's own."""


class MassAssignment:
    """Writes them to own canary objects; told is what is read back, and it is put back afterwards."""

    name = "mass-assignment"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        caller = next(iter(bench.accounts.callers), None)
        for operation in _writable(bench) if caller else ():
            yield PlannedRequest(operation.key, self.name, caller.name if caller else "", 6 + 3 * MOST_FIELDS)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = next(iter(bench.accounts.callers), None)
        if caller is None:
            bench.told(f"{self.name}: needs an account to write as")
            return
        own = Holdings(bench, caller)
        pair = peers(bench)
        peer = Holdings(bench, pair[1]) if pair is not None and pair[0] == caller else None
        wish = Wish(next((higher.role for higher, _ in ranks(bench) if higher.role), "admin"), peer)
        for operation in _writable(bench):
            values = bench.owned(operation, caller) or {}
            if any(part.place is PartPlace.PATH and part not in values for part in operation.parts):
                continue
            places = watches(bench, operation, values, own)
            if operation.method == "POST" and not any(_shows_one(each, bench, caller) for each in places):
                yield from _made(bench, operation, values, own, wish)
            else:
                yield from _changed(bench, operation, values, own, wish)


def _writable(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        is_write = operation.method in {"POST", "PUT", "PATCH"} and operation.body in {BodyForm.JSON, BodyForm.FORM}
        if is_write and not bench.may_send(operation):
            yield operation


def _changed(bench: Workbench, operation: Operation, values: Values, own: Holdings, wish: Wish) -> Iterator[Fault]:
    """An update of what is there already."""
    for watch in watches(bench, operation, values, own):
        before = watch.read(bench, own.caller)
        locked = _locked(operation, before, wish)
        if not locked:
            continue
        for fields, proof in _tried(bench, operation, values, (watch, before, own.caller), locked):
            _put_back(bench, operation, values, (watch, own.caller), fields)
            yield _fault(operation, own.caller, fields, proof)
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
    together = [locked, *([each] for each in locked)] if len(locked) > 1 else [locked]
    for fields in together:
        sent = ask(bench, operation, {**values, **{each.part: each.wanted for each in fields}}, caller)
        if sent.answer is None or sent.answer.status >= 400:
            continue
        after = watch.read(bench, caller)
        set_ones = [each for each in fields if _holds(after, each.part, each.wanted)]
        if set_ones:
            yield set_ones, (before, sent, after)
        if fields is locked:
            return


def _made(bench: Workbench, operation: Operation, values: Values, own: Holdings, wish: Wish) -> Iterator[Fault]:
    """A new object: what it would hold without, an object of the same kind shows."""
    plain = ask(bench, operation, values, own.caller)
    locked = _locked(operation, plain, wish)
    if not locked or not is_success(plain):
        return
    together = [locked, *([each] for each in locked)] if len(locked) > 1 else [locked]
    for fields in together:
        sent = ask(bench, operation, {**values, **{each.part: each.wanted for each in fields}}, own.caller)
        if sent.answer is None or not is_success(sent):
            continue
        set_ones = [each for each in fields if _holds(sent, each.part, each.wanted)]
        read = _read_again(bench, operation, sent, (own.caller, wish.peer.caller if wish.peer else own.caller))
        if read is not None:
            set_ones = [each for each in set_ones if _holds(read, each.part, each.wanted)]
            if set_ones:
                yield _fault(operation, own.caller, set_ones, (plain, sent, read))
        if fields is locked:
            return


def _read_again(bench: Workbench, operation: Operation, made: Exchange, readers: tuple[Caller, ...]) -> Exchange | None:
    """The new object, by the operation that reads one of its kind; an answer to its making may only echo."""
    document = json_of(made.answer) if made.answer is not None else None
    records = [record for _, record, is_main in records_in(document, noun_of(operation.path)) if is_main]
    for other in bench.surface.operations:
        head, slash, name = other.path.rpartition("/")
        part = next((each for each in other.parts if f"{{{each.name}}}" == name), None)
        if other.method != "GET" or head != operation.path or not slash or part is None or bench.may_send(other):
            continue
        named = (record[key] for record in records for key in (part.name, "id", "uuid", "_id") if key in record)
        value = next((each for each in named if isinstance(each, str | int)), None)
        for reader in readers if value is not None else ():
            read = ask(bench, other, {part: value}, reader)
            if is_success(read):
                return read
    return None


def _locked(operation: Operation, shown: Exchange, wish: Wish) -> list[Locked]:
    """Fields of the object that the operation does not say it takes, and that matter."""
    taken = {tuple(words_of(field_name(part))) for part in operation.parts if not part.schema.get("readOnly")}
    record = _record(shown, operation)
    found = []
    for name, was in record.items():
        words = words_of(name)
        wanted = None if words in taken else _wanted(words, was, wish, is_new=operation.method == "POST")
        if wanted is not None:
            place = f"/{name}" if operation.body is BodyForm.JSON else name
            found.append(Locked(Part(PartPlace.BODY, place), was, wanted))
    return found[:MOST_FIELDS]


def _wanted(words: tuple[str, ...], was: Json, wish: Wish, *, is_new: bool) -> Json:
    """What to set such a field to; None where it does not matter, or nothing fits."""
    if words[-1:] in {("id",), ("uuid",)} and not _OWNERS.isdisjoint(words[:-1]):
        peer = wish.peer.itself() if is_new and wish.peer is not None else None
        return peer if type(peer) is type(was) and peer != was else None
    return None if _STANDING.isdisjoint(words) and _WORTH.isdisjoint(words) else _better(words, was, wish)


def _better(words: tuple[str, ...], was: Json, wish: Wish) -> Json:
    """Another value of the same kind."""
    if isinstance(was, bool):
        return not was
    if isinstance(was, int | float):
        return was + _STEP
    if isinstance(was, list) and all(isinstance(each, str) for each in was) and was:
        return None if wish.role in was else [*was, wish.role]
    if isinstance(was, str):
        return wish.role if "role" in words and was != wish.role else _PLAIN_WORDS.get(was.lower())
    return None


_PLAIN_WORDS: Final[Mapping[str, str]] = {
    "free": "premium",
    "basic": "premium",
    "standard": "premium",
    "bronze": "gold",
    "silver": "gold",
    "pending": "approved",
    "new": "paid",
    "open": "paid",
    "draft": "approved",
    "created": "paid",
    "unpaid": "paid",
    "submitted": "approved",
    "user": "admin",
    "unverified": "verified",
}
"""What a field holds at first, and what somebody would like it to hold."""


def _record(exchange: Exchange, operation: Operation) -> Mapping[str, Json]:
    """The object that an answer is about."""
    document = json_of(exchange.answer) if exchange.answer is not None and is_success(exchange) else None
    for _, record, is_main in records_in(document, noun_of(operation.path)):
        if is_main and any(not isinstance(value, dict) for value in record.values()):
            return record
    return {}


def _shows_one(watch: Watch, bench: Workbench, caller: Caller) -> bool:
    """Whether it shows one object, and no list of them, whose counts and sums change with what is made."""
    if watch.is_of_object:
        return True
    shown = bench.baseline(watch.operation, caller)
    document = json_of(shown.answer) if shown is not None and shown.answer is not None else None
    return isinstance(document, dict) and not any(
        isinstance(each, list) and all(isinstance(one, dict) for one in each) for each in document.values()
    )


def _holds(exchange: Exchange, part: Part, wanted: Json) -> bool:
    """Whether the object now has the value, and not just one that is equal to it in Python."""
    document = json_of(exchange.answer) if exchange.answer is not None and is_success(exchange) else None
    name = field_name(part)
    records = [record for _, record, is_main in records_in(document, "") if is_main and name in record]
    return (
        bool(records) and records[0][name] == wanted and isinstance(records[0][name], bool) == isinstance(wanted, bool)
    )


def _put_back(
    bench: Workbench, operation: Operation, values: Values, watched: tuple[Watch, Caller], fields: list[Locked]
) -> None:
    """What was there before; people are told where that does not work."""
    watch, caller = watched
    ask(bench, operation, {**values, **{each.part: each.was for each in fields}}, caller)
    after = watch.read(bench, caller)
    left = [each.part.name for each in fields if not _holds(after, each.part, each.was)]
    if left:
        bench.told(f"{operation.key}: {', '.join(left)} of {caller.name} could not be set back")


def _fault(operation: Operation, caller: Caller, fields: list[Locked], proof: tuple[Exchange, ...]) -> Fault:
    names = ", ".join(field_name(each.part) for each in fields)
    is_standing = any(not _STANDING.isdisjoint(words_of(field_name(each.part))) for each in fields)
    return Fault(
        kind="mass-assignment",
        cwe=915,
        owasp="API3:2023",
        severity=Severity.HIGH if is_standing else Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=f"body:{fields[0].part.name}",
        caller=caller.name,
        message=f"{caller.name} sets {names}, which is the server's to set; take named fields alone from a request",
        proof=proof,
        difference=f"{names} then read as what was sent",
    )
