"""Refresh tokens that go on after they were replaced: whoever stole one keeps the session (RFC 9700, 4.14.2).

Made with a session of its own. A token that is not replaced with every use is no fault here: it may be bound to its
client.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Certainty, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import Credentials, with_credentials
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.checks.authentication.guarded import Guarded, guarded, reads, says_no
from setpoint.scan.dast.checks.authentication.logins import REQUESTS
from setpoint.scan.dast.interface import Login, Workbench
from setpoint.scan.dast.naming import words_of

_REFRESH: Final = frozenset({("refresh", "token"), ("refreshtoken",), ("refresh",)})
_ACCESS: Final = frozenset({"access", "token", "jwt", "bearer", "accesstoken"})
_GRANT: Final = frozenset({("grant", "type"), ("granttype",)})
_LEAST: Final = 8
"""Letters of a token."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a login or a renewal gave."""

    exchange: Exchange
    refresh: str
    access: str


class RefreshTokens:
    name = "refresh-tokens"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in _renewals(bench) if bench.accounts.callers else ():
            yield PlannedRequest(operation.key, self.name, bench.accounts.callers[0].name, REQUESTS + 6)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        operations = list(_renewals(bench))
        target = next(guarded(bench), None) if operations else None
        if target is None:
            bench.told(f"{self.name}: needs a renewal by a refresh token, and something that only an account may read")
            return
        for operation in operations:
            yield from _used_twice(bench, target, operation)


def _renewals(bench: Workbench) -> Iterator[Operation]:
    """What takes a refresh token, and ends no session by it."""
    for each in bench.surface.operations if bench.profile is not Profile.PASSIVE else ():
        is_open = not bench.excludes(each) and not bench.may_send(each)
        if each.method == "POST" and is_open and _part(each, _REFRESH) is not None:
            yield each


def _used_twice(bench: Workbench, target: Guarded, operation: Operation) -> Iterator[Fault]:
    """The first token once more, after the one that replaced it was used, too: no answer of it was lost."""
    login = bench.accounts.login(target.caller)
    first = _given_by(login) if login is not None else None
    second = _renewed(bench, operation, first)
    third = _renewed(bench, operation, second)
    if login is None or first is None or second is None or third is None or second.refresh == first.refresh:
        return
    again = _renewed(bench, operation, first)
    if again is None or not again.access:
        return
    credentials = _with(login.credentials, first.access, again.access)
    proof = reads(bench, target, with_credentials(target.plain, credentials, ""))
    if proof:
        yield _fault(target, operation, (second.exchange, again.exchange, proof[-1]))


def _given_by(login: Login) -> Tokens | None:
    """Of the answer that gave what is sent from then on."""
    sent = [value for _, _, value in login.credentials]
    for exchange in login.exchanges:
        told = _texts(exchange)
        refresh = _refresh_in(told)
        names = [name for name, value in told.items() if value != refresh and any(value in each for each in sent)]
        if refresh and names:
            return Tokens(exchange, refresh, told[names[0]])
    return None


def _renewed(bench: Workbench, operation: Operation, tokens: Tokens | None) -> Tokens | None:
    """None where the token is refused, or no other is given for it."""
    part, grant = _part(operation, _REFRESH), _part(operation, _GRANT)
    if tokens is None or part is None:
        return None
    values: dict[Part, Json] = {part: tokens.refresh, **({grant: "refresh_token"} if grant is not None else {})}
    exchange = bench.sender.send(bench.build(operation, values))
    if exchange.answer is None or not is_success(exchange) or says_no(exchange.answer):
        return None
    told = _texts(exchange)
    refresh = _refresh_in(told)
    others = ((name, value) for name, value in told.items() if value != refresh)
    named = (value for name, value in others if not _ACCESS.isdisjoint(name) and "id" not in name)
    return Tokens(exchange, refresh, next(named, "")) if refresh else None


def _refresh_in(told: dict[tuple[str, ...], str]) -> str:
    return next((value for name, value in told.items() if name[-2:] in _REFRESH), "")


def _texts(exchange: Exchange) -> dict[tuple[str, ...], str]:
    """What may be tokens in a document, by the words of their names."""
    document = json_of(exchange.answer) if exchange.answer is not None else None
    found = ((words_of(pointer.rpartition("/")[2]), value) for pointer, value in leaves(document))
    return {name: value for name, value in found if isinstance(value, str) and len(value) >= _LEAST}


def _with(credentials: Credentials, access: str, instead: str) -> Credentials:
    return tuple((place, name, value.replace(access, instead)) for place, name, value in credentials)


def _part(operation: Operation, names: frozenset[tuple[str, ...]]) -> Part | None:
    in_body = (each for each in operation.parts if each.place is PartPlace.BODY)
    return next((each for each in in_body if words_of(each.name)[-2:] in names), None)


def _fault(target: Guarded, operation: Operation, proof: tuple[Exchange, ...]) -> Fault:
    return Fault(
        kind="refresh-token-reused",
        cwe=613,
        owasp="API2:2023",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        caller=target.caller.name,
        message="A refresh token that was replaced is taken again: end it with its first use, and the session with it "
        "when it comes a second time.",
        proof=proof,
        difference="what the replaced token gave is shown what the account alone should be",
    )
