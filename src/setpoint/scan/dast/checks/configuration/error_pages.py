"""Errors that tell of the inside: stack traces, queries, paths, and pages for developers. Listed in `checks`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from setpoint.model.dast import (
    ANONYMOUS,
    Answer,
    Caller,
    Certainty,
    Exchange,
    Fault,
    Operation,
    PlannedRequest,
    Profile,
    Sent,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.configuration.hosts import root_of
from setpoint.scan.dast.checks.configuration.malformed import MOST, ODD, malformed
from setpoint.scan.dast.checks.configuration.problems import FEW, MOST_EXAMPLES, OWASP, SITE
from setpoint.scan.dast.checks.configuration.traces import debugger, disclosure
from setpoint.scan.dast.checks.configuration.visits import visits
from setpoint.scan.dast.interface import Workbench

_ODD_ADDRESSES: Final = ("/setpoint-does-not-exist", "/%ff%fe", "/%00")
"""None of them is anywhere: a page for a missing address, a path that is no text, and one with an end in it."""

DEBUGGERS: Final = "error-pages.debuggers"
"""In what is kept: the pages for developers that errors were answered with."""


@dataclass(frozen=True, slots=True)
class _Told:
    operation: Operation
    caller: Caller
    part: str
    exchange: Exchange
    what: str
    """That it tells, as a clause."""
    console: str = ""
    """Which page for developers it is."""


class ErrorPages:
    """Stack traces, queries, paths and debuggers in the answers to what is malformed."""

    name = "error-pages"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is Profile.PASSIVE:
            return
        yield PlannedRequest("GET *", self.name, "", len(_odd_addresses(bench)) + 1)
        for operation in _provocable(bench):
            yield PlannedRequest(operation.key, self.name, _caller(bench).name, MOST + 1, 3)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        told: dict[str, _Told] = {}
        for each in chain(_seen(bench), _provoked(bench) if bench.profile is not Profile.PASSIVE else ()):
            told.setdefault(each.operation.key, each)
        consoles = [each for each in told.values() if each.console]
        bench.kept[DEBUGGERS] = frozenset(each.console for each in consoles)
        yield from _consoles(consoles)
        yield from _disclosures([each for each in told.values() if not each.console])


def _seen(bench: Workbench) -> Iterator[_Told]:
    """Errors among the answers to usual requests; what a success holds may be meant to be read."""
    for visit in visits(bench):
        if not is_success(visit.exchange):
            yield from _telling(visit.operation, visit.caller, "", visit.exchange, usual=None)


def _provoked(bench: Workbench) -> Iterator[_Told]:
    site = Operation("GET", SITE)
    for address in _odd_addresses(bench):
        yield from _telling(site, ANONYMOUS, "", bench.sender.send(Sent("GET", address)), usual=None)
    yield from _odd_credentials(bench)
    for operation in _provocable(bench):
        yield from _provoked_of(bench, operation, _caller(bench))


def _odd_addresses(bench: Workbench) -> list[str]:
    roots = dict.fromkeys((root_of(bench.surface.base), bench.surface.base))
    return [root + address for root in roots for address in _ODD_ADDRESSES]


def _odd_credentials(bench: Workbench) -> Iterator[_Told]:
    """Where credentials are asked for, such as cannot be read."""
    for visit in visits(bench, "GET"):
        if visit.caller == ANONYMOUS and visit.answer.status in {401, 403}:
            odd = (*visit.exchange.sent.headers, ("authorization", f"Bearer {ODD}"))
            exchange = bench.sender.send(replace(visit.exchange.sent, headers=odd))
            yield from _telling(visit.operation, ANONYMOUS, "header:Authorization", exchange, usual=visit.exchange)
            return


def _provoked_of(bench: Workbench, operation: Operation, caller: Caller) -> Iterator[_Told]:
    """Until the first that tells something: one shows how the operation deals with errors."""
    usual = bench.baseline(operation, caller) if operation.method == "GET" else None
    for part, request in malformed(bench, operation, bench.owned(operation, caller)):
        exchange = bench.sender.send(bench.accounts.authorised(request, caller))
        told = list(_telling(operation, caller, part, exchange, usual=usual))
        if told:
            yield from _to_nobody(bench, request, told[0]) if caller != ANONYMOUS else told
            return


def _to_nobody(bench: Workbench, request: Sent, told: _Told) -> Iterator[_Told]:
    """The same without credentials, where nobody is told it, too: that takes no account."""
    if told.operation.method != "GET":
        yield told
        return
    exchange = bench.sender.send(request)
    open_to_all = _telling(told.operation, ANONYMOUS, told.part, exchange, usual=None)
    yield next((each for each in open_to_all if each.console == told.console), told)


def _telling(
    operation: Operation, caller: Caller, part: str, exchange: Exchange, *, usual: Exchange | None
) -> Iterator[_Told]:
    answer = exchange.answer
    if answer is None:
        return
    what, console = _said(answer)
    if usual is not None and usual.answer is not None and (what, console) == _said(usual.answer):
        return
    if what or console:
        yield _Told(operation, caller, part, exchange, f"it is {console}" if console else what, console)


def _said(answer: Answer) -> tuple[str, str]:
    return disclosure(answer), debugger(answer)


def _provocable(bench: Workbench) -> Iterator[Operation]:
    return (each for each in bench.surface.operations if each.parts and not bench.may_send(each))


def _caller(bench: Workbench) -> Caller:
    """Who is served: errors of what refuses nobody are hardly reached."""
    return bench.accounts.callers[-1] if bench.accounts.callers else ANONYMOUS


def _consoles(told: list[_Told]) -> Iterator[Fault]:
    for first in sorted(told, key=lambda each: each.caller != ANONYMOUS)[:1]:
        message = f"Errors are answered with {first.console}, which shows code and settings and may run what is typed"
        yield _fault(first, told, "debug-error-page", 489, Severity.HIGH, message + "; turn debugging off")


def _disclosures(told: list[_Told]) -> Iterator[Fault]:
    message = "An error tells what the inside of the service looks like; answer with a number for the log, and no more"
    if len(told) > FEW:
        yield _fault(told[0], told, "error-disclosure", 209, Severity.MEDIUM, message)
    else:
        for each in told:
            yield _fault(each, [each], "error-disclosure", 209, Severity.MEDIUM, message)


def _fault(first: _Told, all_told: list[_Told], kind: str, cwe: int, severity: Severity, message: str) -> Fault:
    is_of_site = len(all_told) > 1
    return Fault(
        kind=kind,
        cwe=cwe,
        owasp=OWASP,
        severity=severity,
        certainty=Certainty.OBSERVED,
        method="" if is_of_site else first.operation.method,
        path=SITE if is_of_site else first.operation.path,
        part="" if is_of_site else first.part,
        caller=first.caller.name,
        message=message,
        proof=(first.exchange,),
        difference=first.what,
        examples=tuple(dict.fromkeys(each.operation.key for each in all_told))[:MOST_EXAMPLES] if is_of_site else (),
    )
