"""What one operation keeps and another one shows with a product that nobody sent. Used by the checks beside it.

All parts of an operation are written in one request, and every page is read once: requests grow with operations.
What is found is asked for again with other numbers, where it was seen.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import ClassVar, Final
from urllib.parse import urlsplit

from setpoint.model.dast import ANONYMOUS, Certainty, Exchange, Fault, PlannedRequest, Profile, Sent
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.injection.computing import numbers
from setpoint.scan.dast.checks.injection.weakness import explained_in
from setpoint.scan.dast.checks.made_by import MOST_MADE, made_by
from setpoint.scan.dast.checks.place import authorised
from setpoint.scan.dast.checks.probing import (
    Place,
    Probe,
    ask_with,
    only_reads,
    parts_to_probe,
    planned_probing,
    probed,
    write_back,
)
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.new_accounts import is_password

MOST_ALONE: Final = 8
"""Parts of one operation that are written one by one, where all at once was refused."""

_TRIES: Final = 2
"""Another form of the value, or the proof with other numbers."""


Value = tuple[Place, str]
"""A part, and the template of what it is to hold."""


@dataclass(frozen=True, slots=True)
class Kept:
    """A value that others may come upon, and what it shows once it is run."""

    place: Place
    template: str
    exchange: Exchange
    product: str


class StoredProducts(ABC):
    """Writes values that hold a product, and looks for the product wherever the target shows something."""

    name: str
    weakness: ClassVar[FaultKind]

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned_probing(bench)
        if bench.profile is Profile.PASSIVE or all(map(only_reads, bench.surface.operations)):
            return
        for operation in bench.surface.operations:
            if bench.may_send(operation):
                continue
            if not only_reads(operation):
                most = 1 + min(MOST_ALONE, len(parts_to_probe(operation)))
                yield PlannedRequest(operation.key, self.name, "", 2 * _TRIES * most * (1 + MOST_MADE), 2 * _TRIES)
            elif operation.method == "GET":
                yield PlannedRequest(operation.key, self.name, "", _TRIES * (1 + len(bench.accounts.callers)), 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        probes = probed(bench)
        explained = explained_in(bench)
        kept = [each for each in probes if not (each.place.only_reads or each.refuses or is_password(each.place.part))]
        told: list[Fault] = []
        for number in range(_TRIES):
            values = [
                (each.place, template)
                for each in kept
                if (each.place.operation.key, each.place.told) not in explained
                and (template := self.template(bench, each, number))
            ]
            for first, seen in list(_shown(bench, list(_write(bench, values)), _pages(bench, values))):
                again = _shown(bench, list(_write(bench, [(first.place, first.template)])), [seen.sent])
                for written, shown in again:
                    explained.add((written.place.operation.key, written.place.told))
                    told.append(self._fault(written, shown))
        write_back(bench, (each.place for each in probes))
        yield from told

    @abstractmethod
    def template(self, bench: Workbench, probe: Probe, number: int) -> str:
        """What to write, as `Numbers.filled` takes it, the first time and the second; empty for nothing."""

    def _fault(self, kept: Kept, shown: Exchange) -> Fault:
        difference = f"{shown.sent.method} {urlsplit(shown.sent.url).path} shows a product that nobody sent"
        proof = [kept.exchange] if shown is kept.exchange else [kept.exchange, shown]
        return self.weakness.fault(kept.place, Certainty.CONFIRMED, proof, difference)


def _write(bench: Workbench, values: Sequence[Value]) -> Iterator[Kept]:
    """One request for all parts of an operation: another one might write over what the first wrote."""
    for _, group in groupby(values, key=lambda each: each[0].operation.key):
        of_one = list(group)
        together = list(_write_at_once(bench, of_one))
        yield from together
        for each in of_one[:MOST_ALONE] if not together and len(of_one) > 1 else ():
            yield from _write_at_once(bench, [each])


def _write_at_once(bench: Workbench, values: Sequence[Value]) -> Iterator[Kept]:
    given = [numbers() for _ in values]
    filled = {place.part: each.filled(template) for (place, template), each in zip(values, given, strict=True)}
    exchange = ask_with(bench, values[0][0], filled)
    if exchange.answer is not None and exchange.answer.status < 400:
        for (place, template), each in zip(values, given, strict=True):
            yield Kept(place, template, exchange, each.product)


def _pages(bench: Workbench, values: Sequence[Value]) -> Iterator[Sent]:
    """All that is read, as everybody who wrote, and as nobody in particular."""
    callers = dict.fromkeys([ANONYMOUS, *(place.caller for place, _ in values)])
    for operation in bench.surface.operations:
        if operation.method == "GET" and not bench.may_send(operation):
            for caller in callers:
                yield authorised(bench, bench.build(operation, bench.owned(operation, caller) or {}), caller)


def _shown(bench: Workbench, kept: Sequence[Kept], pages: Iterable[Sent]) -> Iterator[tuple[Kept, Exchange]]:
    """Each with the first answer that shows its product: of the write, of what it made, or of a page."""
    waiting = list(kept)
    for exchange in _answers(bench, kept, pages):
        body = exchange.answer.body if exchange.answer and is_success(exchange) else b""
        for each in [each for each in waiting if each.product.encode() in body]:
            waiting.remove(each)
            yield each, exchange
        if not waiting:
            return


def _answers(bench: Workbench, kept: Sequence[Kept], pages: Iterable[Sent]) -> Iterator[Exchange]:
    for each in {each.exchange.sent: each for each in kept}.values():
        yield each.exchange
        yield from map(bench.sender.send, made_by(bench, each.place, each.exchange))
    yield from map(bench.sender.send, pages if kept else ())
