"""What answers without a token: whether the process is alive, and whether it can do its work."""

from __future__ import annotations

from anyio import to_thread
from fastapi import APIRouter, Request

from setpoint.server.api.routes import PROBLEM, SCOPE_KEY, parts_of
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
    await to_thread.run_sync(parts.ledger.try_again)
    await parts.ingest.expect_well()
    return ReadyDocument()
