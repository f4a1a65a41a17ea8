"""Registrations that take a password which everybody guesses. Made only where `auth.yaml` allows registrations."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Caller, Certainty, Fault, Operation, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.authentication.logins import (
    password_parts,
    registrations,
    takes_address,
    user_part,
)
from setpoint.scan.dast.checks.authentication.newcomers import nobody_like, registered
from setpoint.scan.dast.interface import Workbench

GUESSED: Final = "123456"
"""Shorter than what is allowed (NIST SP 800-63B-4, 3.1.1.2: 8 at the very least), and the first on every list."""


class WeakPasswords:
    name = "weak-passwords"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.accounts.may_register and bench.profile is not Profile.PASSIVE:
            for each in registrations(bench):
                yield PlannedRequest(each.key, self.name, "", 3)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if not bench.accounts.may_register or bench.profile is Profile.PASSIVE:
            bench.told(f"{self.name}: makes an account, which is not allowed (registration: true in auth.yaml)")
            return
        caller = next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)
        if caller is not None:
            for operation in registrations(bench):
                yield from self._registered(bench, caller, operation)

    def _registered(self, bench: Workbench, caller: Caller, operation: Operation) -> Iterator[Fault]:
        """Shown by logging in with it: an answer alone may say anything."""
        user = nobody_like(bench.accounts.user(caller))
        part = user_part(operation, user)
        if part is None or ("@" not in user and takes_address(part)):
            return
        made = registered(bench, operation, user, GUESSED)
        if made is None:
            return
        login = bench.accounts.attempt(caller, GUESSED, user=user)
        if login is None or not login.credentials:
            return
        control = bench.accounts.attempt(caller, secrets.token_urlsafe(12), user=user)
        if control is None or not control.credentials:
            yield Fault(
                kind="weak-password-policy",
                cwe=521,
                owasp="API2:2023",
                severity=Severity.INFO,
                certainty=Certainty.CONFIRMED,
                method=operation.method,
                path=operation.path,
                part=f"body:{password_parts(operation)[0].name}",
                message="The most common password of all is accepted, and logs in: ask for eight letters or more, "
                "and refuse those on lists of stolen ones.",
                proof=(made, login.exchanges[-1]),
                difference="the account that was made with it logs in by it",
            )
