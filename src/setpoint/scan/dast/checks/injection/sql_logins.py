"""SQL injection in the name of whoever logs in, where the password is compared outside of the database.

What `sql` sends finds nobody there: conditions only show with the right password of a name, so an own account logs in
with them. True and false ones are joined by AND, which leads to no other account.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Caller, Certainty, Exchange, Fault, PlannedRequest
from setpoint.scan.dast.checks.authentication.logins import REQUESTS
from setpoint.scan.dast.checks.differential import Turn
from setpoint.scan.dast.checks.injection.own_logins import ROUNDS, is_judged, own_caller, place_of_user
from setpoint.scan.dast.checks.injection.sql import SqlInjection, conditions
from setpoint.scan.dast.checks.injection.weakness import explained_in
from setpoint.scan.dast.interface import Login, Workbench

_NAMES: Final = (
    "{value}' AND {condition} AND 'k' LIKE 'k",
    "{value}') AND {condition} AND ('k' LIKE 'k",
    '{value}" AND {condition} AND "k" LIKE "k',
)


class SqlInjectionInLogins:
    """SQL injection by the name at a login: the right password lets in with a true condition alone."""

    name = "sql-injection-in-logins"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if caller := own_caller(bench):
            about = (len(_NAMES) + 2 * ROUNDS) * REQUESTS
            yield PlannedRequest("*", self.name, caller.name, about, len(_NAMES))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        caller = own_caller(bench)
        if caller is None:
            return
        for template in _NAMES:
            if proof := _told_apart(bench, caller, template):
                place = place_of_user(bench, caller, proof[0])
                explained = explained_in(bench)
                if (place.operation.key, place.told) not in explained:
                    explained.add((place.operation.key, place.told))
                    difference = f"with the right password, each of {ROUNDS} true conditions let in, and no false one"
                    yield SqlInjection.weakness.fault(place, Certainty.DIFFERENTIAL, proof, difference)
                return


def _told_apart(bench: Workbench, caller: Caller, template: str) -> list[Exchange]:
    """The last pair of logins, the true one first; empty where they are not told apart in every round."""
    variants = conditions(template, value=bench.accounts.user(caller))
    pair: list[Exchange] = []
    for number in range(ROUNDS):
        pair.clear()
        for holds in (True, False):
            login = bench.accounts.login(caller, user=str(variants(Turn(holds, number))))
            if login is None or bool(login.credentials) is not holds:
                return []
            exchange = _of_password(login)
            if exchange is None or not is_judged(exchange):
                return []
            pair.append(exchange)
    return pair


def _of_password(login: Login) -> Exchange | None:
    return next((each for each in login.exchanges if each.sent.method != "GET"), None)
