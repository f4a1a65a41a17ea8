"""What an account reads of itself, and what it says of itself there. Called by the checks of this theme."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Caller, Operation, Part
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.authentication.guarded import readable
from setpoint.scan.dast.checks.authentication.jwt import jwt_in
from setpoint.scan.dast.checks.authentication.logins import takes_user, user_part, words
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.mail_addresses import ADDRESS, addresses_in, is_address
from setpoint.scan.dast.naming import words_of

MOST_PROFILES: Final = 2
"""Operations that are asked what an account says of itself."""

_OWN: Final = frozenset(
    {"me", "whoami", "self", "profile", "account", "userinfo", "current", "session", "profil", "konto", "cuenta"}
)
"""Last words of addresses that tell a caller about itself."""

_SETTINGS: Final = frozenset({"settings", "preferences", "einstellungen", "ajustes"})
"""Last words of addresses where it may set its address, which are asked where no profile shows it."""


def profiles(bench: Workbench, caller: Caller) -> Iterator[tuple[Operation, Answer]]:
    """Operations by which the caller reads itself, at most `MOST_PROFILES`, with what they say."""
    return islice(_read(bench, caller, _OWN), MOST_PROFILES)


def _read(bench: Workbench, caller: Caller, last_words: frozenset[str]) -> Iterator[tuple[Operation, Answer]]:
    for operation in readable(bench):
        if "{" in operation.path or last_words.isdisjoint(words_of(operation.path)[-1:]):
            continue
        exchange = bench.baseline(operation, caller)
        if exchange is not None and exchange.answer is not None and is_success(exchange):
            yield operation, exchange.answer


def own_address(bench: Workbench, caller: Caller) -> str:
    """Its e-mail address: what it logs in with, or else what its pages or its token say; empty where nothing tells."""
    user = bench.accounts.user(caller)
    if "@" in user:
        return user
    own_pages = chain(profiles(bench, caller), _read(bench, caller, _SETTINGS))
    told = (each for _, answer in own_pages for each in addresses_in(answer))
    return next(told, "") or _claimed(bench.accounts.token(caller))


def naming(bench: Workbench, caller: Caller, operation: Operation) -> dict[Part, Json]:
    """The part that says who, with what the caller is known by there; empty where that is an address nobody told."""
    user = bench.accounts.user(caller)
    name = user if takes_user(operation, user) else own_address(bench, caller)
    part = user_part(operation, name)
    return {part: name} if part is not None and name else {}


def _claimed(token: str) -> str:
    found = jwt_in(token)
    told = (value for name, value in found.claims.items() if words(name) & ADDRESS) if found else ()
    return next((each for each in told if isinstance(each, str) and is_address(each)), "")
