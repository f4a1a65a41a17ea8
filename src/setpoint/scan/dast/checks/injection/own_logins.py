"""The account that checks of injection try logins with, and where such a login went. Used by checks beside it."""

from __future__ import annotations

from typing import Final

from setpoint.model.dast import Caller, Exchange, Operation, Part, PartPlace
from setpoint.scan.dast.checks.authentication.logins import may_try_passwords, place_of, user_part
from setpoint.scan.dast.checks.place import Place
from setpoint.scan.dast.interface import Workbench

ROUNDS: Final = 3
"""Each with its control: who lets in or refuses at random does so as if it were injection once in 64 times, or less."""
_TRY_LATER: Final = frozenset({429, 503})


def own_caller(bench: Workbench) -> Caller | None:
    """The least account that logs in by a name; None where there is none, or nobody may try logins."""
    if not may_try_passwords(bench):
        return None
    return next((each for each in bench.accounts.callers if bench.accounts.user(each)), None)


def is_judged(exchange: Exchange) -> bool:
    """Whether it was answered for what was sent: a limit of attempts, or a failure, says nothing of that."""
    return exchange.answer is not None and exchange.answer.status < 500 and exchange.answer.status not in _TRY_LATER


def place_of_user(bench: Workbench, caller: Caller, exchange: Exchange) -> Place:
    """The part that says who logs in; of an operation that the surface need not have."""
    method, path = place_of(bench, exchange)
    user = bench.accounts.user(caller)
    unlisted = Operation(method, path)
    operation = next((each for each in bench.surface.operations if each.key == unlisted.key), unlisted)
    part = user_part(operation, user) or Part(PartPlace.BODY, "user")
    return Place(operation, part, caller, user, {}, exchange, None)
