"""What the last heartbeat left: resources, drift, findings; and the heartbeats themselves."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request

from setpoint.model.access import AccessScope
from setpoint.model.finding import FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_text, after_texts, before_number, page
from setpoint.server.api.parameters import ByService, ByUrn
from setpoint.server.api.routes import Routes, Seen
from setpoint.wire.beat import BeatDocument, LatestBeatDocument
from setpoint.wire.document import LONGEST_NAME
from setpoint.wire.drift import ComparisonDocument, ExplanationDocument, FoldedDocument
from setpoint.wire.finding import FindingDocument
from setpoint.wire.page import Page
from setpoint.wire.resource import ResourceDocument

routes = Routes("state")

Everything = Annotated[bool, Query(description="Also entities of which only values to be expected are told.")]
Accepted = Annotated[bool, Query(description="Also what is there, but accepted by a waiver or the baseline.")]
OfUrn = Annotated[str, Query(min_length=1, max_length=2048, description="The entity.")]
AtPath = Annotated[str, Query(max_length=2048, description="One of its properties; all of them where it is left out.")]
Flag = Annotated[bool | None, Query()]
ByRule = Annotated[str | None, Query(min_length=1, max_length=LONGEST_NAME, description="What found it.")]


@routes.get("/resources", scope=AccessScope.READ, narrows=True, summary="Every entity that is known, in URN order")
def list_resources(
    view: Seen,
    request: Request,
    service: ByService = None,
    differs: Flag = None,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Page[ResourceDocument]:
    rows = view.resources(service=service, differs=differs, after=after_text(cursor), limit=limit + 1)
    return page(request, rows, limit, shown=ResourceDocument.of, place=lambda each: [each.urn])


@routes.get(
    "/drift",
    scope=AccessScope.READ,
    narrows=True,
    summary="What differs from what was declared, or cannot be told, entity by entity, in URN order",
)
def list_drift(
    view: Seen,
    request: Request,
    *,
    service: ByService = None,
    everything: Everything = False,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Page[ComparisonDocument]:
    comparisons = view.comparisons(service=service, everything=everything, after=after_text(cursor), limit=limit + 1)
    return page(request, comparisons, limit, shown=ComparisonDocument.of, place=lambda each: [each.urn])


@routes.get(
    "/drift/folded",
    scope=AccessScope.READ,
    narrows=True,
    summary="How many values were folded away as no drift, by rule, of all that was compared",
)
def get_folded(view: Seen, service: ByService = None) -> FoldedDocument:
    return FoldedDocument.of(view.folded(service))


@routes.get(
    "/drift/explanation",
    scope=AccessScope.READ,
    narrows=True,
    summary="Why a property of an entity is drift, unknown, to be expected or the same: the rule and its source",
)
def explain_drift(view: Seen, urn: OfUrn, path: AtPath = "") -> ExplanationDocument:
    return ExplanationDocument.of(view.explain(Urn(urn), path))


@routes.get("/findings", scope=AccessScope.READ, narrows=True, summary="What is wrong, in order of URN, rule and path")
def list_findings(
    view: Seen,
    request: Request,
    *,
    service: ByService = None,
    urn: ByUrn = None,
    rule: ByRule = None,
    severity: Severity | None = None,
    source: FindingSource | None = None,
    include_closed: bool = False,
    include_accepted: Accepted = False,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Page[FindingDocument]:
    records = view.findings(
        service=service,
        urn=urn,
        rule=rule,
        severity=severity,
        source=source,
        include_closed=include_closed,
        include_accepted=include_accepted,
        after=after_texts(cursor),
        limit=limit + 1,
    )
    return page(
        request,
        records,
        limit,
        shown=FindingDocument.of,
        place=lambda each: [each.finding.urn, each.finding.rule, each.finding.path],
    )


@routes.get(
    "/beats",
    scope=AccessScope.READ,
    narrows=True,
    summary="Heartbeats, newest first, each with what it could read",
)
def list_beats(view: Seen, request: Request, limit: Limit = USUAL, cursor: Cursor = None) -> Page[BeatDocument]:
    beats = view.beats(before_number(cursor), limit + 1)
    return page(request, beats, limit, shown=BeatDocument.of, place=lambda each: [each.id])


@routes.get("/beats/latest", scope=AccessScope.READ, narrows=True, summary="The last heartbeat")
def get_latest_beat(view: Seen) -> LatestBeatDocument:
    return LatestBeatDocument.of_standing(view.standing())
