"""Tokens and cookies signed by a secret that can be guessed: tried offline, then shown by a token of our own making."""

from __future__ import annotations

import secrets
import time
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Certainty, Exchange, Fault, PlannedRequest, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import page_of
from setpoint.scan.dast.checks.authentication.common_secrets import guesses
from setpoint.scan.dast.checks.authentication.ended_tokens import expired_fault
from setpoint.scan.dast.checks.authentication.guarded import Guarded, guarded, readable, reads, with_token
from setpoint.scan.dast.checks.authentication.jwt import Jwt, jwt_in
from setpoint.scan.dast.checks.authentication.signatures import reissued, secret_of
from setpoint.scan.dast.checks.authentication.token_forgery import credential_of
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of

_HINTING: Final = ("iss", "aud", "client_id", "azp")
"""Claims that name the application (RFC 7519, 4.1; RFC 9068, 2.2)."""

MOST_TITLE_WORDS: Final = 3
"""Of a front page: what follows says what it is for."""


class WeakTokenSecret:
    name = "weak-token-secret"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        """Guessing sends nothing; only a token that was guessed is shown to the target."""
        if any(True for _ in readable(bench)):
            yield PlannedRequest("*", self.name, bench.accounts.callers[0].name, 9)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        target = next(guarded(bench), None)
        if target is None:
            bench.told(f"{self.name}: needs an account with a token that something answers to")
            return
        original = credential_of(bench, target)
        token = jwt_in(original)
        found = secret_of(original, guesses(_hints(bench, token)))
        if found is None:
            return
        form, secret = found
        if token is None:
            yield _fault(target, form.name, (target.good,), "the signature was made by a common word")
            return
        proof = self._as_another(bench, target, token, secret)
        yield _fault(target, form.name, proof or (target.good,), "a token that we signed ourselves is accepted")
        yield from self._expired(bench, target, token, secret)

    def _as_another(self, bench: Workbench, target: Guarded, token: Jwt, secret: bytes) -> tuple[Exchange, ...]:
        """Read as another own account where there is one, else as the account itself, by a token never issued."""
        for caller in bench.accounts.callers:
            other = jwt_in(bench.accounts.token(caller)) if caller != target.caller else None
            good = bench.baseline(target.operation, caller) if other else None
            if other and good and good.answer and not bench.owned(target.operation, caller):
                as_other = Guarded(target.operation, caller, target.plain, good, target.control)
                forged = reissued(token, secret, _unlike_any(other))
                return reads(bench, as_other, with_token(bench, as_other, other.text, forged))
        return reads(bench, target, with_token(bench, target, token.text, reissued(token, secret, _unlike_any(token))))

    def _expired(self, bench: Workbench, target: Guarded, token: Jwt, secret: bytes) -> Iterator[Fault]:
        if "exp" not in token.claims:
            return
        past = int(time.time()) - 86400
        old = reissued(token, secret, {**token.claims, "iat": past - 3600, "exp": past})
        proof = reads(bench, target, with_token(bench, target, token.text, old))
        if proof:
            yield expired_fault(target, proof)


def _unlike_any(token: Jwt) -> dict[str, object]:
    """Its claims under a number of our own, so that it is none that was issued."""
    return {**token.claims, "jti": f"setpoint-{secrets.token_hex(4)}"}


def _hints(bench: Workbench, token: Jwt | None) -> list[str]:
    """Names that whoever chose the secret may have had in mind."""
    host = urlsplit(bench.surface.base).hostname or ""
    claims = [str(token.claims.get(name, "")) for name in _HINTING] if token else []
    return [host, host.partition(".")[0], *claims, *_title(bench)]


def _title(bench: Workbench) -> list[str]:
    """Of the front page: its first word, and its first words in one."""
    answer = bench.sender.send(Sent("GET", f"{bench.surface.base}/")).answer
    page = page_of(answer) if answer is not None else None
    title = words_of(page.findtext(".//title") or "")[:MOST_TITLE_WORDS] if page is not None else ()
    return [*title[:1], "".join(title), "-".join(title)] if title else []


def _fault(target: Guarded, form: str, proof: tuple[Exchange, ...], difference: str) -> Fault:
    return Fault(
        kind="weak-token-secret",
        cwe=1391,
        owasp="API2:2023",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        method=target.operation.method,
        path="*",
        caller=target.caller.name,
        message=f"The secret that signs tokens ({form}) is a common one, found offline among those that people choose: "
        "whoever finds it is anybody; sign with 32 random bytes, and end all sessions.",
        proof=proof,
        difference=difference,
    )
