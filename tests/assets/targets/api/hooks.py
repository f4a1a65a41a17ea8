"""Webhooks that other companies call: payments, refunds, and one that only says that it is there."""

import hashlib
import hmac
import time
from typing import Any

from fastapi import APIRouter, HTTPException, Request, Response
from tests.assets.targets.api.documents import COMMON, OrderEvent, RefundEvent
from tests.assets.targets.world import World

MAX_AGE = 300
"""Seconds for which a signature is good."""
SIGNATURE = {"parameters": [{"name": "X-Signature", "in": "header", "required": True, "schema": {"type": "string"}}]}


def hook_routes(world: World) -> APIRouter:
    router = APIRouter(prefix="/v1/hooks", tags=["webhooks"], responses=COMMON)
    secret = str(world.people["webhooks"]["secret"]).encode()

    async def check_signature(request: Request) -> None:
        given = dict(part.partition("=")[::2] for part in request.headers.get("x-signature", "").split(","))
        at, claimed = given.get("t", ""), given.get("v1", "")
        wanted = hmac.new(secret, at.encode() + b"." + await request.body(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(wanted.encode(), claimed.encode()):
            raise HTTPException(401, "the signature is wrong")
        if not at.isdigit() or abs(time.time() - int(at)) > MAX_AGE:
            raise HTTPException(401, "the signature is too old")

    def seen_before(event: str) -> bool:
        if world.database.one("SELECT id FROM events WHERE id = ?", (event,)) is not None:
            return True
        world.database.insert("events", id=event)
        return False

    @router.post("/payments", status_code=202, summary="An order was paid", openapi_extra=SIGNATURE)
    async def payment(event: OrderEvent, request: Request) -> dict[str, str]:
        if not world.faulty("api.webhook.unsigned"):
            await check_signature(request)
        if not seen_before(event.id):
            world.database.rows("UPDATE orders SET status = 'paid' WHERE id = ?", (event.order,))
        return {"status": "accepted"}

    @router.post("/refunds", status_code=202, summary="A user gets money back", openapi_extra=SIGNATURE)
    async def refund(event: RefundEvent, request: Request) -> dict[str, str]:
        await check_signature(request)
        # the repaired twin gives the same answer to a replay; only the balance tells
        if world.faulty("api.webhook.replay") or not seen_before(event.id):
            world.database.rows(
                "UPDATE users SET balance = balance + ? WHERE username = ?", (event.amount, event.username)
            )
        return {"status": "accepted"}

    @router.post("/ping", status_code=204, summary="Public: takes anything and does nothing")
    async def ping() -> Response:
        return Response(status_code=204)

    return router


def signature(secret: str, body: bytes, at: int | None = None) -> str:
    """The header that belongs to a body; for the proofs."""
    moment = str(at if at is not None else int(time.time()))
    digest: Any = hmac.new(secret.encode(), moment.encode() + b"." + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={digest}"
