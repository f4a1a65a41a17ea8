"""From the header `Authorization` to who calls, and whether they may. `api.routes` asks it for every route.

Nothing is remembered from one call to the next: each reads the token from the ledger, so that a revocation holds in
every process from the moment that it is committed.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Final, Protocol, assert_never

import structlog

from setpoint.errors import LedgerError, TemporaryError
from setpoint.model.access import AccessScope, Principal, Token, TokenState
from setpoint.model.credential import PREFIX, Credential, read
from setpoint.server.authentication.identities import Identities
from setpoint.server.authentication.last_uses import LastUses
from setpoint.server.authentication.refusals import ForbiddenError, Refusal, UnauthenticatedError
from setpoint.settings.oidc import OidcProvider
from setpoint.store.interface import TokenReader, TokenWriter

LONGEST: Final = 16 * 1024
"""Characters of the header; identity providers that list many groups come to a few thousand."""

_BEARER: Final = re.compile(r"bearer ([A-Za-z0-9._~+/-]+=*)", re.ASCII | re.IGNORECASE)
"""RFC 6750, section 2.1."""

_NO_DIGEST: Final = "0" * 64
"""What the secret of a token that does not exist is compared with."""

CountRefusal = Callable[[Refusal], None]

log = structlog.get_logger()


class TokensOfServer(TokenReader, TokenWriter, Protocol):
    pass


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _count_nothing(_reason: Refusal) -> None:
    pass


class Authenticator:
    """Threads may share it. `authenticate` blocks: on the ledger, and now and then on an identity provider."""

    def __init__(
        self,
        tokens: TokensOfServer,
        providers: Iterable[OidcProvider] = (),
        *,
        count_refusal: CountRefusal = _count_nothing,
        now: Callable[[], datetime] = _utc_now,
        identities: Identities | None = None,
    ) -> None:
        self._tokens = tokens
        self._identities = identities or Identities(providers)
        self._uses = LastUses(tokens)
        self._count_refusal = count_refusal
        self._now = now

    def authenticate(self, authorization: str | None) -> Principal:
        """Who sends this header; `UnauthenticatedError`, or another `Error` while that cannot be told."""
        try:
            return self._principal(_bearer(authorization))
        except UnauthenticatedError as error:
            self._refuse(error.reason, error.what, token=error.token)
            raise
        except (TemporaryError, LedgerError) as error:
            self._refuse(Refusal.UNREACHABLE, error.what)
            raise

    def authorise(self, principal: Principal, scope: AccessScope, *, service: str | None = None) -> None:
        """`ForbiddenError` unless it may do this, and with what is this service's."""
        if not principal.may(scope):
            reason, what = Refusal.SCOPE, f"this needs the scope {scope}"
            remedy = "show a token that has it"
        elif service is not None and not principal.may_touch(service):
            reason, what = Refusal.SERVICE, f"{principal.name} is bound to another service"
            remedy = "show a token of that service, or one that is bound to none"
        else:
            return
        self._refuse(reason, what, token=principal.token, principal=principal.name)
        raise ForbiddenError(reason, what, remedy=remedy, scope=scope if reason is Refusal.SCOPE else "")

    def expect_unbound(self, principal: Principal) -> None:
        """`ForbiddenError` for one that is bound to a service."""
        if principal.service is None:
            return
        what = "this is about all services, and the token is bound to one"
        self._refuse(Refusal.SERVICE, what, token=principal.token, principal=principal.name)
        raise ForbiddenError(Refusal.SERVICE, what, remedy="show a token that is bound to none")

    def close(self) -> None:
        self._uses.close()

    def _principal(self, text: str) -> Principal:
        if not text.startswith(f"{PREFIX}_"):
            return self._identities.principal(text)
        credential = read(text)
        if credential is None:
            raise UnauthenticatedError(Refusal.MALFORMED, "this is no token: it was cut, or mistyped")
        now = self._now()
        token = self._token(credential)
        _expect_active(token, now)
        self._uses.note(token, now)
        return Principal(f"token:{token.name}", token.scopes, token.service, token.id)

    def _token(self, credential: Credential) -> Token:
        """The token, whatever its state; one that does not exist and one with another secret take the same path."""
        stored = self._tokens.find(credential.id)
        digest = _NO_DIGEST if stored is None else stored.digest
        if not hmac.compare_digest(credential.digest, digest) or stored is None:
            raise UnauthenticatedError(Refusal.WRONG, "there is no such token")
        return stored.token

    def _refuse(self, reason: Refusal, what: str, *, token: str | None = None, principal: str | None = None) -> None:
        self._count_refusal(reason)
        # Not as `token`: what is logged under such a name is taken for a secret, and left out.
        log.warning("refused", reason=str(reason), what=what, id=token, principal=principal)


def _bearer(authorization: str | None) -> str:
    if authorization is None:
        raise UnauthenticatedError(
            Refusal.MISSING, "a token is needed", remedy="send it in the header: Authorization: Bearer …"
        )
    match = _BEARER.fullmatch(authorization) if len(authorization) <= LONGEST else None
    if match is None:
        raise UnauthenticatedError(
            Refusal.MALFORMED, "the header Authorization is no bearer token", remedy="write: Authorization: Bearer …"
        )
    return match[1]


def _expect_active(token: Token, now: datetime) -> None:
    state = token.state(now)
    match state:
        case TokenState.ACTIVE:
            return
        case TokenState.EXPIRED:
            raise UnauthenticatedError(Refusal.EXPIRED, "the token has expired", token=token.id)
        case TokenState.REVOKED:
            raise UnauthenticatedError(Refusal.REVOKED, "the token was revoked", token=token.id)
        case _:
            assert_never(state)
