"""Links for a new password that lead to whatever host the one who asked for them named: their token goes there, too.

The message goes to an account of the scan. Where it cannot be seen, in the answer or in a list of messages, nothing
is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Caller, Certainty, Exchange, Fault, Operation, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.authentication.logins import reset_operations, user_part
from setpoint.scan.dast.checks.exposure.asking import ask, everybody, gets, marker_host, with_headers
from setpoint.scan.dast.checks.exposure.hosts import links_to
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

HEADERS: Final = ("Host", "X-Forwarded-Host")

MAX_BOXES: Final = 3

_BOXES: Final = frozenset({"mail", "mails", "inbox", "outbox", "mailbox", "messages", "notifications", "emails"})
"""Words of paths that show what was sent to people."""


class ResetLinks:
    """Links for a new password that lead to a host of the caller's choice."""

    name = "reset-links"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation, caller in _resets(bench):
            yield PlannedRequest(operation.key, self.name, caller.name, len(HEADERS))
            for box in _boxes(bench):
                for reader in everybody(bench):
                    yield PlannedRequest(box.key, self.name, reader.name, len(HEADERS))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation, caller in _resets(bench):
            part = user_part(operation)
            for header in HEADERS if part is not None else ():
                host = marker_host()
                request = bench.build(operation, {part: bench.accounts.user(caller)} if part else {})
                exchange = bench.sender.send(with_headers(request, (header, host)))
                proof = _seen(bench, exchange, host)
                if proof:
                    yield _fault(operation, caller, header, proof)
                    break


def _resets(bench: Workbench) -> list[tuple[Operation, Caller]]:
    """With an account that can be named there."""
    if bench.profile is Profile.PASSIVE:
        return []
    caller = next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)
    return [(each, caller) for each in reset_operations(bench) if "{" not in each.path] if caller else []


def _boxes(bench: Workbench) -> list[Operation]:
    found = (each for each in gets(bench) if _BOXES & set(words_of(each.path)) and "{" not in each.path)
    return list(found)[:MAX_BOXES]


def _seen(bench: Workbench, exchange: Exchange, host: str) -> tuple[Exchange, ...]:
    """The exchanges that show a link to the host; none where nothing does."""
    if exchange.answer is None or exchange.answer.status >= 400:
        return ()
    if links_to(exchange.answer, host):
        return (exchange,)
    for box in _boxes(bench):
        for reader in everybody(bench):
            shown = ask(bench, bench.build(box, {}), reader)
            if shown.answer is not None and links_to(shown.answer, host):
                return exchange, shown
    return ()


def _fault(operation: Operation, caller: Caller, header: str, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind="reset-link-to-any-host",
        cwe=640,
        owasp="API2:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=f"header:{header}",
        caller=caller.name,
        message=f"Who asks for somebody's new password chooses by the header {header} where the link leads, and gets"
        " the token when it is followed; build the link of a configured address",
        proof=proof,
        difference=f"the link that was sent has the host that {header} named",
    )
