"""Agents: which there are, how far what they report is worked in, and switching them on and off."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated

from fastapi import Query, Request, Response

from setpoint.model.access import AccessScope
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_texts, page
from setpoint.server.api.parameters import ByService
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.idempotency import IdempotencyKey, once
from setpoint.store.interface import LedgerWriter
from setpoint.wire.agent import AgentDocument, DerivationDocument, SwitchDocument, SwitchRequest
from setpoint.wire.page import Page

routes = Routes("agents")

Gone = Annotated[bool, Query(description="Also those that were not heard of for an hour, up to a week.")]


@routes.get("/agents", scope=AccessScope.READ, narrows=True, summary="Agents, by service, instance and boot")
def list_agents(
    view: Seen,
    request: Request,
    *,
    service: ByService = None,
    include_gone: Gone = False,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Page[AgentDocument]:
    agents = view.agents(service=service, include_gone=include_gone, after=after_texts(cursor), limit=limit + 1)
    return page(
        request,
        agents,
        limit,
        shown=AgentDocument.of,
        place=lambda each: [each.service, each.instance, each.boot],
    )


@routes.get(
    "/agents/derivation",
    scope=AccessScope.READ,
    narrows=True,
    summary="How far the journal is worked into what is known from inside",
)
def get_derivation(view: Seen) -> DerivationDocument:
    return DerivationDocument.of(view.derivation())


@routes.post(
    "/agents/switch",
    scope=AccessScope.OPERATE,
    narrows=True,
    status_code=HTTPStatus.CREATED,
    response_model=SwitchDocument,
    summary="Switch the agents of a service, or one of them, on or off; each is told when it reports next",
)
def switch_agents(view: Seen, request: Request, body: SwitchRequest, key: IdempotencyKey = None) -> Response:
    view.narrowed(body.service)

    def act(writer: LedgerWriter) -> SwitchDocument:
        return SwitchDocument.of(view.switch_agents(body, writer))

    return once(view, request, body, key, HTTPStatus.CREATED, act)
