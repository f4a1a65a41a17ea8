"""Whether answers show more than they promise: hashes, secrets, and what is personal to others."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Caller, Certainty, Exchange, Fault, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves, shown
from setpoint.scan.dast.checks.access.delicate import Delicate, delicate, is_hash, is_key, is_never_shown
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

_WHY: Final = {
    Delicate.PASSWORD: "which no answer should",
    Delicate.SECRET: "which is not its reader's to see",
    Delicate.PERSONAL: "which it does not promise",
    Delicate.INTERNAL: "which it does not promise",
}

_FOR_NOBODY: Final = frozenset({Delicate.PASSWORD, Delicate.SECRET})
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
            yield PlannedRequest(operation.key, self.name, _reader(bench).name, 2, 0)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        lowest = _reader(bench)
        about_itself = _about_itself(bench, lowest)
        for operation in _readable(bench):
            reader, first = _first_reading(bench, operation)
            if first is None:
                continue
            told = _told_to(bench, operation, reader, about_itself)
            found = told.wrong_in(first)
            if reader != lowest:  # whoever may do more may see what is others'
                found = {place: what for place, what in found.items() if what not in _FOR_MANAGERS}
            if told.names_secret(first) and (open_to_all := _told_to_nobody(bench, operation, about_itself)):
                told, found = open_to_all
            if found:
                yield from _told_twice(bench, told, found)


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


@dataclass(frozen=True, slots=True)
class Told:
    """What an answer to one reader may hold."""

    operation: Operation
    reader: Caller
    about_itself: frozenset[str]
    """Values that the reader may see anywhere."""
    passwords: frozenset[str]
    """Secrets of the scan's accounts: where a password is meant, one of them is certain."""
    tokens_of_others: frozenset[str]

    def wrong_in(self, answer: Answer) -> Mapping[str, Delicate]:
        """Place (a pointer with `*` for places in lists; empty in a page) → what it gives away."""
        document = json_of(answer)
        if document is None:
            return {"": Delicate.PASSWORD} if any(map(is_hash, shown(answer))) else {}
        schema = schema_of(self.operation, answer.status)
        seen: dict[tuple[str, Delicate], set[str]] = {}
        wrong: dict[str, Delicate] = {}
        for pointer, value in leaves(document):
            what = delicate(pointer.rpartition("/")[2], value)
            if what is None or (what is Delicate.PERSONAL and str(value) in self.about_itself):
                continue
            place = re.sub(r"/\d+(?=/|$)", "/*", pointer)
            many = seen.setdefault((place, what), set())
            many.add(str(value))
            listed = is_listed(schema, pointer) if schema is not None else None
            is_unpromised = listed is False or (listed is None and _is_plain(self.operation, what, many))
            if is_unpromised or is_hash(str(value)) or self._is_wrong_anyway(place, what, str(value), many):
                wrong.setdefault(place, what)
        return wrong

    def names_secret(self, answer: Answer) -> bool:
        document = json_of(answer)
        named = (delicate(pointer.rpartition("/")[2], value) for pointer, value in leaves(document))
        return document is not None and any(each in _FOR_NOBODY for each in named)

    def _is_wrong_anyway(self, place: str, what: Delicate, value: str, many: set[str]) -> bool:
        """Whether no document makes it right: shown to nobody in particular, of several people, or a known one."""
        name = place.rpartition("/")[2]
        if what is Delicate.PASSWORD:
            return self.reader == ANONYMOUS or len(many) > 1 or value in self.passwords
        is_open = self.reader == ANONYMOUS and what is Delicate.SECRET and is_key(name)
        return is_open or value in self.tokens_of_others or (is_never_shown(name) and value.isdecimal())


def _told_to(bench: Workbench, operation: Operation, reader: Caller, about_itself: frozenset[str]) -> Told:
    others = {bench.accounts.token(each) for each in bench.accounts.callers if each != reader}
    own = bench.accounts.token(reader) if reader != ANONYMOUS else ""
    return Told(operation, reader, about_itself, bench.accounts.secrets - {own, ""}, frozenset(others - {own, ""}))


def _told_to_nobody(
    bench: Workbench, operation: Operation, about_itself: frozenset[str]
) -> tuple[Told, Mapping[str, Delicate]] | None:
    """What is wrong without credentials; None where no password and no key is given away so."""
    exchange = bench.baseline(operation, ANONYMOUS)
    if exchange is None or exchange.answer is None or not is_success(exchange):
        return None
    told = _told_to(bench, operation, ANONYMOUS, about_itself)
    found = told.wrong_in(exchange.answer)
    return (told, found) if not _FOR_NOBODY.isdisjoint(found.values()) else None


def _told_twice(bench: Workbench, told: Told, found: Mapping[str, Delicate]) -> Iterator[Fault]:
    operation, reader = told.operation, told.reader
    again = ask(bench, operation, bench.owned(operation, reader) or {}, reader)
    if again.answer is not None and is_success(again):
        twice = told.wrong_in(again.answer)
        yield from _faults(operation, reader, {place: found[place] for place in found if place in twice}, again)


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
            to_nobody = reader == ANONYMOUS and what is Delicate.PASSWORD
            yield Fault(
                kind="excessive-data-exposure",
                cwe=_CWE[what],
                owasp="API3:2023",
                severity=Severity.CRITICAL if to_nobody else _SEVERITY[what],
                certainty=Certainty.OBSERVED,
                method=operation.method,
                path=operation.path,
                part=f"body:{names[0]}" if is_known else "body:",
                caller=reader.name,
                message=f"the answer holds {what.value}, {_WHY[what]}; answer with named fields alone",
                proof=(exchange,),
                difference=(f"at {', '.join(names[:5])}, twice" if is_known else "in the page, twice")
                + (", and without credentials" if reader == ANONYMOUS else ""),
            )
