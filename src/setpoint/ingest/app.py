"""What the ingest process answers, on its socket, to the server alone: ingest, reports, queries, and how it is.

The server has authenticated every call, and says by header who it is from. Reading, writing and querying happen in
threads, so that a large body or a slow disk keeps nobody else waiting.
"""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar
from urllib.parse import unquote

import orjson
from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from setpoint.errors import Error, InputError, TemporaryError
from setpoint.ingest.bodies import Bodies
from setpoint.ingest.cloudevents import EventReader
from setpoint.ingest.documents import parse, whole
from setpoint.ingest.health import IngestHealth
from setpoint.ingest.lake_door import LakeDoor
from setpoint.ingest.refusals import RefusedError, problem
from setpoint.ingest.reports import ReportReader
from setpoint.ingest.taking import Taking
from setpoint.model.canonical import Json
from setpoint.model.event import Event
from setpoint.settings.ingest import IngestBounds

SERVICE_HEADER: Final = "x-setpoint-service"
"""The service that the sender's token is bound to, percent-encoded; absent where it is bound to none."""
SENDER_HEADER: Final = "x-setpoint-principal"
"""Who sends it, as the audit log names callers, percent-encoded."""
LONGEST_SENDER: Final = 1024
AGENT_HEADER: Final = "x-setpoint-agent"
"""In the answer to a report: `agent:<service>/<instance> <boot>`, percent-encoded, of the one that sent it."""
REQUEST_HEADER: Final = "x-request-id"

LINES: Final = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl"})
EVENT: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
JSON: Final = "application/json"

QUERY_BYTES: Final = 64 * 1024
LONGEST_QUERY: Final = 60 * 1024
DEFAULT_ROWS: Final = 1_000
DEFAULT_SECONDS: Final = 10

BEGUN_WITHIN: Final = 5.0
"""Seconds for which a body waits for a thread; then its sender is told to come again, as many seconds later."""

Result = TypeVar("Result")
Reader = Callable[[bytes], Sequence[Event]]


@dataclass(frozen=True, slots=True)
class IngestParts:
    """What the application is made of."""

    taking: Taking
    lake: LakeDoor
    health: IngestHealth
    bounds: IngestBounds
    clock: Callable[[], datetime]
    writers: Executor
    """Threads that read bodies and append."""
    readers: Executor
    """Threads that wait for queries."""
    temporary: Path
    """A folder for exports under way."""


def create_app(parts: IngestParts) -> Starlette:
    handlers = _Handlers(parts)
    return Starlette(
        routes=[
            Route("/ingest", handlers.ingest, methods=["POST"]),
            Route("/agent/reports", handlers.reports, methods=["POST"]),
            Route("/query", handlers.query, methods=["POST"]),
            Route("/export", handlers.export, methods=["POST"]),
            Route("/health", handlers.health, methods=["GET"]),
        ],
        exception_handlers={Error: _refuse, HTTPException: _refuse_http, Exception: _refuse_unexpected},
    )


class _Handlers:
    def __init__(self, parts: IngestParts) -> None:
        self._parts = parts
        self._bodies = Bodies(parts.bounds)

    async def ingest(self, request: Request) -> Response:
        reader = EventReader(self._parts.bounds, _service(request), self._parts.clock())
        return await self._take(request, _event_form(request, reader), reader.received_at)

    async def reports(self, request: Request) -> Response:
        reader = ReportReader(self._parts.bounds, _service(request), self._parts.clock())
        read = _report_form(request, reader)
        last: list[Event] = []

        def read_and_note(body: bytes) -> Sequence[Event]:
            events = read(body)
            last[:] = events[-1:]
            return events

        answer = await self._take(request, read_and_note, reader.received_at)
        for event in last:
            answer.headers[AGENT_HEADER] = f"{event.source} {event.id.partition(':')[0]}"
        return answer

    async def _take(self, request: Request, read: Reader, received_at: datetime) -> Response:
        async with self._bodies.take(request) as body:
            take = partial(self._parts.taking.take, partial(read, body), received_at, _sender(request))
            receipt = await _soon_in(self._parts.writers, take)
        return _json(asdict(receipt))

    async def query(self, request: Request) -> Response:
        """Takes `sql`, `limit` and `timeout` (in seconds)."""
        asked = await self._asked(request)
        sql, limit, timeout = _sql(asked), _optional(asked, "limit", DEFAULT_ROWS), _seconds(asked)
        answer = await _in(self._parts.readers, lambda: self._parts.lake.use().query(sql, limit=limit, timeout=timeout))
        return _json(asdict(answer))

    async def export(self, request: Request) -> Response:
        """Takes `sql` and `timeout`; the answer is a Parquet file."""
        asked = await self._asked(request)
        sql, timeout = _sql(asked), _seconds(asked)
        folder = tempfile.TemporaryDirectory(dir=self._parts.temporary, prefix="export-")
        file = Path(folder.name) / "signals.parquet"
        try:
            await _in(self._parts.readers, lambda: self._parts.lake.use().export(sql, file, timeout=timeout))
        except BaseException:
            folder.cleanup()
            raise
        return FileResponse(
            file, media_type="application/vnd.apache.parquet", background=BackgroundTask(folder.cleanup)
        )

    async def health(self, _request: Request) -> Response:
        """503 while nothing can be taken."""
        health = self._parts.health
        status = HTTPStatus.OK if health.takes_events() else HTTPStatus.SERVICE_UNAVAILABLE
        return _json(health.report().document(), status)

    async def _asked(self, request: Request) -> Mapping[str, Json]:
        if _media_type(request) != JSON:
            raise _unsupported(request, JSON)
        async with self._bodies.take(request) as body:
            asked = parse(body, QUERY_BYTES, self._parts.bounds.depth)
        if not isinstance(asked, dict):
            raise InputError("this is no JSON object")
        return asked


