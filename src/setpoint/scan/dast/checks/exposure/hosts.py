"""Names of hosts that the service takes from its callers, and builds its links of; and caches that keep such answers.

A host in a link decides where people, tokens and scripts go. Each header carries a name of its own that nobody has,
so that an answer tells which of them was believed.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, Operation, PlannedRequest, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.exposure.asking import (
    Reading,
    ask,
    marker_host,
    planned,
    reading,
    triable,
    with_headers,
    with_query,
)
from setpoint.scan.dast.checks.exposure.caching import is_kept_for_others, varies_by
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.interface import Workbench

FORWARDED: Final = ("X-Forwarded-Host", "X-Host", "X-Forwarded-Server", "X-Original-Host", "Forwarded")
"""Headers by which proxies tell the name that they were asked for; caches do not tell answers apart by them."""

TEXTS: Final = ("X-Forwarded-Prefix", "X-Forwarded-Path", "User-Agent", "Referer", "Accept-Language")
"""Others that answers may be made of, and that caches do not look at either."""

BUSTER: Final = "setpoint-cache"
"""A query of our own, so that what a cache keeps of these requests is given to nobody else."""


class BelievedHosts:
    """Links that name whatever host the caller did."""

    name = "believed-hosts"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, triable(bench), 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in triable(bench):
            found = reading(bench, operation) or _redirected(bench, operation)
            fault = (_by_forwarded(bench, found) or _by_host(bench, found)) if found is not None else None
            if fault is not None:
                yield fault


class PoisonedCaches:
    """Headers of one caller in answers that caches keep for others."""

    name = "poisoned-caches"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned(bench, self.name, triable(bench), 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in triable(bench):
            found = reading(bench, operation) or _redirected(bench, operation)
            if found is not None and is_kept_for_others(found.answer):
                yield from _poisoned(bench, found)


def _redirected(bench: Workbench, operation: Operation) -> Reading | None:
    exchange = bench.baseline(operation, ANONYMOUS)
    if exchange is None or exchange.answer is None or not 300 <= exchange.answer.status < 400:
        return None
    return Reading(operation, ANONYMOUS, exchange, exchange.answer)


def _request(bench: Workbench, found: Reading) -> Sent:
    request = bench.build(found.operation, bench.owned(found.operation, found.caller) or {})
    return with_query(request, (BUSTER, secrets.token_hex(6)))


def _by_host(bench: Workbench, found: Reading) -> Fault | None:
    """A redirect to the host that was asked for tells nothing: whoever asked for it is there already."""
    host = marker_host()
    exchange = ask(bench, with_headers(_request(bench, found), ("Host", host)), found.caller)
    if exchange.answer is not None and exchange.answer.status < 300 and links_to(exchange.answer, host):
        return _believed(found, exchange, "Host")
    return None


def _by_forwarded(bench: Workbench, found: Reading) -> Fault | None:
    if is_kept_for_others(found.answer):  # of such answers `PoisonedCaches` tells
        return None
    hosts = {name: marker_host() for name in FORWARDED}
    exchange = ask(bench, with_headers(_request(bench, found), *as_headers(hosts)), found.caller)
    for name, host in hosts.items():
        if exchange.answer is not None and exchange.answer.status < 400 and links_to(exchange.answer, host):
            return _believed(found, exchange, name)
    return None


def as_headers(values: Mapping[str, str]) -> list[tuple[str, str]]:
    """`Forwarded` has names of its own for what it says (RFC 7239)."""
    return [(name, f"host={value}" if name == "Forwarded" else value) for name, value in values.items()]


def links_to(answer: Answer, host: str) -> bool:
    """Whether the answer holds an address of this host, and not only its name."""
    pattern = rb"(?:https?:)?(?:\\?/){2}(?:[^\s\"'<>/]*@)?" + re.escape(host.encode())
    places = (answer.body, answer.header("location").encode(), answer.header("link").encode())
    return any(re.search(pattern, place) for place in places)


def _poisoned(bench: Workbench, found: Reading) -> Iterator[Fault]:
    """Asks with the headers, then without them at the same address, which nobody else asks for."""
    markers = {name: marker_host() for name in FORWARDED} | {name: f"/m{secrets.token_hex(6)}" for name in TEXTS}
    request = _request(bench, found)
    poisoned = ask(bench, with_headers(request, *as_headers(markers)), found.caller)
    answer = poisoned.answer
    if answer is None or not is_kept_for_others(answer):
        return
    for name, marker in markers.items():
        if _holds(answer, marker) and not varies_by(answer, name):
            later = ask(bench, request, found.caller)
            is_kept = later.answer is not None and _holds(later.answer, marker)
            yield _poisonous(found, name, (poisoned, later), is_kept=is_kept)
            return


def _holds(answer: Answer, marker: str) -> bool:
    return marker.encode() in answer.body or any(marker in value for _, value in answer.headers)


def _believed(found: Reading, exchange: Exchange, header: str) -> Fault:
    kind = FaultKind(
        "host-header-trusted",
        644,
        Severity.MEDIUM,
        f"Links in answers name whatever host the header {header} does, and so lead people and tokens there; build them"
        " of a configured address, and refuse hosts that are not its own",
        "A05:2021",
    )
    difference = f"an address in the answer has the host that {header} named"
    return _told(kind, found, header, [exchange], difference, Certainty.OBSERVED)


def _poisonous(found: Reading, header: str, proof: Sequence[Exchange], *, is_kept: bool) -> Fault:
    shown = "was given to the next caller" if is_kept else "stands in an answer that caches may keep for others"
    kind = FaultKind(
        "cache-poisoning",
        349,
        Severity.HIGH if is_kept else Severity.MEDIUM,
        f"What one caller writes in the header {header} {shown}; ignore the header, name it in Vary, or do not let the"
        " answer be kept",
        "A05:2021",
    )
    certainty = Certainty.CONFIRMED if is_kept else Certainty.OBSERVED
    return _told(kind, found, header, proof, f"the value of {header} {shown}", certainty)


def _told(
    kind: FaultKind, found: Reading, header: str, proof: Sequence[Exchange], difference: str, certainty: Certainty
) -> Fault:
    part, caller = f"header:{header}", found.caller.name
    return kind.fault_at(found.operation, part, proof, difference, certainty=certainty, caller=caller)
