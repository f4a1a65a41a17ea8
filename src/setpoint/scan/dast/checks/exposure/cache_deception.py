"""Private answers that a cache takes for a file of everybody, since the address asked for ends as one does."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit, urlunsplit

from setpoint.model.dast import Certainty, Exchange, Fault, PlannedRequest, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, shown
from setpoint.scan.dast.checks.exposure.asking import Reading, planned, private_reading, triable
from setpoint.scan.dast.checks.exposure.caching import is_kept_for_others
from setpoint.scan.dast.interface import Workbench

SHARED: Final = 0.8
"""Of what the private answer shows: an answer that shows so much of it is the same, but for a time or a token."""


class DeceivedCaches:
    """Private pages that caches keep for others under the name of a file."""

    name = "deceived-caches"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, triable(bench), 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in triable(bench):
            found = private_reading(bench, operation)
            if found is None or is_kept_for_others(found.answer):  # the latter is a fault by itself, and told as one
                continue
            exchange = bench.sender.send(_as_file(found.sent))
            if exchange.answer is not None and is_kept_for_others(exchange.answer) and _is_same(found, exchange):
                yield _fault(found, exchange)


def _as_file(sent: Sent) -> Sent:
    """Below its path, a file that nobody else asks for."""
    parts = urlsplit(sent.url)
    path = f"{parts.path.rstrip('/')}/{secrets.token_hex(6)}.css"
    return replace(sent, url=urlunsplit((parts.scheme, parts.netloc, path, parts.query, "")))


def _is_same(found: Reading, exchange: Exchange) -> bool:
    private = shown(found.answer)
    if not is_success(exchange) or exchange.answer is None or not private:
        return False
    return len(private & shown(exchange.answer)) / len(private) >= SHARED


def _fault(found: Reading, exchange: Exchange) -> Fault:
    return Fault(
        kind="cache-deception",
        cwe=524,
        owasp="API8:2023",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=found.operation.method,
        path=found.operation.path,
        caller=found.caller.name,
        message="A private answer may be kept for others where its address is given the ending of a file; answer 404"
        " to what stands behind the path, and mark private answers with no-store wherever they are given",
        proof=(found.exchange, exchange),
        difference="at an address that ends in .css the same private values are shown, and caches may keep them",
    )
