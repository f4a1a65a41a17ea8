"""SQL injection in the name of a new account: it is known by a name that the database worked out.

The other checks send nothing to registrations: each account stays behind. This one makes one, or two at most.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Caller, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.scan.dast.checks.authentication.logins import REQUESTS, user_part
from setpoint.scan.dast.checks.authentication.newcomers import nobody_like, registered, strong_password
from setpoint.scan.dast.checks.injection.computing import numbers
from setpoint.scan.dast.checks.injection.sql import JOINED, MULTIPLIED, SqlInjection
from setpoint.scan.dast.checks.injection.weakness import explained_in
from setpoint.scan.dast.checks.open_registrations import open_registrations
from setpoint.scan.dast.interface import Workbench

_NAMES: Final = ((f"<name>{JOINED}", "<name><product>"), (MULTIPLIED, "<product>"))
"""What is registered, and the name that the database makes of it; the second for MySQL and SQL Server."""


class SqlInjectionInRegistrations:
    """SQL injection by the name at a registration: the account logs in by a name that nobody sent."""

    name = "sql-injection-in-registrations"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation, _ in open_registrations(bench):
            yield PlannedRequest(operation.key, self.name, "", len(_NAMES) * 2 * (1 + REQUESTS))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        explained = explained_in(bench)
        for operation, caller in open_registrations(bench):
            fault = _worked_out(bench, operation, caller)
            if fault is not None and (operation.key, fault.part) not in explained:
                explained.add((operation.key, fault.part))
                yield fault


def _worked_out(bench: Workbench, operation: Operation, caller: Caller) -> Fault | None:
    name, at, host = nobody_like(bench.accounts.user(caller)).partition("@")
    password = strong_password()
    for template, known_as in _NAMES:
        given = numbers()
        sent, kept = (
            given.filled(each).replace("<name>", name).replace("<product>", given.product) + at + host
            for each in (template, known_as)
        )
        made = registered(bench, operation, sent, password)
        if made is None:
            continue
        if _lets_in(bench, caller, password, f"other{kept}") or not _lets_in(bench, caller, password, kept):
            return None
        part = user_part(operation, sent) or Part(PartPlace.BODY, "user")
        difference = "the new account logs in by a name with a product in it that nobody sent"
        return SqlInjection.weakness.fault_at(operation, f"{part.place}:{part.name}", [made], difference)
    return None


def _lets_in(bench: Workbench, caller: Caller, password: str, user: str) -> bool:
    login = bench.accounts.attempt(caller, password, user=user)
    return login is not None and bool(login.credentials)
