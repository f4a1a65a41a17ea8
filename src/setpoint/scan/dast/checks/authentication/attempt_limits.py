"""Logins and codes that may be tried without end: about ten wrong ones on an own account, then the right password.

It comes last of all checks: a target that is right locks the account.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from os.path import commonpath
from statistics import median
from typing import Final

from setpoint.model.dast import Answer, Caller, Certainty, Exchange, Fault, Operation, Part, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.authentication.enumeration import answered
from setpoint.scan.dast.checks.authentication.logins import (
    REQUESTS,
    RESET,
    code_part,
    guessable_codes,
    may_try_passwords,
    place_of,
    reset_operations,
    said,
)
from setpoint.scan.dast.checks.authentication.profiles import naming
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.patterns import text_matching
from setpoint.scan.dast.yardstick import yardstick_of

ATTEMPTS: Final = 12
"""A person who forgot does not get so far; guessing needs thousands."""

SLOWED: Final = 3.0
"""Times as long that the last answers take, where a target slows down whoever guesses."""

LEAST_DELAY: Final = 0.5
"""Seconds that such a delay has at least."""

USUAL_DIGITS: Final = 6
MOST_DIGITS: Final = 12

_DIGITS: Final = re.compile(r"\b(\d{1,2})[- ]?digit", re.IGNORECASE)

_ALIKE: Final = f"the last of {ATTEMPTS} attempts is answered like the first"

_PLACES: Final = frozenset({"loc", "pointer", "instancePath", "instance_path", "source"})
"""Members of an entry in a list of what is wrong with the form of a request (FastAPI, JSON:API, ajv)."""


class AttemptLimits:
    name = "attempt-limits"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        callers = _expendable(bench)
        if not may_try_passwords(bench) or not callers:
            return
        yield PlannedRequest("*", self.name, callers[0].name, (ATTEMPTS + 2) * REQUESTS, ATTEMPTS + 2)
        for each in guessable_codes(bench):
            yield PlannedRequest(each.key, self.name, callers[0].name, ATTEMPTS + 3)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        callers = _expendable(bench)
        if not may_try_passwords(bench) or not callers:
            bench.told(f"{self.name}: needs an account that logs in by a user's name, and to be let try")
            return
        for each in guessable_codes(bench):
            yield from self._code(bench, callers[0], each)
        able = next((each for each in callers if _logs_in(bench, each)), None)
        if able is None:
            bench.told(f"{self.name}: no account of the lowest rank can log in any more, so passwords were not tried")
        else:
            yield from self._password(bench, able)

    def _password(self, bench: Workbench, caller: Caller) -> Iterator[Fault]:
        tried = _unlimited(lambda: _last(answered(bench.accounts.attempt(caller, secrets.token_urlsafe(12)))))
        if not tried:
            return
        login = bench.accounts.login(caller)
        if login is not None and not login.credentials:
            bench.told(f"{self.name}: {caller.name} is locked now, which is as it should be")
            return
        right = _last(answered(login))
        difference = f"{_ALIKE}{', and the right password is taken after them' if right else ''}"
        proof = (tried[0], tried[-1], *((right,) if right else ()))
        yield _fault(place_of(bench, tried[0]), caller, proof, difference, "passwords", Severity.MEDIUM)

    def _code(self, bench: Workbench, caller: Caller, operation: Operation) -> Iterator[Fault]:
        part = code_part(operation)
        if part is None:
            return
        others = naming(bench, caller, operation)

        def send(code: str) -> Exchange:
            request = bench.build(operation, {**others, part: code})
            return bench.sender.send(bench.accounts.authorised(request, caller))

        digits = _digits_of(operation, part)

        def attempt() -> Exchange:
            return send(f"{secrets.randbelow(10**digits):0{digits}}")

        before = attempt()
        asked = _ask_for_reset(bench, caller, operation)
        malformed, tried = send(""), _unlimited(attempt)
        if not tried or tried[0].answer is None or _is_refused_unseen(tried[0].answer):
            return
        controls = [each.answer for each in (malformed, before if asked else None) if each and each.answer]
        if any(_differs(each, tried[0].answer) for each in controls):
            proof = (tried[0], tried[-1])
            yield _fault((operation.method, operation.path), caller, proof, _ALIKE, "codes", Severity.HIGH)


def _logs_in(bench: Workbench, caller: Caller) -> bool:
    """Whether its password is taken before any wrong one: what ran before may have ended the account.

    True where nothing is sent to log in: then `attempt` says how it goes.
    """
    login = bench.accounts.login(caller)
    return login is None or bool(login.credentials)


def _ask_for_reset(bench: Workbench, caller: Caller, operation: Operation) -> bool:
    """Have a code sent to the account, where the operation takes that of a reset: without one, none is compared.

    By the reset with the longest path in common: its pair.
    """
    resets = reset_operations(bench) if said(operation) & RESET else ()
    named = [(each, who) for each in resets if (who := naming(bench, caller, each))]
    pair = max(named, key=lambda each: len(commonpath([each[0].path, operation.path])), default=None)
    if pair is None:
        return False
    exchange = bench.sender.send(bench.build(*pair))
    return exchange.answer is not None and exchange.answer.status < 400


def _differs(control: Answer, tried: Answer) -> bool:
    yardstick = yardstick_of(tried, tried, [])
    return yardstick is not None and yardstick.reading(control, []) != yardstick.reading(tried, [])


def _digits_of(operation: Operation, part: Part) -> int:
    """How many a code has, as the document says, or its words; six where it does not."""
    worded = _DIGITS.search(f"{part.schema.get('description') or ''} {operation.summary}")
    like = text_matching(str(part.schema.get("pattern") or "")) or str(part.example or "")
    named = (
        len(like) if like.isdecimal() else None,
        int(worded[1]) if worded else None,
        part.schema.get("minLength"),
        part.schema.get("maxLength"),
    )
    return next((each for each in named if isinstance(each, int) and 1 < each <= MOST_DIGITS), USUAL_DIGITS)


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
    early, late = median(seconds[:3]), median(seconds[-3:])  # one hiccup of a busy target is no delay
    return late > max(SLOWED * early, LEAST_DELAY)


def _says_more(tried: list[Exchange]) -> bool:
    """Whether the last answer says another thing than the first: that the account is locked, or a riddle."""
    answers = [each.answer for each in tried if each.answer]
    yardstick = yardstick_of(answers[0], answers[1], [])
    if yardstick is None:
        return True
    return yardstick.reading(answers[-1], []) != yardstick.reading(answers[0], [])


def _expendable(bench: Workbench) -> list[Caller]:
    """Of the least rank, the one named last first: others go on with the first."""
    named = [each for each in bench.accounts.callers if bench.accounts.user(each)]
    return [each for each in reversed(named) if each.rank == named[0].rank]


def _last(exchanges: tuple[Exchange, ...]) -> Exchange | None:
    return exchanges[-1] if exchanges else None


def _fault(
    place: tuple[str, str], caller: Caller, proof: tuple[Exchange, ...], difference: str, what: str, severity: Severity
) -> Fault:
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
        proof=proof,
        difference=difference,
    )
