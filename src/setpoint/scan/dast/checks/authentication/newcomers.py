"""Accounts that checks register for themselves. Made only where `auth.yaml` allows registrations.

Called by checks of passwords and of what registrations take. What an answer to a registration says is not believed:
an account is there where it logs in.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Caller, Exchange, Operation, Part
from setpoint.scan.dast.accounts.cookies import Credentials, with_credentials
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.authentication.guarded import says_no
from setpoint.scan.dast.checks.authentication.logins import registering
from setpoint.scan.dast.interface import Workbench


@dataclass(frozen=True, slots=True)
class Newcomer:
    """An account that was made for a check, and is logged in."""

    user: str
    password: str = field(repr=False)
    made: Exchange
    login: Exchange
    """The last answer to it."""
    credentials: Credentials = field(repr=False)

    def reads(self, bench: Workbench, operation: Operation) -> Exchange:
        return bench.sender.send(with_credentials(bench.build(operation, {}), self.credentials, ""))


def nobody_like(user: str) -> str:
    """A name of the same kind that nobody has."""
    unknown = f"nobody{secrets.token_hex(5)}"
    return f"{unknown}@{user.partition('@')[2]}" if "@" in user else unknown


def strong_password() -> str:
    return f"Aa1!{secrets.token_urlsafe(12)}"


def newcomer(
    bench: Workbench, caller: Caller, operation: Operation, more: Mapping[Part, Json] | None = None
) -> Newcomer | None:
    """A new account that logs in as this caller does; None where it was not made, or may not log in at once."""
    user, password = nobody_like(bench.accounts.user(caller)), strong_password()
    made = registered(bench, operation, user, password, more)
    if made is None:
        return None
    login = bench.accounts.attempt(caller, password, user=user)
    if login is None or not login.credentials:
        return None
    return Newcomer(user, password, made, login.exchanges[-1], login.credentials)


def registered(
    bench: Workbench, operation: Operation, user: str, password: str, more: Mapping[Part, Json] | None = None
) -> Exchange | None:
    """The registration that was taken: with the fewest fields, else with all. None where both are refused."""
    for is_whole in (False, True):
        values = {**registering(operation, user, password, is_whole=is_whole), **(more or {})}
        made = bench.sender.send(bench.build(operation, values))
        if made.answer is not None and not refuses_registration(made):
            return made
    return None


def refuses_registration(made: Exchange) -> bool:
    answer: Answer | None = made.answer
    return answer is None or answer.status >= 400 or (is_success(made) and says_no(answer))