async def _in(executor: Executor, work: Callable[[], Result]) -> Result:
    return await asyncio.get_running_loop().run_in_executor(executor, work)


async def _soon_in(executor: Executor, work: Callable[[], Result]) -> Result:
    """As `_in`; `TemporaryError` where the work cannot be begun soon, and then it never is.

    What was begun is waited for here, for as long as the disk takes: the server tells its caller to come again.
    """
    job = executor.submit(work)
    outcome = asyncio.wrap_future(job)
    try:
        await asyncio.wait([outcome], timeout=BEGUN_WITHIN)
        if job.cancel():
            raise TemporaryError("more comes in than can be written", remedy="send it again", delay=BEGUN_WITHIN)
        return await outcome
    finally:
        outcome.cancel()  # whoever hung up waits for nothing any more


def _service(request: Request) -> str | None:
    header = request.headers.get(SERVICE_HEADER)
    if header is None:
        return None
    service = unquote(header)
    if not service:
        raise RefusedError(HTTPStatus.FORBIDDEN, "the token is bound to a service without a name")
    return service


def _sender(request: Request) -> str:
    header = request.headers.get(SENDER_HEADER, "")[:LONGEST_SENDER]
    name = unquote(header)
    # An identity provider may put anything into a name, and a line of the journal has no line feed.
    return name if name.isprintable() else header


def _event_form(request: Request, reader: EventReader) -> Reader:
    kind = _media_type(request)
    if kind in LINES:
        return reader.lines
    if kind == EVENT:
        return reader.single
    if kind == BATCH:
        return reader.batch
    if "ce-specversion" in request.headers and not kind.startswith("application/cloudevents"):
        return partial(reader.binary, dict(request.headers))
    raise _unsupported(request, "application/x-ndjson", EVENT, BATCH)


def _report_form(request: Request, reader: ReportReader) -> Reader:
    kind = _media_type(request)
    if kind in LINES:
        return reader.lines
    if kind == JSON:
        return reader.single
    raise _unsupported(request, JSON, "application/x-ndjson")


def _media_type(request: Request) -> str:
    kind, *parameters = request.headers.get("content-type", "").lower().split(";")
    for each in parameters:
        name, _, value = each.strip().partition("=")
        if name == "charset" and value.strip('"') not in {"utf-8", "utf8", "us-ascii"}:
            raise RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "only UTF-8 is taken")
    return kind.strip()


def _unsupported(request: Request, *known: str) -> RefusedError:
    kind = request.headers.get("content-type", "")[:60]
    what = f"a Content-Type of {kind!r} is not taken here" if kind else "the Content-Type is missing"
    return RefusedError(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, what, remedy=f"send {' or '.join(known)}")


def _sql(asked: Mapping[str, Json]) -> str:
    sql = asked.get("sql")
    if not isinstance(sql, str) or not 0 < len(sql) <= LONGEST_QUERY:
        raise InputError(f"sql is no text of 1 to {LONGEST_QUERY:,} characters")
    return sql


def _optional(asked: Mapping[str, Json], name: str, otherwise: int) -> int:
    return otherwise if asked.get(name) is None else whole(asked, name, 1, 1_000_000)


def _seconds(asked: Mapping[str, Json]) -> float:
    value = asked.get("timeout", DEFAULT_SECONDS)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 3600:
        raise InputError("timeout is no number of seconds")
    return float(value)


def _json(document: Json, status: HTTPStatus = HTTPStatus.OK) -> Response:
    return Response(orjson.dumps(document), int(status), media_type=JSON)


def _request_id(request: Request) -> str:
    return request.headers.get(REQUEST_HEADER, "")[:64]


async def _refuse(request: Request, error: Exception) -> Response:
    assert isinstance(error, Error)  # noqa: S101 (Starlette calls it for these)
    return problem(error, _request_id(request))


async def _refuse_http(request: Request, error: Exception) -> Response:
    """No such path, or no such method."""
    status = HTTPStatus(error.status_code if isinstance(error, HTTPException) else 404)
    what = f"{request.method} {request.url.path} is not known here"
    return problem(RefusedError(status, what), _request_id(request))


async def _refuse_unexpected(request: Request, _error: Exception) -> Response:
    """A fault of the program's own; the server logs it."""
    status = HTTPStatus.INTERNAL_SERVER_ERROR
    return problem(RefusedError(status, "something went wrong here that should not"), _request_id(request))
