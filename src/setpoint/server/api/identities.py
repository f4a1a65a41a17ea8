"""Identities: what they were meant to be allowed, what they are granted, what they use."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from setpoint.loop.identities import Identities
from setpoint.loop.instructions import time_of
from setpoint.model.access import AccessScope
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_text, page
from setpoint.server.api.parameters import ByService
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.view import View
from setpoint.wire.identity import AccountReadingsDocument, PrincipalDocument
from setpoint.wire.page import Page
from setpoint.wiring.identity_plane import identity_comparator

routes = Routes("identities")

Name = Annotated[str, Query(min_length=1, max_length=2048, description="Its ARN, its URN, or its name.")]


@routes.get(
    "/identities",
    scope=AccessScope.READ,
    narrows=True,
    summary="Users, groups and roles: intended, granted and used, in URN order",
)
def list_identities(
    view: Seen, request: Request, service: ByService = None, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[PrincipalDocument]:
    found = _identities(view).page(view.narrowed(service), after=after_text(cursor), limit=limit + 1)
    return page(request, found, limit, shown=PrincipalDocument.of, place=lambda each: [each.comparison.urn])


@routes.get(
    "/identities/one", scope=AccessScope.READ, narrows=True, summary="One of them, by its ARN, its URN or its name"
)
def get_identity(view: Seen, name: Name) -> PrincipalDocument:
    """To a caller that is bound to a service, what is another's, or nobody's, is not there."""
    return PrincipalDocument.of(_identities(view).one(name, view.principal.may_touch))


@routes.get(
    "/identities/accounts",
    scope=AccessScope.READ,
    narrows=True,
    summary="How far the identities of each account are known",
)
def list_account_readings(view: Seen) -> AccountReadingsDocument:
    return AccountReadingsDocument.of(_identities(view).accounts())


def _identities(view: View) -> Identities:
    ledger, described = view.parts.ledger, view.parts.described
    comparator = identity_comparator(described.loop.owner_tag)
    return Identities(ledger, described.loop.scope, comparator, described.record_of_calls, time_of(ledger))
