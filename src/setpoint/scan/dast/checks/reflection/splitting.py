"""Input that becomes part of the answer's header, with line ends (CWE-113)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final
from urllib.parse import quote

from setpoint.model.dast import Exchange, Fault, Operation, PartPlace, PlannedRequest, Profile, Sent
from setpoint.scan.dast.checks.probing import Probe, ask, planned, probed
from setpoint.scan.dast.checks.reflection.weaknesses import SPLITTING
from setpoint.scan.dast.interface import Workbench

LINE_ENDS: Final = ("\r\n", "\n")
"""Recipients take the second for the first (RFC 9112, 2.2)."""

_PLACES: Final = frozenset({PartPlace.PATH, PartPlace.QUERY, PartPlace.COOKIE, PartPlace.BODY})
"""What can carry a line end: a header of a request cannot."""


class HeaderSplitting:
    """Input that becomes part of the answer's header, with line ends."""

    name = "header-splitting"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, len(LINE_ENDS), 0)
        if bench.profile is not Profile.PASSIVE:
            yield PlannedRequest("*", self.name, "", 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for probe in probed(bench):
            place = probe.place
            if place.part.place in _PLACES and _is_in_headers(probe):
                for line_end in LINE_ENDS:
                    name = _fresh_name()
                    exchange = ask(bench, place, f"{place.value}{probe.marker}{line_end}{name}: 1")
                    if _has(exchange, name):
                        yield _fault(place.operation, place.told, exchange, name)
                        break
        if bench.profile is Profile.PASSIVE:
            return
        name = _fresh_name()
        path = quote(f"\r\n{name}: 1", safe="")
        exchange = bench.sender.send(Sent("GET", f"{bench.surface.base}/{path}"))
        if _has(exchange, name):
            yield _fault(Operation("GET", "*"), "path:*", exchange, name)


def _is_in_headers(probe: Probe) -> bool:
    answers = (each.answer for each in (probe.marked, probe.broken) if each.answer)
    return any(probe.marker in value for answer in answers for _, value in answer.headers)


def _fresh_name() -> str:
    """Of a header that no server sends by itself."""
    return f"x-{secrets.token_hex(5)}"


def _has(exchange: Exchange, name: str) -> bool:
    return exchange.answer is not None and exchange.answer.header(name) != ""


def _fault(operation: Operation, part: str, exchange: Exchange, name: str) -> Fault:
    difference = f"the answer has the header {name} that was part of the value"
    return SPLITTING.fault_at(operation, part, [exchange], difference)
