"""Changes as they come, as server-sent events (WHATWG, *HTML*, 9.2): the audit log, followed.

An event only says *look again*, and what to look at. Its id is the audit row's number: who was cut off sends it back in
`Last-Event-ID`, and misses nothing. Heartbeats are not in the log, so their events have no id.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, Final

import structlog
from anyio import to_thread
from fastapi import Header, Request
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from setpoint.errors import Error
from setpoint.model.access import AccessScope
from setpoint.server.api.routes import Routes, Seen, admitted_again
from setpoint.server.problems import RefusedError
from setpoint.server.view import View
from setpoint.store.interface import AuditRow, BeatRow
from setpoint.wire.audit import AuditRowDocument
from setpoint.wire.beat import BeatDocument
from setpoint.wire.document import HIGHEST_NUMBER, Document

routes = Routes("changes")

KINDS: Final = frozenset({"finding", "remediation", "decision", "waiver", "signal", "alert", "break-glass"})
"""The first word of an audit row's action, where that is a change that somebody would look at."""

ORDERS: Final = (" ordered", " carried out")
"""How the action of an audit row about an order ends."""

MOST_STREAMS: Final = 32
"""At one time: each costs a look into the ledger every second."""

MOST_OF_ONE: Final = 8
"""Of one caller: a few that forget to hang up do not keep out everybody else."""

LOOK_EVERY: Final = 1.0
"""Seconds."""

STILL_HERE_EVERY: Final = 15.0
"""Seconds without an event after which a comment keeps the connection open: WHATWG's own advice."""

ROWS: Final = 200
"""At one look."""

MEDIA_TYPE: Final = "text/event-stream"

log = structlog.get_logger()

LastEventId = Annotated[
    int | None,
    Header(alias="Last-Event-ID", ge=0, le=HIGHEST_NUMBER, description="The last that was seen; from now on without."),
]


@dataclass(slots=True)
class _Place:
    """How far one caller is."""

    row: int
    beat: int


class _Stream(StreamingResponse):
    """One of a few: counted from before it begins, whatever it waits for, until it has ended, however it does."""

    def __init__(self, caller: str, events: AsyncIterator[bytes]) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(events, media_type=MEDIA_TYPE, headers=headers)
        self._caller = caller

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        state = scope["app"].state
        followers: Counter[str] = state.followers
        if followers[self._caller] >= MOST_OF_ONE:
            raise _too_many(f"{self._caller} follows changes {MOST_OF_ONE} times already")
        if followers.total() >= MOST_STREAMS:
            raise _too_many(f"changes are followed {MOST_STREAMS} times already")
        followers[self._caller] += 1
        try:
            with state.parts.metrics.change_streams.track_inprogress():
                await super().__call__(scope, receive, send)
        finally:
            followers[self._caller] -= 1
            if not followers[self._caller]:
                del followers[self._caller]  # callers come and go


def _too_many(what: str) -> RefusedError:
    return RefusedError(
        HTTPStatus.TOO_MANY_REQUESTS, what, remedy="come again, or ask the lists", delay=STILL_HERE_EVERY
    )


@routes.get(
    "/changes",
    scope=AccessScope.READ,
    response_class=StreamingResponse,
    responses={200: {"description": "Events, until somebody hangs up.", "content": {MEDIA_TYPE: {}}}},
    summary="Findings, remediations, decisions, orders, waivers and heartbeats as they come",
)
async def follow_changes(view: Seen, request: Request, last: LastEventId = None) -> StreamingResponse:
    place = await to_thread.run_sync(_begin, view, last)
    return _Stream(view.principal.name, _until_refused(_events(view, request, place)))


async def _until_refused(events: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Ends where the next one cannot be told, or not to this caller: they come again, and hear which it is."""
    try:
        async for event in events:
            yield event
    except Error as error:
        log.info("a stream of changes ended", why=error.diagnostics())


async def _events(view: View, request: Request, place: _Place) -> AsyncIterator[bytes]:
    quiet = 0.0
    yield b"retry: 2000\n\n"
    while True:
        rows, beat = await to_thread.run_sync(_look, view, place)
        events = [*(_event(name, AuditRowDocument.of(row), row.sequence) for row in rows if (name := _kind(row)))]
        if beat is not None:
            events.append(_event("beat", BeatDocument.of(beat)))
        if events:
            yield b"".join(events)
        quiet = 0.0 if events else quiet + LOOK_EVERY
        if len(rows) == ROWS:
            continue
        if view.parts.stopping():
            return
        await admitted_again(view, request)
        if quiet >= STILL_HERE_EVERY:
            quiet = 0.0
            yield b": still here\n\n"
        await asyncio.sleep(LOOK_EVERY)


def _begin(view: View, last: int | None) -> _Place:
    newest = next(iter(view.beats(HIGHEST_NUMBER, 1)), None)
    row = view.parts.pages.last_audit_row() if last is None else last
    return _Place(row, newest.id if newest else 0)


def _look(view: View, place: _Place) -> tuple[Sequence[AuditRow], BeatRow | None]:
    """What is new, which the place is then behind."""
    rows = view.audit(action=None, subject=None, after=place.row, limit=ROWS)
    if rows:
        place.row = rows[-1].sequence
    beat = next(iter(view.beats(HIGHEST_NUMBER, 1)), None)
    if beat is None or beat.id == place.beat:
        return rows, None
    place.beat = beat.id
    return rows, beat


def _kind(row: AuditRow) -> str:
    """The event's name; empty for what is none."""
    if row.action.endswith(ORDERS):
        return "order"
    first = row.action.partition(" ")[0]
    return first if first in KINDS else ""


def _event(name: str, document: Document, identity: int | None = None) -> bytes:
    told = f"id: {identity}\n" if identity is not None else ""
    # JSON has no line feed of its own, so one line holds it.
    return f"{told}event: {name}\ndata: {document.model_dump_json()}\n\n".encode()
