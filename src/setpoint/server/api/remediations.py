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
Switch = Callable[[str, str, LedgerReader, LedgerWriter], Order]
"""Who, why, and what is read and written."""
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


def _declare_order(kind: OrderKind, summary: str) -> None:
    """The operation by which somebody gives this order about a remediation."""

    def give(
        view: Seen,
        request: Request,
        number: Number,
        body: OrderRequest,
        key: IdempotencyKey = None,
        seen: IfMatch = None,
    ) -> Response:
        view.remediation(number)  # whose it is comes first: nobody learns from an answer kept for another

        def act(writer: LedgerWriter) -> OrderDocument:
            expect_unchanged(_history(view, number), seen)
            return OrderDocument.of(view.order_about(view.remediation(number), kind, body.reason, writer))

        return once(view, request, body, key, GIVEN, act)

    routes.post(
        f"/remediations/{{number}}/{kind}",
        operation=f"{kind}_remediation",
        scope=AccessScope.OPERATE,
        narrows=True,
        status_code=GIVEN,
        response_model=OrderDocument,
        summary=summary,
    )(give)


_declare_order(
    OrderKind.APPROVE, "Let one that waits for an approval go on, if the state is still the one that it was planned for"
)
_declare_order(OrderKind.REJECT, "Leave one that waits for an approval to people")
_declare_order(OrderKind.UNDO, "Take a verified one back; it is not made again")


@routes.get("/orders", scope=AccessScope.READ, summary="The pause in force, and the orders that wait for the loop")
def get_orders(view: Seen) -> OrdersDocument:
    paused = view.pause_in_force()
    return OrdersDocument(
        pause=OrderDocument.of(paused) if paused else None, open=tuple(map(OrderDocument.of, view.open_orders()))
    )


def _declare_switch(name: str, give: Switch, summary: str) -> None:
    """The operation by which somebody pauses or resumes."""

    def switch(view: Seen, request: Request, body: OrderRequest, key: IdempotencyKey = None) -> Response:
        def act(writer: LedgerWriter) -> OrderDocument:
            return OrderDocument.of(view.switch(give, body.reason, writer))

        return once(view, request, body, key, HTTPStatus.CREATED, act)

    routes.post(
        f"/orders/{name}",
        operation=name,
        scope=AccessScope.OPERATE,
        status_code=HTTPStatus.CREATED,
        response_model=OrderDocument,
        summary=summary,
    )(switch)


_declare_switch("pause", instructions.pause, "Change nothing from now on, whatever the mode")
_declare_switch("resume", instructions.resume, "End a pause")


def _history(view: View, number: int) -> RemediationHistoryDocument:
    remediation = view.remediation(number)
    return RemediationHistoryDocument.of((remediation, tuple(view.remediation_steps(remediation))))
