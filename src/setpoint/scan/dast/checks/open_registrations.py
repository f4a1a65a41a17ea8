"""Registrations that a check may make an account by, and who logs in as such an account would."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.model.dast import BodyForm, Caller, Operation
from setpoint.scan.dast.checks.authentication.logins import may_register, registrations, takes_user
from setpoint.scan.dast.interface import Workbench


def open_registrations(bench: Workbench) -> Iterator[tuple[Operation, Caller]]:
    """None where the operator lets nobody register, or no account logs in by a name."""
    caller = next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)
    if caller is None or not may_register(bench):
        return
    for operation in registrations(bench):
        if operation.body in {BodyForm.JSON, BodyForm.FORM} and takes_user(operation, bench.accounts.user(caller)):
            yield operation, caller
