"""Templates that one operation writes and another one runs: shown with a product that nobody sent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import urlsplit

from setpoint.model.dast import ANONYMOUS, Certainty, Exchange, Fault, PlannedRequest, Profile
from setpoint.scan.dast.checks.injection.computing import TIMES, numbers
from setpoint.scan.dast.checks.injection.template import TOGETHER, TemplateInjection
from setpoint.scan.dast.checks.place import authorised
from setpoint.scan.dast.checks.probing import Place, ask_with, only_reads, planned_probing, probed, write_back
from setpoint.scan.dast.interface import Workbench


@dataclass(frozen=True, slots=True)
class _Written:
    """A template that others may come upon, and what it shows once it is run."""

    place: Place
    exchange: Exchange
    product: str


class StoredTemplateInjection:
    """Template injection by what was written before: shown elsewhere with a product that the engine worked out."""

    name = "stored-template-injection"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned_probing(bench)
        if bench.profile is not Profile.PASSIVE and not all(map(only_reads, bench.surface.operations)):
            for operation in bench.surface.operations:
                if (operation.method == "GET" or not only_reads(operation)) and not bench.may_send(operation):
                    yield PlannedRequest(operation.key, self.name, "", TIMES * (1 + len(bench.accounts.callers)))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        probes = probed(bench)
        places = [each.place for each in probes if not each.place.only_reads and not each.refuses]
        found: list[tuple[_Written, Exchange]] = []
        for _ in range(TIMES):
            found = list(_shown(bench, list(_write(bench, [each for each in places if not each.is_typed]))))
            places = [written.place for written, _ in found]
        write_back(bench, (each.place for each in probes))
        for written, shown in found:
            difference = f"{shown.sent.method} {urlsplit(shown.sent.url).path} shows a product that nobody sent"
            proof = [written.exchange, shown]
            yield TemplateInjection.weakness.fault(written.place, Certainty.CONFIRMED, proof, difference)


def _write(bench: Workbench, places: Sequence[Place]) -> Iterator[_Written]:
    """One request for all parts of an operation: another one might write over what the first wrote."""
    for _, group in groupby(places, key=lambda each: each.operation.key):
        of_one = list(group)
        given = [numbers() for _ in of_one]
        values = {place.part: each.filled(TOGETHER) for place, each in zip(of_one, given, strict=True)}
        exchange = ask_with(bench, of_one[0], values)
        if exchange.answer is not None and exchange.answer.status < 400:
            yield from (_Written(place, exchange, each.product) for place, each in zip(of_one, given, strict=True))


def _shown(bench: Workbench, written: Sequence[_Written]) -> Iterator[tuple[_Written, Exchange]]:
    """Read by everybody who wrote, and by nobody in particular."""
    callers = list(dict.fromkeys([ANONYMOUS, *(each.place.caller for each in written)]))
    waiting = list(written)
    for operation in bench.surface.operations if written else ():
        if operation.method != "GET" or bench.may_send(operation):
            continue
        for caller in callers:
            sent = bench.build(operation, bench.owned(operation, caller) or {})
            exchange = bench.sender.send(authorised(bench, sent, caller))
            body = exchange.answer.body if exchange.answer else b""
            for each in [each for each in waiting if each.product.encode() in body]:
                waiting.remove(each)
                yield each, exchange
