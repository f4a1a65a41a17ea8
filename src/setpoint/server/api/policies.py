"""Policies, as they are in force in the process of the server; and what others would make of the recorded past."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request, Response

from setpoint.errors import NotFoundError
from setpoint.fields import did_you_mean
from setpoint.model.access import AccessScope
from setpoint.model.policy import Policy
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_text, page
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.worker import Work
from setpoint.wire.document import LONGEST_NAME
from setpoint.wire.page import Page
from setpoint.wire.policy import PolicyDocument, PolicyInForceDocument
from setpoint.wire.replay import ReplayDocument, ReplayRequest

routes = Routes("policies")

PolicyId = Annotated[str, Query(alias="id", min_length=1, max_length=LONGEST_NAME)]
ForService = Annotated[str, Query(min_length=1, max_length=LONGEST_NAME, description="Also one that is not described.")]


@routes.get("/policies", scope=AccessScope.READ, narrows=True, summary="Every policy, by id")
def list_policies(view: Seen, request: Request, limit: Limit = USUAL, cursor: Cursor = None) -> Page[PolicyDocument]:
    after = after_text(cursor)
    policies = sorted((each for each in view.parts.described.policies() if each.id > after), key=lambda each: each.id)
    return page(request, policies[: limit + 1], limit, shown=PolicyDocument.of, place=lambda each: [each.id])


@routes.get("/policy", scope=AccessScope.READ, narrows=True, summary="One policy, with its expression and its examples")
def get_policy(view: Seen, identity: PolicyId) -> PolicyDocument:
    # As a parameter: an id has a slash, which not every proxy lets through in a path.
    return PolicyDocument.of(_find(view.parts.described.policies(), identity))


@routes.get(
    "/policy/in-force",
    scope=AccessScope.READ,
    narrows=True,
    summary="One policy as the overrides of the configuration leave it for a service",
)
def get_policy_in_force(view: Seen, identity: PolicyId, service: ForService) -> PolicyInForceDocument:
    view.own(service)
    described = view.parts.described.service(service)
    policy = _find(view.parts.described.policies_for(described), identity)
    return PolicyInForceDocument.of((policy, described))


@routes.post(
    "/policies/replay",
    scope=AccessScope.READ,
    response_model=ReplayDocument,
    summary="Judge the recorded past again, and tell every decision that would change; nothing is recorded",
)
async def replay(view: Seen, request: Request, body: ReplayRequest) -> Response:
    found = await view.parts.workers.ask(request, Work.REPLAY, body)
    return Response(found, media_type="application/json")


def _find(policies: Sequence[Policy], identity: str) -> Policy:
    known = {each.id: each for each in policies}
    if identity not in known:
        raise NotFoundError(f"there is no policy {identity}", remedy=did_you_mean(identity, known))
    return known[identity]
