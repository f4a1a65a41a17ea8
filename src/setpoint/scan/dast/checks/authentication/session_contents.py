"""What the sessions are like that logins give: whether they can be guessed, how long they live, where they stand."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import parse_qsl, urljoin, urlsplit

from setpoint.model.dast import Caller, Certainty, Exchange, Fault, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import set_cookies, telling
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.authentication.contents import is_made_of, plain, random_bits
from setpoint.scan.dast.checks.authentication.jwt import Jwt, jwt_in
from setpoint.scan.dast.checks.authentication.logins import PASSWORD, REQUESTS, place_of, words
from setpoint.scan.dast.interface import Login, Workbench

LOGINS: Final = 3

LEAST_BITS: Final = 48.0
"""What changes from one session to the next has to have 64 (OWASP ASVS 5, 7.2.3), by an estimate that is too high."""

LEAST_LETTERS: Final = 8
"""As many bits, of letters that are all random."""

LONGEST: Final = 180 * 86400.0
"""Seconds: half a year; no guideline allows so much without a new login (NIST SP 800-63B-4: 30 days at most)."""

_SECRETS: Final = PASSWORD | {"secret", "ssn", "cvv", "iban"}


class SessionContents:
    name = "session-contents"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE:
            yield from (
                PlannedRequest("*", self.name, each.name, LOGINS * REQUESTS, LOGINS)
                for each in bench.accounts.callers[:1]
            )

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = None if bench.profile is Profile.PASSIVE else next(iter(bench.accounts.callers), None)
        logins = [bench.accounts.login(caller) for _ in range(LOGINS)] if caller else []
        good = [each for each in logins if each and each.credentials]
        if caller is None or len(good) < LOGINS:
            bench.told(f"{self.name}: needs an account that logs in")
            return
        tokens = [telling(each.credentials) for each in good]
        asked = next((each for each in good[0].exchanges if each.sent.body), good[0].exchanges[-1])
        teller = _Teller(bench, caller, asked)
        yield from _guessable(teller, tokens, bench.accounts.user(caller))
        yield from _in_urls(teller, good[0], tokens[0])
        yield from _long_lived(teller, good[0])
        token = jwt_in(tokens[0])
        if token is not None:
            yield from _telling_claims(teller, token)


class _Teller:
    """Faults of one login."""

    def __init__(self, bench: Workbench, caller: Caller, asked: Exchange) -> None:
        self._place = place_of(bench, asked)
        self._caller = caller
        self._asked = asked

    def fault(self, kind: str, cwe: int, severity: Severity, message: str, difference: str, *, part: str = "") -> Fault:
        return Fault(
            kind=kind,
            cwe=cwe,
            owasp="API2:2023",
            severity=severity,
            certainty=Certainty.OBSERVED,
            method=self._place[0],
            path=self._place[1],
            part=part,
            caller=self._caller.name,
            message=message,
            proof=(self._asked,),
            difference=difference,
        )


def _guessable(teller: _Teller, tokens: list[str], user: str) -> Iterator[Fault]:
    message = "Sessions can be guessed: name them by at least 16 bytes of a generator made for secrets."
    if jwt_in(tokens[0]) is not None:
        return
    if is_made_of(tokens[0], user):
        difference = "the session is the user's name, or its digest"
        yield teller.fault("predictable-session", 340, Severity.CRITICAL, message, difference)
        return
    letters = len(plain(tokens[0]))
    if letters < LEAST_LETTERS:
        difference = f"the session has {letters} letters"
        yield teller.fault("predictable-session", 340, Severity.CRITICAL, message, difference)
        return
    if len(set(tokens)) < LOGINS:
        return
    bits = random_bits(tokens)
    if bits < LEAST_BITS and not _is_signed(tokens[0]):
        difference = f"of {LOGINS} sessions at most {bits:.0f} bits differ"
        yield teller.fault("predictable-session", 340, Severity.HIGH, message, difference)


def _is_signed(token: str) -> bool:
    """Whether some part of it is too long to be anything but random, or a signature."""
    return any(len(each) >= 20 and plain(each) == each for each in re.split(r"[.|:;&=]", token))


def _in_urls(teller: _Teller, login: Login, token: str) -> Iterator[Fault]:
    for exchange in login.exchanges:
        answer = exchange.answer
        if answer is None:
            continue
        address = urlsplit(urljoin(exchange.sent.url, answer.header("location")))
        given = dict(parse_qsl(address.query)) | dict(parse_qsl(address.path.partition(";")[2]))
        name = next((name for name, value in given.items() if value == token), "")
        linked = re.search(r"[?&;]([\w-]+)=" + re.escape(token), answer.body.decode(errors="replace"))
        name = name or (linked[1] if linked else "")
        if name:
            message = "The session stands in an address, which is logged, kept and passed on: put it into a cookie."
            yield teller.fault(
                "session-in-url", 598, Severity.MEDIUM, message, "an address holds the session", part=f"query:{name}"
            )
            return


def _long_lived(teller: _Teller, login: Login) -> Iterator[Fault]:
    message = "Whoever steals a session has it for months: let it end within days, and renew it while it is used."
    held = {(place, name): value for place, name, value in login.credentials}
    for (place, name), value in held.items():
        token = jwt_in(value)
        if token is not None and (difference := _lives(token)):
            yield teller.fault("long-lived-session", 613, Severity.LOW, message, difference, part=f"{place}:{name}")
            return
    for exchange in login.exchanges:
        if exchange.answer is None:
            continue
        document = json_of(exchange.answer)
        seconds = document.get("expires_in") if isinstance(document, dict) else None
        if isinstance(seconds, int | float) and not isinstance(seconds, bool) and seconds > LONGEST:
            difference = f"expires_in is {seconds / 86400:.0f} days"
            yield teller.fault("long-lived-session", 613, Severity.LOW, message, difference, part="body:/expires_in")
            return
        for name, value, attributes in set_cookies(exchange.answer):
            days = _cookie_seconds(attributes) / 86400
            if held.get(("cookie", name)) == value and value == telling(login.credentials) and days * 86400 > LONGEST:
                difference = f"the cookie is kept for {days:.0f} days"
                yield teller.fault("long-lived-session", 613, Severity.LOW, message, difference, part=f"cookie:{name}")
                return


def _lives(token: Jwt) -> str:
    ends = token.claims.get("exp")
    if ends is None:
        return "the token has no end (exp)"
    begins = token.claims.get("iat", time.time())
    if isinstance(ends, int | float) and isinstance(begins, int | float) and ends - begins > LONGEST:
        return f"the token is good for {(ends - begins) / 86400:.0f} days"
    return ""


def _cookie_seconds(attributes: str) -> float:
    most = re.search(r"max-age\s*=\s*(\d{1,12})", attributes)
    if most:
        return float(most[1])
    until = re.search(r"expires\s*=\s*([^;]+)", attributes)
    try:
        return parsedate_to_datetime(until[1]).timestamp() - time.time() if until else 0.0
    except (ValueError, OverflowError):
        return 0.0


def _telling_claims(teller: _Teller, token: Jwt) -> Iterator[Fault]:
    name = next((name for name in sorted(token.claims) if words(name) & _SECRETS and token.claims[name]), "")
    if name:
        message = "The token holds a secret that whoever sees it can read: it is signed, not encrypted; leave it out."
        yield teller.fault("secret-in-token", 522, Severity.MEDIUM, message, f"it has the claim {name}")
