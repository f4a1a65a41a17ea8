"""Whether any account is shown what is private to many others: a log with their addresses, an export with their pay.

A directory of names, mail addresses and telephone numbers is there for all; where somebody lives or calls from, is paid
and banks is not. What counts are people of the service itself: one of the scan's own other accounts is among them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Caller, Exchange, Fault, Operation, PlannedRequest
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.checks.access.callers import ranks
from setpoint.scan.dast.checks.access.delicate import delicate
from setpoint.scan.dast.checks.access.holdings import Holdings
from setpoint.scan.dast.checks.access.object_faults import function_fault
from setpoint.scan.dast.checks.access.promised import is_listed, schema_of
from setpoint.scan.dast.checks.access.records import records_in
from setpoint.scan.dast.checks.access.references import PEOPLE, reference_of
from setpoint.scan.dast.checks.access.replaying import is_for_everybody
from setpoint.scan.dast.checks.access.reserved import meant_for, reserved_in
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of, words_of

LEAST_PEOPLE: Final = 2
"""Others than the reader: one may have shown itself to it."""

_PRIVATE: Final = frozenset(
    {
        *("iban", "ssn", "passport", "salary", "wage", "income", "taxid", "nationalid", "cardnumber", "creditcard"),
        *("bankaccount", "accountnumber", "socialsecuritynumber", "dateofbirth", "birthdate", "dob", "homeaddress"),
        *("street", "streetaddress", "diagnosis", "useragent"),
    }
)
"""Names, without anything between their words, of what no directory shows."""

_MASKED: Final = re.compile(r"[*•xX]{3,}")


class PeopleLists:
    """Lists that show any account what is private to many others.

    Reads what every check reads: a log, an export or a list that tells of other accounts of the service.
    """

    name = "lists-of-people"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        lowest = next(iter(bench.accounts.callers), None)
        for operation in _lists(bench) if lowest else ():
            yield PlannedRequest(operation.key, self.name, lowest.name if lowest else "", 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        callers = bench.accounts.callers
        if len(callers) < LEAST_PEOPLE:
            bench.told(f"{self.name}: needs two accounts, to know whom a list tells of")
            return
        reader = callers[0]
        own = Holdings(bench, reader).identity
        others = frozenset[str]().union(*(Holdings(bench, each).identity for each in callers[1:])) - own
        for operation in _lists(bench):
            read = bench.baseline(operation, reader)
            if read is None or read.answer is None or not is_success(read) or meant_for(operation, reader):
                continue
            told = _private_of(operation, read.answer, own)
            if told.tells_of(others) and not _is_open(bench, operation):
                yield _fault(operation, reader, told, read)


@dataclass(frozen=True, slots=True)
class Told:
    """What a list says of others than its reader."""

    people: frozenset[frozenset[str]]
    """Of each of whom it shows something private, what names them."""
    fields: tuple[str, ...]

    def tells_of(self, names: frozenset[str]) -> bool:
        return len(self.people) >= LEAST_PEOPLE and not all(names.isdisjoint(each) for each in self.people)


def _lists(bench: Workbench) -> Iterator[Operation]:
    """What names nobody; what is reserved by a word is replayed by `functions`."""
    is_reserved = reserved_in(bench) if any(ranks(bench)) else None
    for operation in bench.surface.operations:
        if operation.method != "GET" or any(map(is_parameter, segments_of(operation.path))):
            continue
        is_known = is_reserved is not None and is_reserved(operation)
        if not is_known and not is_for_everybody(operation) and not bench.may_send(operation):
            yield operation


def _private_of(operation: Operation, answer: Answer, own: frozenset[str]) -> Told:
    people: dict[frozenset[str], None] = {}
    fields: dict[str, None] = {}
    document = json_of(answer)
    for kind, record, is_main in records_in(document, noun_of(operation.path)):
        names = _names_in(record, kind) if is_main else frozenset()
        private = [name for name, value in record.items() if _is_private(name, value)]
        if names and names.isdisjoint(own) and private:
            people[names] = None
            fields |= dict.fromkeys(private)
    is_told = _is_told_by_exposure(operation, answer, frozenset(fields))
    return Told(frozenset(() if is_told else people), tuple(fields))


def _is_told_by_exposure(operation: Operation, answer: Answer, fields: frozenset[str]) -> bool:
    """Whether a document leaves one of them out: that is for `exposure`."""
    schema = schema_of(operation, answer.status)
    for pointer, value in leaves(json_of(answer)) if schema is not None else ():
        name = pointer.rpartition("/")[2]
        if name in fields and delicate(name, value) is not None and is_listed(schema, pointer) is False:
            return True
    return False


def _names_in(record: Mapping[str, Json], kind: str) -> frozenset[str]:
    """What names the account that it is about."""
    found = set()
    for name, value in record.items():
        reference = reference_of(name, kind)
        words = words_of(name)
        is_person = reference is not None and reference[0] in PEOPLE
        if (is_person or words in {("actor",), ("by",), ("who",)}) and isinstance(value, str | int) and value != "":
            found.add(str(value))
    return frozenset(found)


def _is_private(name: str, value: Json) -> bool:
    if isinstance(value, bool) or value in (None, "") or isinstance(value, dict | list):
        return False
    if _MASKED.search(str(value)):
        return False
    words = words_of(name)
    if "ip" in words and isinstance(value, str):
        return _is_ip(value)
    return "".join(words) in _PRIVATE or (bool(words) and words[-1] in _PRIVATE)


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _is_open(bench: Workbench, operation: Operation) -> bool:
    """Whether nobody is asked who it is: that is for the checks of authentication."""
    anybody = bench.baseline(operation, ANONYMOUS)
    return anybody is not None and is_success(anybody)


def _fault(operation: Operation, reader: Caller, told: Told, read: Exchange) -> Fault:
    fields = ", ".join(told.fields[:5])
    return function_fault(
        operation,
        reader,
        (read,),
        message=(
            f"{reader.name} reads what is private to others ({fields}); check the role on the "
            "server for this operation, or show each account its own"
        ),
        difference=f"it shows {fields} of {len(told.people)} other people, accounts of the scan among them",
    )
