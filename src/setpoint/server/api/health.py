"""What answers without a token: whether the process is alive, and whether it can do its work."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request

from setpoint.errors import TemporaryError
from setpoint.server.api.routes import PROBLEM, SCOPE_KEY, parts_of
from setpoint.server.forwarding import TRY_AGAIN
from setpoint.wire.readiness import AliveDocument, ReadyDocument

OPEN = "open"
"""In the place of a scope: anybody may call it."""

router = APIRouter(tags=["health"])

_TOLD = {SCOPE_KEY: OPEN, "security": []}


@router.get("/healthz", summary="The process answers", operation_id="is_alive", openapi_extra=_TOLD)
async def is_alive() -> AliveDocument:
    return AliveDocument()


@router.get(
    "/readyz",
    summary="The ledger can be read and written, and ingest takes events",
    operation_id="is_ready",
    responses={503: {"description": "One of them cannot.", "content": PROBLEM}},
    openapi_extra=_TOLD,
)
async def is_ready(request: Request) -> ReadyDocument:
    parts = parts_of(request)
    await to_thread.run_sync(parts.pages.last_audit_row)
    # Others try it: whoever calls here without a token is not to keep a thread waiting for the ledger's lock.
    if parts.ledger.trouble():
        raise TemporaryError("the ledger cannot be written", remedy="setpoint status shows why", delay=TRY_AGAIN)
    await parts.ingest.expect_well()
    return ReadyDocument.of(await to_thread.run_sync(parts.in_force))
