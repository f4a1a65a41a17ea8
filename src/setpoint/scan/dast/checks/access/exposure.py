"""Whether answers show more than they promise: hashes, secrets, and what is personal to others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Caller, Certainty, Exchange, Fault, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves, shown
from setpoint.scan.dast.checks.access.delicate import Delicate, delicate, is_hash
from setpoint.scan.dast.checks.access.promised import is_listed, schema_of
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_CWE: Final = {
    Delicate.PASSWORD: 522,
    Delicate.SECRET: 201,
    Delicate.PERSONAL: 213,
    Delicate.INTERNAL: 213,
}
"""Credentials insufficiently protected; sensitive information in what is sent; exposure against what is intended."""

_SEVERITY: Final = {
    Delicate.PASSWORD: Severity.HIGH,
    Delicate.SECRET: Severity.HIGH,
    Delicate.PERSONAL: Severity.MEDIUM,
    Delicate.INTERNAL: Severity.LOW,
}

_FOR_MANAGERS: Final = frozenset({Delicate.PERSONAL, Delicate.INTERNAL})
_OWN_PAGES: Final = frozenset({"me", "profile", "account", "whoami", "userinfo", "self"})
_SECRETS_THEMSELVES: Final = frozenset(
    {"key", "keys", "token", "tokens", "secret", "secrets", "credentials", "webhooks"}
)


class Exposure:
    """Hashes, secrets and others' personal data in answers that do not promise them.

    Reads what every check reads; what looks wrong is asked for again, and told when it is there twice.
    """

    name = "excessive-exposure"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in _readable(bench):
            yield PlannedRequest(operation.key, self.name, _reader(bench).name, 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        lowest = _reader(bench)
        own = _about_itself(bench, lowest)
        for operation in _readable(bench):
            reader, first = _first_reading(bench, operation)
            found = _found(operation, first, own) if first is not None else {}
            if reader != lowest:  # whoever may do more may see what is others'
                found = {place: what for place, what in found.items() if what not in _FOR_MANAGERS}
            if not found:
                continue
            again = ask(bench, operation, bench.owned(operation, reader) or {}, reader)
            if again.answer is None or not is_success(again):
                continue
            twice = _found(operation, again.answer, own)
            yield from _faults(operation, reader, {place: found[place] for place in found if place in twice}, again)


def _first_reading(bench: Workbench, operation: Operation) -> tuple[Caller, Answer | None]:
    """Who is the lowest that is given anything, and what."""
    for caller in bench.accounts.callers or (ANONYMOUS,):
        exchange = bench.baseline(operation, caller)
        if exchange is not None and exchange.answer is not None and is_success(exchange):
            return caller, exchange.answer
    return ANONYMOUS, None


def _readable(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        if operation.method == "GET" and not bench.may_send(operation):
            yield operation


def _reader(bench: Workbench) -> Caller:
    """Who may least, and may anything at all."""
    return next(iter(bench.accounts.callers), ANONYMOUS)


def _found(operation: Operation, answer: Answer, own: frozenset[str]) -> Mapping[str, Delicate]:
    """Place (a pointer with `*` for places in lists; empty in a page) → what it gives away."""
    document = json_of(answer)
    if document is None:
        return {"": Delicate.PASSWORD} if any(map(is_hash, shown(answer))) else {}
    schema = schema_of(operation, answer.status)
    seen: dict[tuple[str, Delicate], set[str]] = {}
    wrong: dict[str, Delicate] = {}
    for pointer, value in leaves(document):
        what = delicate(pointer.rpartition("/")[2], value)
        if what is None or (what is Delicate.PERSONAL and str(value) in own):
            continue
        place = re.sub(r"/\d+(?=/|$)", "/*", pointer)
        many = seen.setdefault((place, what), set())
        many.add(str(value))
        listed = is_listed(schema, pointer) if schema is not None else None
        if listed is False or is_hash(str(value)) or (listed is None and _is_plain(operation, what, many)):
            wrong.setdefault(place, what)
    return wrong


def _is_plain(operation: Operation, what: Delicate, values: set[str]) -> bool:
    """Whether it is wrong without a document that says so: a password, or secrets of many beside one another.

    A list of keys is there to show keys.
    """
    if what is Delicate.PASSWORD:
        return True
    return what is Delicate.SECRET and len(values) > 1 and _SECRETS_THEMSELVES.isdisjoint(words_of(operation.path))


def _about_itself(bench: Workbench, reader: Caller) -> frozenset[str]:
    """What the target tells the reader about the reader: it may see its own address anywhere."""
    told = {bench.accounts.user(reader)}
    for operation in _readable(bench):
        if operation.path.rpartition("/")[2].lower() in _OWN_PAGES:
            exchange = bench.baseline(operation, reader)
            if exchange is not None and exchange.answer is not None and is_success(exchange):
                told |= shown(exchange.answer)
    return frozenset(told - {""})


def _faults(
    operation: Operation, reader: Caller, places: Mapping[str, Delicate], exchange: Exchange
) -> Iterator[Fault]:
    """One for each kind of data: the fields of one kind are left out at one place in the code."""
    for what in Delicate:
        names = sorted(place for place, kind in places.items() if kind is what)
        if names:
            is_known = names != [""]
            yield Fault(
                kind="excessive-data-exposure",
                cwe=_CWE[what],
                owasp="API3:2023",
                severity=_SEVERITY[what],
                certainty=Certainty.OBSERVED,
                method=operation.method,
                path=operation.path,
                part=f"body:{names[0]}" if is_known else "body:",
                caller=reader.name,
                message=f"the answer holds {what.value}, which it does not promise; answer with named fields alone",
                proof=(exchange,),
                difference=f"at {', '.join(names[:5])}, twice" if is_known else "in the page, twice",
            )
