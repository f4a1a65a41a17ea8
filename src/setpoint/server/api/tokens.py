"""Tokens, for whoever may let others in; and an agent's keys, for that agent alone.

What opens something is shown once, in the answer to the call that made it: no such answer can be asked for again.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Final

from fastapi import Path, Request, Response

from setpoint.errors import ConflictError, InputError, NotFoundError
from setpoint.model.access import ACCESS_NAME, AccessScope
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_text, page
from setpoint.server.api.routes import Routes, Seen
from setpoint.store.interface import IssuedToken
from setpoint.wire.page import Page
from setpoint.wire.token import (
    AgentKeysDocument,
    IssuedTokenDocument,
    RotationRequest,
    TokenDocument,
    TokenRequestDocument,
)

routes = Routes("tokens")

NO_STORE: Final = {"Cache-Control": "no-store"}

NameOrId = Annotated[
    str, Path(pattern=f"^{ACCESS_NAME}$", description="A token's id; or a name, for all that have it.")
]


@routes.get("/tokens", scope=AccessScope.ADMIN, summary="Every token that there ever was, in the order of their ids")
def list_tokens(view: Seen, request: Request, limit: Limit = USUAL, cursor: Cursor = None) -> Page[TokenDocument]:
    known = view.parts.tokens.tokens_page(after=after_text(cursor), limit=limit + 1)
    return page(request, known, limit, shown=TokenDocument.of, place=lambda each: [each.id])


@routes.post("/tokens", scope=AccessScope.ADMIN, summary="Make a token, which is shown this once", status_code=201)
def issue_token(view: Seen, body: TokenRequestDocument, response: Response) -> IssuedTokenDocument:
    response.headers.update(NO_STORE)
    return _made(lambda: view.parts.tokens.issue(body.model(), view.principal.name, _now()))


@routes.post(
    "/tokens/{token}/rotate",
    scope=AccessScope.ADMIN,
    summary="Make a new secret for a token, which is shown this once",
    status_code=201,
)
def rotate_token(view: Seen, token: NameOrId, body: RotationRequest, response: Response) -> IssuedTokenDocument:
    response.headers.update(NO_STORE)
    return _made(lambda: view.parts.tokens.rotate(token, body.model(), view.principal.name, _now()))


@routes.delete(
    "/tokens/{token}", scope=AccessScope.ADMIN, summary="Revoke it at once, and say what was revoked by that"
)
def revoke_token(view: Seen, token: NameOrId) -> Page[TokenDocument]:
    revoked = view.parts.tokens.revoke(token, view.principal.name, _now())
    return Page[TokenDocument](items=tuple(TokenDocument.of(each) for each in revoked))


@routes.get(
    "/agent/keys", scope=AccessScope.INGEST, narrows=True, summary="The keys of the agent that calls, and of no other"
)
def get_agent_keys(view: Seen, response: Response) -> AgentKeysDocument:
    if view.principal.token is None:
        raise NotFoundError(f"{view.principal.name} is no agent", remedy="call with an agent's token")
    response.headers.update(NO_STORE)
    return AgentKeysDocument.of(view.parts.tokens.agent_keys(view.principal.token))


def _now() -> datetime:
    """By the clock that tokens expire by, and not the ledger's, which may be ahead: what ends now is to end now."""
    return datetime.now(UTC)


def _made(make: Callable[[], IssuedToken]) -> IssuedTokenDocument:
    """What the document allows and the rules of tokens, or the time, do not is a conflict."""
    try:
        return IssuedTokenDocument.of(make())
    except (ConflictError, NotFoundError):
        raise
    except InputError as error:
        raise ConflictError(error.what, where=error.where, remedy=error.remedy) from error
