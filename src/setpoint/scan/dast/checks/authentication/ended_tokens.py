"""Tokens whose time is over, that were revoked, or that are for another service: given by the operator, or made."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final, assert_never

from setpoint.model.dast import Certainty, Exchange, Fault, Part, PartPlace, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import with_credentials
from setpoint.scan.dast.checks.authentication.guarded import Guarded, guarded, planned, reads, with_token
from setpoint.scan.dast.checks.authentication.jwt import jwt_in
from setpoint.scan.dast.checks.authentication.logins import login_operations
from setpoint.scan.dast.checks.authentication.token_forgery import credential_of
from setpoint.scan.dast.interface import TokenKind, Workbench
from setpoint.scan.dast.naming import words_of

_LIFETIMES: Final = frozenset(
    {("expires", "in"), ("expiresin",), ("ttl",), ("lifetime",), ("max", "age"), ("duration",)}
)
"""Names of fields by which whoever logs in says for how long."""

LONGEST_WAIT: Final = 5.0
"""Seconds for a token that was asked to live one second; a target that grants more is not waited for."""


class EndedTokens:
    name = "ended-tokens"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.accounts.tokens:
            yield from planned(self.name, bench, len(bench.accounts.tokens))
        yield from (
            PlannedRequest(each.key, self.name, caller.name, 4)
            for caller in bench.accounts.callers[:1]
            for each in login_operations(bench)
            if _lifetime_field(each.parts)
        )

    def run(self, bench: Workbench) -> Iterator[Fault]:
        spare = bench.accounts.tokens
        first: Guarded | None = None
        for target in guarded(bench):
            first = first or target
            for token in spare:
                proof = reads(bench, target, with_token(bench, target, credential_of(bench, target), token.value))
                if proof:
                    yield _fault(token.kind, target, proof)
            if not spare:
                break
        if first and not any(token.kind is TokenKind.EXPIRED for token in spare):
            yield from self._short_lived(bench, first)

    def _short_lived(self, bench: Workbench, target: Guarded) -> Iterator[Fault]:
        """A token of the account's own, asked to live for a second, where the login takes such a wish."""
        field = next(filter(None, (_lifetime_field(each.parts) for each in login_operations(bench))), "")
        login = bench.accounts.login(target.caller, also={field: 1}) if field else None
        token = jwt_in(" ".join(value for _, _, value in login.credentials)) if login else None
        ends = token.claims.get("exp") if token else None
        if login is None or not isinstance(ends, int | float) or ends > time.time() + LONGEST_WAIT:
            bench.told(f"{self.name}: no expired token (tokens: in auth.yaml), and none could be made")
            return
        time.sleep(max(ends - time.time(), 0) + 1)
        proof = reads(bench, target, with_credentials(target.plain, login.credentials, target.caller.name))
        if proof:
            yield expired_fault(target, proof)


def expired_fault(target: Guarded, proof: tuple[Exchange, ...]) -> Fault:
    return _fault(TokenKind.EXPIRED, target, proof)


def _lifetime_field(parts: tuple[Part, ...]) -> str:
    return next((each.name for each in parts if each.place is PartPlace.BODY and words_of(each.name) in _LIFETIMES), "")


def _fault(kind: TokenKind, target: Guarded, proof: tuple[Exchange, ...]) -> Fault:
    name, cwe, message = _told(kind)
    return Fault(
        kind=name,
        cwe=cwe,
        owasp="API2:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=target.operation.method,
        path=target.operation.path,
        caller=target.caller.name,
        message=message,
        proof=proof,
        difference="the token is shown what only one in force should be",
    )


def _told(kind: TokenKind) -> tuple[str, int, str]:
    match kind:
        case TokenKind.EXPIRED:
            return "expired-token-accepted", 613, "A token whose time is over is accepted: compare exp with the clock."
        case TokenKind.REVOKED:
            return "revoked-token-accepted", 613, "A revoked token is accepted: look it up, or let it live for minutes."
        case TokenKind.FOREIGN_AUDIENCE:
            return "foreign-token-accepted", 287, "A token for another service is accepted: compare aud and iss."
        case _:
            assert_never(kind)
