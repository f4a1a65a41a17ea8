"""What the ingest process answers: events and agents' reports come in, questions to the lake go through."""

from __future__ import annotations

from typing import Any, Final

from fastapi import Request, Response

from setpoint.model.access import AccessScope
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.instructing import instructed
from setpoint.wire.agent import ReportReceiptDocument
from setpoint.wire.signal import ExportRequest, QueryAnswer, QueryRequest, ReceiptDocument

routes = Routes("signals")

INGEST: Final = "/ingest"
REPORTS: Final = "/agent/reports"

EVENTS: Final = {
    "application/x-ndjson": {"schema": {"type": "string", "description": "One CloudEvents 1.0 event a line."}},
    "application/cloudevents+json": {"schema": {"type": "object"}},
    "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {"type": "object"}}},
}
"""*CloudEvents 1.0*, HTTP protocol binding; and the same events, one a line."""

REPORT: Final = {"application/json": {"schema": {"type": "object", "description": "See schemas/agent-report.json."}}}


PARQUET: Final = "application/vnd.apache.parquet"
"""The media type that IANA has for it."""


def _body(content: dict[str, Any]) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": content}}


@routes.post(
    INGEST,
    scope=AccessScope.INGEST,
    narrows=True,
    response_model=ReceiptDocument,
    openapi_extra=_body(EVENTS),
    summary="Take events, all of them or none; acknowledged once they are on the disk",
)
async def ingest(view: Seen, request: Request) -> Response:
    return await view.parts.ingest.forward(request, "/ingest", view.principal)


@routes.post(
    REPORTS,
    scope=AccessScope.INGEST,
    narrows=True,
    response_model=ReportReceiptDocument,
    openapi_extra=_body(REPORT),
    summary="Take an agent's report; acknowledged once it is on the disk, and with what is wanted of the agent",
)
async def report(view: Seen, request: Request) -> Response:
    taken = await view.parts.ingest.forward(request, "/agent/reports", view.principal)
    return await instructed(taken, view)


@routes.post(
    "/signals/query",
    scope=AccessScope.READ,
    response_model=QueryAnswer,
    summary="The rows that a read-only statement over the lake's views gives",
)
async def query_signals(view: Seen, request: Request, body: QueryRequest) -> Response:
    return await view.parts.ingest.ask(request, "/query", view.principal, body)


@routes.post(
    "/signals/export",
    scope=AccessScope.READ,
    response_class=Response,
    responses={200: {"description": "A Parquet file.", "content": {PARQUET: {}}}},
    summary="The same as a Parquet file",
)
async def export_signals(view: Seen, request: Request, body: ExportRequest) -> Response:
    return await view.parts.ingest.ask(request, "/export", view.principal, body)
