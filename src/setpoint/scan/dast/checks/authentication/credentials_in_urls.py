"""Passwords and tokens that stand in addresses, which are logged, kept in histories and passed on to others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Certainty, Exchange, Fault, Operation, PartPlace, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.accounts.cookies import with_credentials
from setpoint.scan.dast.checks.authentication.guarded import Guarded, guarded, reads
from setpoint.scan.dast.checks.authentication.logins import is_password, said, words
from setpoint.scan.dast.interface import Workbench

TRIED: Final = ("access_token", "token")
"""Names under which servers take a bearer token from the query (RFC 6750, 2.3, and habit)."""

_TOKENS: Final = ({"access", "token"}, {"auth", "token"}, {"session", "token"}, {"api", "key"}, {"client", "secret"},
                  {"apikey"}, {"sessionid"}, {"jsessionid"}, {"phpsessid"}, {"jwt"})  # fmt: skip
_ONCE: Final = frozenset(
    {"verify", "verification", "confirm", "confirmation", "reset", "unsubscribe", "invite", "invitation"}
    | {"activate", "activation", "magic", "share", "shared", "download", "callback"}
)
"""Words of addresses that are sent to people, and hold what is good for one thing, once."""


class CredentialsInUrls:
    name = "credentials-in-urls"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from (PlannedRequest("*", self.name, each.name, len(TRIED)) for each in bench.accounts.callers[:1])

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in bench.surface.operations:
            for part in operation.parts:
                if part.place is PartPlace.QUERY and _is_credential(part.name) and not said(operation) & _ONCE:
                    yield _fault(operation, part.name)
        target = next(guarded(bench), None)
        token = bench.accounts.token(target.caller) if target else ""
        if target is None or not token:
            return
        in_force = bench.accounts.authorised(target.plain, target.caller)
        if token in in_force.url:
            yield _fault(
                target.operation, _name_of(token, in_force.url), (target.good,), "the key is taken from the query"
            )
        elif any(name.lower() != "cookie" and token in value for name, value in in_force.headers):
            yield from self._taken(bench, target, token)

    def _taken(self, bench: Workbench, target: Guarded, token: str) -> Iterator[Fault]:
        for name in TRIED:
            proof = reads(bench, target, with_credentials(target.plain, (("query", name, token),), target.caller.name))
            if proof:
                yield _fault(target.operation, name, proof, "the token is accepted in the query, too")
                return


def _is_credential(name: str) -> bool:
    return is_password(name) or any(each <= words(name) for each in _TOKENS)


def _name_of(token: str, url: str) -> str:
    return url.partition(token)[0].rpartition("=")[0].replace("?", "&").rpartition("&")[2]


def _fault(
    operation: Operation, name: str, proof: tuple[Exchange, ...] = (), difference: str = "it is a part of the query"
) -> Fault:
    return Fault(
        kind="credential-in-url",
        cwe=598,
        owasp="API2:2023",
        severity=Severity.MEDIUM,
        certainty=Certainty.CONFIRMED if proof else Certainty.OBSERVED,
        method=operation.method,
        path=operation.path,
        part=f"query:{name}",
        message="A credential stands in the address, which is logged, kept and passed on: take it from a header, "
        "a cookie or the body alone.",
        proof=proof,
        difference=difference,
    )
