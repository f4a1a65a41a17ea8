"""Sessions that begin under an identifier known before the login, and sessions that go on after the logout."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final

from setpoint.model.dast import Answer, Certainty, Exchange, Fault, Operation, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import kept, with_cookies, with_credentials
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.authentication.guarded import Guarded, guarded, planned, reads, says_no
from setpoint.scan.dast.checks.authentication.logins import REQUESTS, logout_operations, place_of
from setpoint.scan.dast.interface import Login, Workbench

READING: Final = 3
"""Requests that `reads` takes, at most."""


class SessionFixation:
    name = "session-fixation"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE and next(planned(self.name, bench, 1), None):
            yield PlannedRequest("*", self.name, bench.accounts.callers[0].name, 4 * (REQUESTS + READING), 4)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        target = None if bench.profile is Profile.PASSIVE else next(guarded(bench), None)
        login = bench.accounts.login(target.caller) if target else None
        if target is None or login is None:
            bench.told(f"{self.name}: needs an account that logs in, and something that only it may read")
            return
        found = next(filter(None, (self._kept(bench, target, login), self._taken(bench, target, login))), None)
        found = found or self._not_rotated(bench, target)
        if found is not None:
            yield found

    def _kept(self, bench: Workbench, target: Guarded, login: Login) -> Fault | None:
        """What the page of the login set is what the session goes by after it."""
        before: dict[str, str] = {}
        if len(login.exchanges) > 1 and login.exchanges[0].answer:
            before = kept({}, login.exchanges[0].answer)
        stayed = {
            name: value for place, name, value in login.credentials if place == "cookie" and before.get(name) == value
        }
        return self._read(bench, target, stayed, login, "the cookie of before the login")

    def _taken(self, bench: Workbench, target: Guarded, login: Login) -> Fault | None:
        """What somebody else chose, and had the browser hold, is what the session goes by after the login."""
        chosen = {name: _made_up(value) for place, name, value in login.credentials if place == "cookie"}
        if not chosen or reads(bench, target, with_cookies(target.plain, chosen)):
            return None
        again = bench.accounts.login(target.caller, cookies=chosen)
        stayed = {
            name: value
            for place, name, value in (again.credentials if again else ())
            if place == "cookie" and chosen.get(name) == value
        }
        return self._read(bench, target, stayed, login, "a cookie that we chose")

    def _not_rotated(self, bench: Workbench, target: Guarded) -> Fault | None:
        """The session of one account becomes that of another which logs in over it."""
        for caller in bench.accounts.callers:
            first = bench.accounts.login(caller) if caller != target.caller else None
            cookies = {name: value for place, name, value in (first.credentials if first else ()) if place == "cookie"}
            if not cookies or reads(bench, target, with_cookies(target.plain, cookies)):
                continue
            login = bench.accounts.login(target.caller, cookies=cookies)
            return self._read(bench, target, cookies, login, "the session of another account") if login else None
        return None

    def _read(
        self, bench: Workbench, target: Guarded, cookies: Mapping[str, str], login: Login, what: str
    ) -> Fault | None:
        proof = reads(bench, target, with_cookies(target.plain, cookies)) if cookies else ()
        if not proof:
            return None
        method, path = place_of(bench, _last_of(login))
        return Fault(
            kind="session-fixation",
            cwe=384,
            owasp="API2:2023",
            severity=Severity.HIGH,
            certainty=Certainty.CONFIRMED,
            method=method,
            path=path,
            part=f"cookie:{next(iter(cookies))}",
            caller=target.caller.name,
            message="A login keeps the session's identifier: whoever gave it to the browser is logged in, too. "
            "Give a new one with every login.",
            proof=proof,
            difference=f"after the login, {what} is shown what the account alone should be",
        )


class SessionSurvivesLogout:
    name = "session-survives-logout"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE and bench.accounts.callers:
            for each in logout_operations(bench):
                yield PlannedRequest(each.key, self.name, bench.accounts.callers[0].name, 1 + REQUESTS + 2 * READING)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        operations = [] if bench.profile is Profile.PASSIVE else list(logout_operations(bench))
        target = next(guarded(bench), None) if operations else None
        if target is None:
            bench.told(f"{self.name}: needs a logout, an account, and something that only it may read")
            return
        for operation in operations:
            yield from self._after(bench, target, operation)

    def _after(self, bench: Workbench, target: Guarded, operation: Operation) -> Iterator[Fault]:
        """Of a session made for it: the one in force is not logged out."""
        login = bench.accounts.login(target.caller)
        if login is None or not login.credentials:
            return
        request = with_credentials(target.plain, login.credentials, target.caller.name)
        if not reads(bench, target, request):
            return
        leaving = bench.sender.send(with_credentials(bench.build(operation, {}), login.credentials, target.caller.name))
        if leaving.answer is None or leaving.answer.status >= 400 or _refuses(leaving.answer):
            return
        proof = reads(bench, target, replace(request, caller=""))
        if proof:
            yield _survives(target, operation, (leaving, proof[-1]))


def _survives(target: Guarded, operation: Operation, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind="session-survives-logout",
        cwe=613,
        owasp="API2:2023",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        caller=target.caller.name,
        message="What was logged out is still logged in: end the session, or refuse its token, on the server.",
        proof=proof,
        difference="after the logout, the same credentials are shown what the account alone should be",
    )


def _refuses(answer: Answer) -> bool:
    """In a document of its own: a page to log in on is what a logout may well lead to."""
    return json_of(answer) is not None and says_no(answer)


def _made_up(value: str) -> str:
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) if each.isalnum() else each for each in value)


def _last_of(login: Login) -> Exchange:
    """The request that gave the password."""
    return next((each for each in login.exchanges if each.sent.body), login.exchanges[-1])
