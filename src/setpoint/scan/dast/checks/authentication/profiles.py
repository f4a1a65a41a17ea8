"""What an account reads of itself, and what it says of itself there. Called by the checks of this theme."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Answer, Caller, Operation
from setpoint.scan.dast.answers import is_success, json_of, leaves, page_of
from setpoint.scan.dast.checks.authentication.guarded import readable
from setpoint.scan.dast.checks.authentication.logins import ADDRESS, words
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

MOST_PROFILES: Final = 2
"""Operations that are asked what an account says of itself."""

_OWN: Final = frozenset(
    {"me", "whoami", "self", "profile", "account", "userinfo", "current", "session", "profil", "konto", "cuenta"}
)
"""Last words of addresses that tell a caller about itself."""


def profiles(bench: Workbench, caller: Caller) -> Iterator[tuple[Operation, Answer]]:
    """Operations by which the caller reads itself, at most `MOST_PROFILES`, with what they say."""
    known = 0
    for operation in readable(bench):
        if "{" in operation.path or _OWN.isdisjoint(words_of(operation.path)[-1:]):
            continue
        exchange = bench.baseline(operation, caller)
        if exchange is not None and exchange.answer is not None and is_success(exchange):
            known += 1
            yield operation, exchange.answer
        if known >= MOST_PROFILES:
            return


def own_address(bench: Workbench, caller: Caller) -> str:
    """Its e-mail address: what it logs in with, or else what its profile says; empty where nothing tells."""
    user = bench.accounts.user(caller)
    told = (each for _, answer in profiles(bench, caller) for each in _named(answer) if "@" in each)
    return user if "@" in user else next(told, "")


def _named(answer: Answer) -> Iterator[str]:
    """Values of fields that are named like an address."""
    for pointer, value in leaves(json_of(answer)):
        if isinstance(value, str) and words(pointer.rpartition("/")[2]) & ADDRESS:
            yield value
    page = page_of(answer)
    for field in page.iter("input") if page is not None else ():
        if field.get("type") == "email" or words(field.get("name", "")) & ADDRESS:
            yield field.get("value", "")
