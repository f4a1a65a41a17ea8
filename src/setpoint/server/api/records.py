"""The audit log, alerts on their way, and what Setpoint itself needs and is."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from typing import Annotated

from anyio import to_thread
from fastapi import Path, Query, Request, Response

from setpoint import __version__
from setpoint.model.access import AccessScope
from setpoint.server.api.paging import USUAL, Cursor, Limit, after_number, before_number, page
from setpoint.server.api.routes import Routes, Seen
from setpoint.server.worker import Work
from setpoint.store.interface import DeliveryState
from setpoint.wire.audit import AuditCheckDocument, AuditRowDocument
from setpoint.wire.delivery import ChannelCounts, ChannelsDocument, ChannelTestDocument, DeliveryDocument
from setpoint.wire.document import HIGHEST_NUMBER, LONGEST_NAME
from setpoint.wire.examination import CallerDocument, DoctorDocument, ExaminationDocument
from setpoint.wire.page import Page
from setpoint.wire.permission import PermissionsDocument
from setpoint.wire.status import StatusDocument

routes = Routes("records")

ByAction = Annotated[str | None, Query(min_length=1, max_length=LONGEST_NAME, description="Only rows of this action.")]
BySubject = Annotated[str | None, Query(min_length=1, max_length=2048, description="Only rows about this subject.")]
After = Annotated[
    int, Query(ge=0, le=HIGHEST_NUMBER, description="Only rows with a higher number; a cursor goes before it.")
]
ChannelName = Annotated[str, Path(min_length=1, max_length=LONGEST_NAME)]
ByState = Annotated[DeliveryState | None, Query(description="Only messages in this state.")]
Enforce = Annotated[bool, Query(description="With what reverting needs, whatever mode is configured.")]


@routes.get("/audit", scope=AccessScope.READ, summary="The audit log, oldest first")
def list_audit_rows(
    view: Seen,
    request: Request,
    action: ByAction = None,
    subject: BySubject = None,
    after: After = 0,
    limit: Limit = USUAL,
    cursor: Cursor = None,
) -> Page[AuditRowDocument]:
    begin = after if cursor is None else after_number(cursor)
    rows = view.audit(action=action, subject=subject, after=begin, limit=limit + 1)
    return page(request, rows, limit, shown=AuditRowDocument.of, place=lambda each: [each.sequence])


@routes.get(
    "/audit/verify", scope=AccessScope.READ, summary="Whether any row of the audit log was changed, removed or inserted"
)
async def verify_audit(view: Seen) -> AuditCheckDocument:
    return AuditCheckDocument.of(await to_thread.run_sync(view.check_audit, limiter=view.parts.threads.verification))


@routes.get("/alerts", scope=AccessScope.READ, summary="Messages to people, newest first")
def list_deliveries(
    view: Seen, request: Request, state: ByState = None, limit: Limit = USUAL, cursor: Cursor = None
) -> Page[DeliveryDocument]:
    found = view.deliveries(state=state, before=before_number(cursor), limit=limit + 1)
    return page(request, found, limit, shown=DeliveryDocument.of, place=lambda each: [each.id])


@routes.get("/alerts/channels", scope=AccessScope.READ, summary="How many messages to each channel wait, or got there")
def get_channels(view: Seen) -> ChannelsDocument:
    counts = view.delivery_counts()
    return ChannelsDocument(channels=tuple(ChannelCounts.of(name, each) for name, each in counts.items()))


@routes.post(
    "/alerts/{channel:path}/test",
    scope=AccessScope.OPERATE,
    summary="Send a test message to a channel, and tell whether it got there",
)
async def test_channel(view: Seen, channel: ChannelName) -> ChannelTestDocument:
    tested = partial(view.parts.try_channel, channel)
    reason = await to_thread.run_sync(tested, limiter=view.parts.threads.sending)
    await to_thread.run_sync(view.note, "alert tested", channel, {"delivered": not reason})
    return ChannelTestDocument.of(channel, reason)


@routes.get(
    "/doctor",
    scope=AccessScope.OPERATE,
    summary="What of the declared state and of production can be read now, and what the caller may do",
)
async def examine(view: Seen, request: Request, response: Response) -> DoctorDocument:
    found = await view.parts.workers.ask(request, Work.EXAMINE)
    expires_at = await to_thread.run_sync(view.expires_at)
    response.headers["Cache-Control"] = "no-store"
    return DoctorDocument(
        examination=ExaminationDocument.model_validate_json(found),
        version=__version__,
        answered_at=datetime.now(UTC),
        caller=CallerDocument.of(view.principal, expires_at),
    )


@routes.get("/permissions", scope=AccessScope.READ, summary="The least-privilege IAM policy for what is configured")
def get_permissions(view: Seen, *, enforce: Enforce = False) -> PermissionsDocument:
    return PermissionsDocument.of(view.parts.described.permissions(enforce))


@routes.get("/status", scope=AccessScope.READ, summary="How the processes are")
def get_status(view: Seen) -> StatusDocument:
    return StatusDocument.of(view.parts.status())
