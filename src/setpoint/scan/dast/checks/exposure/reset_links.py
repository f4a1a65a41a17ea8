"""Links for a new password that lead to whatever host the one who asked for them named: their token goes there, too.

The message goes to an account of the scan. Where it cannot be seen, in the answer or in a list of messages, nothing
is told.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Final

from setpoint.model.dast import (
    ANONYMOUS,
    Caller,
    Certainty,
    Exchange,
    Fault,
    KnownFrom,
    Operation,
    PlannedRequest,
    Profile,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.authentication.logins import reset_operations
from setpoint.scan.dast.checks.authentication.profiles import naming
from setpoint.scan.dast.checks.exposure.asking import ask, everybody, gets, marker_host, with_headers
from setpoint.scan.dast.checks.exposure.hosts import FORWARDED, as_headers, links_to
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

HEADERS: Final = (("Host",), FORWARDED)
"""Named in one request each: every one that is believed may send a message to a person."""

MAX_BOXES: Final = 3

USUAL_BOXES: Final = ("/mailbox", "/outbox", "/dev/mail")
"""Asked for where no list of messages is known."""

_BOXES: Final = frozenset(words_of("mail mails inbox outbox mailbox messages notifications emails letters postbox"))
"""Words of paths that show what was sent to people."""


class ResetLinks:
    """Links for a new password that lead to a host of the caller's choice."""

    name = "reset-links"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation, caller in _resets(bench):
            yield PlannedRequest(operation.key, self.name, caller.name, len(HEADERS))
            for box in _known_boxes(bench) or _guessed(bench):
                for reader in everybody(bench):
                    yield PlannedRequest(box.key, self.name, reader.name, len(HEADERS))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation, _ in _resets(bench):
            known = ((each, naming(bench, each, operation)) for each in _named(bench))
            caller, who = next(((each, who) for each, who in known if who), (ANONYMOUS, {}))
            for names in HEADERS if who else ():
                hosts = {name: marker_host() for name in names}
                request = bench.build(operation, who)
                exchange = bench.sender.send(with_headers(request, *as_headers(hosts)))
                if seen := _seen(bench, exchange, hosts):
                    yield _fault(operation, caller, *seen)
                    break


def _resets(bench: Workbench) -> list[tuple[Operation, Caller]]:
    """With an account that can be named there."""
    if bench.profile is Profile.PASSIVE:
        return []
    caller = next(iter(_named(bench)), None)
    return [(each, caller) for each in reset_operations(bench) if "{" not in each.path] if caller else []


def _named(bench: Workbench) -> list[Caller]:
    """The highest account first: the mailbox of the least one gets the messages that `enumeration` asks for."""
    return [each for each in reversed(bench.accounts.callers) if bench.accounts.user(each)]


def _boxes(bench: Workbench) -> list[Operation]:
    """Those that are known; else usual ones of test systems, as far as they are there."""
    there = (each for each in _guessed(bench) if is_success(bench.baseline(each, ANONYMOUS)))
    return _known_boxes(bench) or list(there)


def _known_boxes(bench: Workbench) -> list[Operation]:
    found = (each for each in gets(bench) if _BOXES & set(words_of(each.path)) and "{" not in each.path)
    return list(islice(found, MAX_BOXES))


def _guessed(bench: Workbench) -> list[Operation]:
    guessed = (Operation("GET", path, known_from=frozenset({KnownFrom.GUESS})) for path in USUAL_BOXES)
    return [each for each in guessed if not bench.may_send(each)]


def _seen(bench: Workbench, exchange: Exchange, hosts: Mapping[str, str]) -> tuple[str, tuple[Exchange, ...]] | None:
    """The header whose host a link leads to, and the exchanges that show it; None where nothing does."""
    if exchange.answer is None or exchange.answer.status >= 400:
        return None
    if header := _linked(exchange, hosts):
        return header, (exchange,)
    for box in _boxes(bench):
        for reader in everybody(bench):
            shown = ask(bench, bench.build(box, {}), reader)
            if header := _linked(shown, hosts):
                return header, (exchange, shown)
    return None


def _linked(shown: Exchange, hosts: Mapping[str, str]) -> str:
    answer = shown.answer
    return next((name for name, host in hosts.items() if answer is not None and links_to(answer, host)), "")


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
