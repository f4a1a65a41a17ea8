"""Changes of a password that end no other session, or do not ask for the old one: on an account made for it.

Made only where `auth.yaml` allows registrations. What counts is who logs in, and what a session made before reads.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from setpoint.model.dast import Caller, Certainty, Exchange, Fault, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import Credentials, with_credentials
from setpoint.scan.dast.answers import is_success, shown
from setpoint.scan.dast.checks.authentication.guarded import Guarded, guarded, says_no
from setpoint.scan.dast.checks.authentication.logins import (
    REQUESTS,
    is_old_password,
    may_register,
    naming_user,
    password_changes,
    password_parts,
    registrations,
    takes_user,
)
from setpoint.scan.dast.checks.authentication.newcomers import Newcomer, newcomer, strong_password
from setpoint.scan.dast.interface import Login, Workbench

MOST_CHANGES: Final = 2
MOST_PAGES: Final = 3
"""Of those that only accounts read, until one shows the new account something."""

TICK: Final = 1.1
"""Seconds between a login and the change: tokens say in whole seconds when they were issued (RFC 7519, 4.1.6)."""


@dataclass(frozen=True, slots=True)
class View:
    """What a session of the new account reads, and nobody else does."""

    target: Guarded
    private: frozenset[str]


class PasswordChanges:
    name = "password-changes"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        about = 2 + 7 * REQUESTS + 2 * MOST_PAGES + 4
        for each in _changes(bench) if bench.accounts.callers else ():
            yield PlannedRequest(each.key, self.name, "", about, 8)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)
        for operation in _changes(bench) if caller is not None else ():
            account = _made(bench, caller) if caller is not None else None
            if caller is None or account is None:
                bench.told(f"{self.name}: needs an account of its own, and none that was registered logs in")
                return
            yield from _changed(bench, caller, account, operation)


def _changes(bench: Workbench) -> Iterator[Operation]:
    if may_register(bench):
        yield from islice(password_changes(bench), MOST_CHANGES)


def _made(bench: Workbench, caller: Caller) -> Newcomer | None:
    user = bench.accounts.user(caller)
    made = (newcomer(bench, caller, each) for each in registrations(bench) if takes_user(each, user))
    return next(filter(None, made), None)


def _changed(bench: Workbench, caller: Caller, account: Newcomer, operation: Operation) -> Iterator[Fault]:
    other = _other_session(bench, caller, account)
    view = _view(bench, other.credentials) if other is not None else None
    time.sleep(TICK)
    asks = any(map(is_old_password, password_parts(operation)))
    sent, login = _set(bench, caller, account, operation, strong_password())
    is_unverified = login is not None
    if not is_unverified and asks:
        sent, login = _set(bench, caller, account, operation, account.password)
    if login is None or _logs_in(bench, caller, account.user, account.password):
        return
    if is_unverified:
        yield _unverified(operation, asks=asks, proof=(sent, login.exchanges[-1]))
    if other is not None and view is not None:
        read = _still_reads(bench, view, other.credentials)
        if read is not None:
            yield _survives(operation, (sent, read))


def _other_session(bench: Workbench, caller: Caller, account: Newcomer) -> Login | None:
    """One beside that which the account began with; None where there is but one for each account.

    Two tokens that were issued in the same second may be the same.
    """
    for seconds in (0.0, TICK):
        time.sleep(seconds)
        login = bench.accounts.attempt(caller, account.password, user=account.user)
        if login is not None and login.credentials and login.credentials != account.credentials:
            return login
    return None


def _set(
    bench: Workbench, caller: Caller, account: Newcomer, operation: Operation, old: str
) -> tuple[Exchange, Login | None]:
    """The change by the session that the account began with, and the login by what it set; None where it set nothing.

    `old`: what it gives for the old password, where that is asked for.
    """
    wanted = strong_password()
    parts = password_parts(operation)
    values = naming_user(operation, account.user) | {each: old if is_old_password(each) else wanted for each in parts}
    sent = bench.sender.send(with_credentials(bench.build(operation, values), account.credentials, ""))
    if sent.answer is None or sent.answer.status >= 400:
        return sent, None
    login = bench.accounts.attempt(caller, wanted, user=account.user)
    return sent, login if login is not None and login.credentials else None


def _logs_in(bench: Workbench, caller: Caller, user: str, password: str) -> bool:
    login = bench.accounts.attempt(caller, password, user=user)
    return login is not None and bool(login.credentials)


def _view(bench: Workbench, credentials: Credentials) -> View | None:
    """Of the first page that shows this session what it shows nobody."""
    for target in islice((each for each in guarded(bench) if "{" not in each.operation.path), MOST_PAGES):
        first, second = (_read(bench, target, credentials) for _ in range(2))
        control = target.control.answer
        private = (_shown(first) & _shown(second)) - (shown(control) if control else frozenset())
        if private:
            return View(target, private)
    return None


def _still_reads(bench: Workbench, view: View, credentials: Credentials) -> Exchange | None:
    first, second = (_read(bench, view.target, credentials) for _ in range(2))
    nobody = bench.sender.send(view.target.plain)
    private = view.private - _shown(nobody)
    return first if private and private <= _shown(first) & _shown(second) else None


def _read(bench: Workbench, target: Guarded, credentials: Credentials) -> Exchange:
    return bench.sender.send(with_credentials(target.plain, credentials, ""))


def _shown(exchange: Exchange) -> frozenset[str]:
    answer = exchange.answer
    return shown(answer) if answer is not None and is_success(exchange) and not says_no(answer) else frozenset()


def _unverified(operation: Operation, *, asks: bool, proof: tuple[Exchange, ...]) -> Fault:
    what = "is not compared with the old one" if asks else "does not ask for the old one"
    return Fault(
        kind="password-change-unverified",
        cwe=620,
        owasp="API2:2023",
        severity=Severity.MEDIUM if asks else Severity.LOW,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        message=f"A change of the password {what}: whoever finds a session open keeps the account. Ask for the old "
        "password, and compare it.",
        proof=proof,
        difference="the new password logs in, and the old one does not, though nobody gave the old one",
    )


def _survives(operation: Operation, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind="session-survives-password-change",
        cwe=613,
        owasp="API2:2023",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        message="Sessions go on after the password was changed, and whoever stole one stays: end all others with it.",
        proof=proof,
        difference="after the change, a session made before it is shown what the account alone should be",
    )
