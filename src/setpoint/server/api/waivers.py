"""Waivers: those of the configuration and those that people entered."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Path, Query, Request, Response

from setpoint.errors import NotFoundError
from setpoint.loop import instructions
from setpoint.model.access import AccessScope
from setpoint.model.waiver import Waiver
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_number, page
from setpoint.server.api.parameters import IfMatch
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.etags import expect_unchanged
from setpoint.server.idempotency import IdempotencyKey, once
from setpoint.server.view import View
from setpoint.store.interface import LedgerWriter
from setpoint.wire.document import LONGEST_NAME
from setpoint.wire.page import Page
from setpoint.wire.waiver import WaiverDocument, WaiverRequest

routes = Routes("waivers")

Identity = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME)]
Expired = Annotated[bool, Query(description="Expired ones too.")]


@routes.get(
    "/waivers", scope=AccessScope.READ, summary="Those of the configuration, then those of people, oldest first"
)
def list_waivers(
    view: Seen, request: Request, *, include_expired: Expired = False, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[WaiverDocument]:
    # Numbered before any is left out: neither the configuration nor the ledger ever drops one while this runs.
    numbered = list(enumerate(view.waivers(), start=1))
    now, after = instructions.time_of(view.parts.ledger), after_number(cursor)
    shown = [each for each in numbered if each[0] > after and (include_expired or each[1].is_active(now))]
    return page(
        request, shown[: limit + 1], limit, shown=lambda each: WaiverDocument.of(each[1]), place=lambda each: [each[0]]
    )


@routes.get("/waivers/{identity:path}", scope=AccessScope.READ, summary="One waiver")
def get_waiver(view: Seen, identity: Identity) -> WaiverDocument:
    return WaiverDocument.of(_find(view, identity))


@routes.post(
    "/waivers",
    scope=AccessScope.OPERATE,
    status_code=HTTPStatus.CREATED,
    response_model=WaiverDocument,
    summary="Answer for a known problem, until a moment at most a year off",
)
def add_waiver(view: Seen, request: Request, body: WaiverRequest, key: IdempotencyKey = None) -> Response:
    def act(writer: LedgerWriter) -> WaiverDocument:
        waiver = body.model(view.principal.name, instructions.time_of(view.parts.ledger))
        instructions.expect_rule(waiver.policy, [each.id for each in view.parts.described.policies()])
        return WaiverDocument.of(instructions.waive(waiver, writer))

    return once(view, request, body, key, HTTPStatus.CREATED, act)


@routes.delete(
    "/waivers/{identity:path}", scope=AccessScope.OPERATE, summary="End a waiver now; it stays in the ledger"
)
def end_waiver(view: Seen, identity: Identity, seen: IfMatch = None) -> WaiverDocument:
    ledger = view.parts.ledger
    writer = ledger.visitor()
    with writer.transaction():
        expect_unchanged(WaiverDocument.of(_find(view, identity)), seen)
        return WaiverDocument.of(writer.end_waiver(identity, view.principal.name, instructions.time_of(ledger)))


def _find(view: View, identity: str) -> Waiver:
    found = next((each for each in view.waivers() if each.id == identity), None)
    if found is None:
        raise NotFoundError(f"there is no waiver {identity!r}", remedy="list them with GET /v1/waivers")
    return found
