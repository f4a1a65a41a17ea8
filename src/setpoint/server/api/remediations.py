"""Remediations, and what people order about them. The loop carries it out."""

from __future__ import annotations

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request, Response

from setpoint.loop import instructions
from setpoint.model.access import AccessScope
from setpoint.model.order import Order, OrderKind
from setpoint.model.remediation import RemediationState
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_number, page
from setpoint.server.api.parameters import ByService, ByUrn, IfMatch, Number
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.etags import expect_unchanged
from setpoint.server.idempotency import IdempotencyKey, once
from setpoint.server.view import View
from setpoint.store.interface import LedgerReader, LedgerWriter
from setpoint.wire.order import OrderDocument, OrderRequest, OrdersDocument
from setpoint.wire.page import Page
from setpoint.wire.remediation import RemediationDocument, RemediationHistoryDocument

routes = Routes("remediations")

ByState = Annotated[RemediationState | None, Query(description="Only those in this state.")]
GIVEN = HTTPStatus.ACCEPTED
"""An order is written down; that it was carried out shows in the remediation."""


@routes.get("/remediations", scope=AccessScope.READ, narrows=True, summary="Every remediation, oldest first")
def list_remediations(
    view: Seen,
    request: Request,
    service: ByService = None,
    urn: ByUrn = None,
    state: ByState = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Page[RemediationDocument]:
    found = view.remediations(service=service, urn=urn, state=state, after=after_number(cursor), limit=limit + 1)
    return page(request, found, limit, shown=RemediationDocument.of, place=lambda each: [each.id])


@routes.get(
    "/remediations/{number}",
    scope=AccessScope.READ,
    narrows=True,
    summary="One remediation, with every step of its way",
)
def get_remediation(view: Seen, number: Number) -> RemediationHistoryDocument:
    return _history(view, number)


@routes.post(
    "/remediations/{number}/approve",
    scope=AccessScope.OPERATE,
    narrows=True,
    status_code=GIVEN,
    response_model=OrderDocument,
    summary="Let one that waits for an approval go on, if the state is still the one that it was planned for",
)
def approve_remediation(
    view: Seen, request: Request, number: Number, body: OrderRequest, key: IdempotencyKey = None, seen: IfMatch = None
) -> Response:
    return _order(view, request, number, OrderKind.APPROVE, body, key, seen)


@routes.post(
    "/remediations/{number}/reject",
    scope=AccessScope.OPERATE,
    narrows=True,
    status_code=GIVEN,
    response_model=OrderDocument,
    summary="Leave one that waits for an approval to people",
)
def reject_remediation(
    view: Seen, request: Request, number: Number, body: OrderRequest, key: IdempotencyKey = None, seen: IfMatch = None
) -> Response:
    return _order(view, request, number, OrderKind.REJECT, body, key, seen)


@routes.post(
    "/remediations/{number}/undo",
    scope=AccessScope.OPERATE,
    narrows=True,
    status_code=GIVEN,
    response_model=OrderDocument,
    summary="Take a verified one back; it is not made again",
)
def undo_remediation(
    view: Seen, request: Request, number: Number, body: OrderRequest, key: IdempotencyKey = None, seen: IfMatch = None
) -> Response:
    return _order(view, request, number, OrderKind.UNDO, body, key, seen)


@routes.get("/orders", scope=AccessScope.READ, summary="The pause in force, and the orders that wait for the loop")
def get_orders(view: Seen) -> OrdersDocument:
    paused = view.pause_in_force()
    return OrdersDocument(
        pause=OrderDocument.of(paused) if paused else None, open=tuple(map(OrderDocument.of, view.open_orders()))
    )


@routes.post(
    "/orders/pause",
    scope=AccessScope.OPERATE,
    status_code=HTTPStatus.CREATED,
    response_model=OrderDocument,
    summary="Change nothing from now on, whatever the mode",
)
def pause(view: Seen, request: Request, body: OrderRequest, key: IdempotencyKey = None) -> Response:
    return _switch(view, request, body, key, instructions.pause)


@routes.post(
    "/orders/resume",
    scope=AccessScope.OPERATE,
    status_code=HTTPStatus.CREATED,
    response_model=OrderDocument,
    summary="End a pause",
)
def resume(view: Seen, request: Request, body: OrderRequest, key: IdempotencyKey = None) -> Response:
    return _switch(view, request, body, key, instructions.resume)


def _history(view: View, number: int) -> RemediationHistoryDocument:
    remediation = view.remediation(number)
    return RemediationHistoryDocument.of((remediation, tuple(view.remediation_steps(remediation))))


def _order(
    view: View, request: Request, number: int, kind: OrderKind, body: OrderRequest, key: str | None, seen: str | None
) -> Response:
    view.remediation(number)  # whose it is comes first: nobody learns from an answer kept for another

    def act(writer: LedgerWriter) -> OrderDocument:
        expect_unchanged(_history(view, number), seen)
        return OrderDocument.of(view.order_about(view.remediation(number), kind, body.reason, writer))

    return once(view, request, body, key, GIVEN, act)


def _switch(
    view: View,
    request: Request,
    body: OrderRequest,
    key: str | None,
    give: Callable[[str, str, LedgerReader, LedgerWriter], Order],
) -> Response:
    def act(writer: LedgerWriter) -> OrderDocument:
        return OrderDocument.of(view.switch(give, body.reason, writer))

    return once(view, request, body, key, HTTPStatus.CREATED, act)
