"""Logins and codes that may be tried without end: about ten wrong ones on an own account, then the right password.

It comes last of all checks: a target that is right locks the account.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Final

from setpoint.model.dast import Answer, Caller, Certainty, Exchange, Fault, Operation, Part, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.authentication.enumeration import answered
from setpoint.scan.dast.checks.authentication.logins import (
    REQUESTS,
    RESET,
    code_operations,
    code_part,
    may_try_passwords,
    place_of,
    said,
    user_part,
)
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.patterns import text_matching
from setpoint.scan.dast.yardstick import yardstick_of

ATTEMPTS: Final = 12
"""A person who forgot does not get so far; guessing needs thousands."""

SLOWED: Final = 3.0
"""Times as long that the last answers take, where a target slows down whoever guesses."""

LEAST_DELAY: Final = 0.5
"""Seconds that such a delay has at least."""

MOST_CODES: Final = 2

USUAL_DIGITS: Final = 6
MOST_DIGITS: Final = 12

_PLACES: Final = frozenset({"loc", "pointer", "instancePath", "instance_path", "source"})
"""Members of an entry in a list of what is wrong with the form of a request (FastAPI, JSON:API, ajv)."""


class AttemptLimits:
    name = "attempt-limits"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        caller = _expendable(bench)
        if not may_try_passwords(bench) or caller is None:
            return
        yield PlannedRequest("*", self.name, caller.name, (ATTEMPTS + 1) * REQUESTS)
        for each in _codes(bench):
            yield PlannedRequest(each.key, self.name, caller.name, ATTEMPTS + 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = _expendable(bench)
        if not may_try_passwords(bench) or caller is None:
            bench.told(f"{self.name}: needs an account that logs in by a user's name, and to be let try")
            return
        for each in _codes(bench):
            yield from self._code(bench, caller, each)
        yield from self._password(bench, caller)

    def _password(self, bench: Workbench, caller: Caller) -> Iterator[Fault]:
        tried = _unlimited(lambda: _last(answered(bench.accounts.attempt(caller, secrets.token_urlsafe(12)))))
        if not tried:
            return
        login = bench.accounts.login(caller)
        if login is not None and not login.credentials:
            bench.told(f"{self.name}: {caller.name} is locked now, which is as it should be")
            return
        yield _fault(place_of(bench, tried[0]), caller, tried, "passwords", Severity.MEDIUM)

    def _code(self, bench: Workbench, caller: Caller, operation: Operation) -> Iterator[Fault]:
        part, who = code_part(operation), user_part(operation)
        if part is None:
            return
        others = {who: bench.accounts.user(caller)} if who and bench.accounts.user(caller) else {}

        def send(code: str) -> Exchange:
            request = bench.build(operation, {**others, part: code})
            return bench.sender.send(bench.accounts.authorised(request, caller))

        malformed, digits = send(""), _digits_of(part)
        tried = _unlimited(lambda: send(f"{secrets.randbelow(10**digits):0{digits}}"))
        if not tried or malformed.answer is None or tried[0].answer is None:
            return
        yardstick = yardstick_of(tried[0].answer, tried[0].answer, [])
        was_looked_at = yardstick and yardstick.reading(malformed.answer, []) != yardstick.reading(tried[0].answer, [])
        if was_looked_at and not _is_refused_unseen(tried[0].answer):
            yield _fault((operation.method, operation.path), caller, tried, "codes", Severity.HIGH)


def _digits_of(part: Part) -> int:
    """How many a code has, as the document says; six where it does not."""
    like = text_matching(str(part.schema.get("pattern") or "")) or str(part.example or "")
    said = (len(like) if like.isdecimal() else None, part.schema.get("minLength"), part.schema.get("maxLength"))
    return next((each for each in said if isinstance(each, int) and 1 < each <= MOST_DIGITS), USUAL_DIGITS)


def _is_refused_unseen(answer: Answer) -> bool:
    """Whether nobody compared the code with any: there is no such operation, or what was sent has not its form."""
    if answer.status in {404, 405, 415} or answer.status >= 500:
        return True
    document = json_of(answer)
    errors = [each for each in document.values() if isinstance(each, list)] if isinstance(document, dict) else []
    return any(isinstance(each, dict) and not _PLACES.isdisjoint(each) for listed in errors for each in listed)


def _unlimited(attempt: Callable[[], Exchange | None]) -> list[Exchange]:
    """All attempts, where each was answered like the first, and as fast; empty where something stopped them."""
    tried: list[Exchange] = []
    for _ in range(ATTEMPTS):
        exchange = attempt()
        if exchange is None or exchange.answer is None:
            return []
        tried.append(exchange)
        first = tried[0].answer
        if first is None or (len(tried) > 1 and yardstick_of(first, exchange.answer, []) is None):
            return []
        if exchange.answer.status != first.status or exchange.answer.header("retry-after"):
            return []
    return [] if _is_slowed(tried) or _says_more(tried) else tried


def _is_slowed(tried: list[Exchange]) -> bool:
    seconds = [each.answer.seconds for each in tried if each.answer]
    early, late = sum(seconds[:3]) / 3, sum(seconds[-3:]) / 3
    return late > max(SLOWED * early, LEAST_DELAY)


def _says_more(tried: list[Exchange]) -> bool:
    """Whether the last answer says another thing than the first: that the account is locked, or a riddle."""
    answers = [each.answer for each in tried if each.answer]
    yardstick = yardstick_of(answers[0], answers[1], [])
    if yardstick is None:
        return True
    return yardstick.reading(answers[-1], []) != yardstick.reading(answers[0], [])


def _expendable(bench: Workbench) -> Caller | None:
    """Of the least rank, the one named last: others go on with the first."""
    named = [each for each in bench.accounts.callers if bench.accounts.user(each)]
    return next((each for each in reversed(named) if each.rank == named[0].rank), None)


def _codes(bench: Workbench) -> list[Operation]:
    """A wrong code changes nothing, of whatever it is for: that of a reset is tried though resets are not sent."""
    allowed = (each for each in code_operations(bench) if said(each) & RESET or not bench.may_send(each))
    return list(islice(allowed, MOST_CODES))


def _last(exchanges: tuple[Exchange, ...]) -> Exchange | None:
    return exchanges[-1] if exchanges else None


def _fault(place: tuple[str, str], caller: Caller, tried: list[Exchange], what: str, severity: Severity) -> Fault:
    return Fault(
        kind="missing-attempt-limit",
        cwe=307,
        owasp="API2:2023",
        severity=severity,
        certainty=Certainty.CONFIRMED,
        method=place[0],
        path=place[1],
        caller=caller.name,
        message=f"{ATTEMPTS} wrong {what} in a row change nothing: slow down, ask for more, or lock for a while.",
        proof=(tried[0], tried[-1]),
        difference=f"the last of {ATTEMPTS} attempts is answered like the first",
    )
