"""A server to test: on a real ledger with a small production in it; its gate and its ingest are small fakes."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import uvicorn
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.responses import Response as PlainResponse
from starlette.routing import Route

from setpoint.compare.config import ConfigComparator
from setpoint.decide.threshold import ReleaseAssessor
from setpoint.errors import CouldNotTellError, NotFoundError
from setpoint.loop.admission import WhatIf
from setpoint.loop.settings import LoopSettings
from setpoint.model.access import AccessScope, TokenRequest
from setpoint.model.admitting import NOTHING, Bringing, ExtraKind, Grant
from setpoint.model.code import TakenScan
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision, Factor, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.health import Duty, Health, ProcessState, ProcessStatus, Status
from setpoint.model.policy import Effect, Example, Policy, Severity, Stage, Subject
from setpoint.model.remediation import Change, Plan, RemediationState
from setpoint.model.report import AgentReport, Frame, Origin, Part, ReportedPlace, ReportedRoute, Sighting
from setpoint.model.scan import Scan
from setpoint.model.service import Exposure, Release, Service, Signal, SignalKind, Tier
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.server.authentication.authenticator import Authenticator
from setpoint.server.forwarding import IngestDoor
from setpoint.server.listening import listening
from setpoint.server.metrics import Metrics
from setpoint.server.parts import Described, ServerParts
from setpoint.server.process import serve
from setpoint.server.worker import Work
from setpoint.settings.server import Limits, ServerSettings
from setpoint.store.interface import BeatRow, Parcel, TokenStore
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.wire.document import Document
from setpoint.wire.examination import ExaminationDocument
from setpoint.wire.problem import MEDIA_TYPE
from setpoint.wire.replay import ReplayDocument

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
SERVICES = {
    "payments": Service("payments", Tier.CRITICAL, Exposure.INTERNET, "money-team", "production"),
    "shop": Service("shop", Tier.STANDARD, Exposure.INTERNET, "shop-team"),
}
POLICY = Policy(
    id="encryption/bucket",
    title="A bucket is encrypted",
    why="Whoever gets the disk gets what is on it.",
    remedy="encrypt it",
    severity=Severity.HIGH,
    subject=Subject.RESOURCE,
    types=("AWS::S3::Bucket",),
    reads=("BucketEncryption",),
    expression="resource.BucketEncryption != null",
    effects={Stage.DEPLOY: Effect.DENY, Stage.RUNTIME: Effect.ALERT},
    examples=(Example("one that is not", "AWS::S3::Bucket", {}, speaks=True, where="bucket.yaml:9"),),
    where="bucket.yaml:1",
)
GENEROUS = Limits(rate=1e6, burst=1_000_000)


def bucket(name: str) -> Urn:
    return Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", name)


def finding(urn: Urn, service: str, path: str = "BucketEncryption", severity: Severity = Severity.HIGH) -> Finding:
    evidence = {"intended": "aws:kms", "actual": "AES256"}
    return Finding(urn, service, FindingSource.DRIFT, "drift/changed", path, severity, f"{path} differs", evidence)


def decision(subject: Urn, service: str, stage: Stage = Stage.RUNTIME) -> Decision:
    reason = Reason(POLICY.id, Outcome.VIOLATED, Severity.HIGH, "it is not encrypted", {"actual": "AES256"})
    factors = (Factor("severity", 4.0, "high"),)
    return Decision(subject, service, stage, Verdict.REFUSE, Effect.DENY, "", (reason,), 4.0, factors, 8.0)


def conclusion(name: str, service: str, paths: Iterable[str] = ("BucketEncryption",)) -> Conclusion:
    urn = bucket(name)
    drifts = tuple(Drift(urn, DriftKind.CHANGED, path, "aws:kms", "AES256") for path in paths)
    found = tuple(finding(urn, service, path) for path in paths)
    return Conclusion(urn, "key", service, Comparison(urn, drifts), found, (decision(urn, service),) if found else ())


def populate(ledger: SqlLedger) -> None:
    """Two services, each with one of everything."""
    lease, writer = ledger.acquire("default", AT, ttl=60)
    area = AreaCoverage(Area("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket"), Extent.WHOLE)
    for name, service in SERVICES.items():
        writer.record([conclusion(f"{name}-data", name), conclusion(f"{name}-logs", name, ())], AT)
        writer.put_services([service])
        writer.put_release(Release(name, "1.0"), AT)
        writer.put_decision(decision(Urn.release(name, "1.0"), name, Stage.DEPLOY), AT)
        writer.add_signals([Signal(name, SignalKind.DRIFT, 1.0, AT, "it became public")])
        plan_remediation(ledger, writer, name)
        writer.take_reports([report(name)], 1, AT)
        writer.enqueue([Parcel("oncall", name, {"title": f"{name} drifted"})], AT, timedelta(seconds=30))
    writer.put_beat(BeatRow(0, AT, AT + timedelta(seconds=2), 4, 4, 2, 0, 0, (area,)))
    ledger.visitor().add_waiver(waiver())
    ledger.release(lease)


def report(service: str, at: datetime = AT) -> AgentReport:
    """What an agent saw: a route, a function, and a weak place that was attacked."""
    frame = Frame("views.py", 41, "search")
    sighting = Sighting(
        "sql-injection", 89, "sqlite3.Cursor.execute", (frame,), (Origin("query", "q"),), confidence=0.9
    )
    return AgentReport(
        service=service,
        instance=f"{service}-1/7",
        boot=f"boot-{service}",
        sequence=1,
        offset=1,
        received_at=at,
        reported_at=at,
        release="1.0",
        is_watching=True,
        places=(ReportedPlace("a" * 32, sighting, 3, 1, at, at),),
        routes=(ReportedRoute("/search", "GET", "flask", 4, {"2xx": 4}, {"0.1": 4}),),
        functions={Part.APPLICATION: (frame,)},
    )


def plan_remediation(ledger: SqlLedger, writer: Any, service: str) -> int:
    urn = bucket(f"{service}-data")
    plan = Plan(urn, (Change("BucketEncryption", "AES256", "aws:kms"),), "digest", ("s3:PutEncryptionConfiguration",))
    state = RemediationState.AWAITING_APPROVAL
    planned = writer.plan(urn, service, plan, state, "waits for an approval", ["finding"], AT, AT)
    return int(planned.id)


def waiver(policy: str = "encryption/*") -> Waiver:
    return Waiver(
        "",
        "*-data",
        policy,
        "*",
        "being replaced",
        "money-team",
        "T-1",
        AT,
        datetime.now(UTC) + timedelta(days=30),
        "me",
    )


class FakeGate:
    """Refuses every release of a service that is described, and records nothing."""

    def __init__(self, actor: str) -> None:
        self.actor = actor

    def decide(
        self,
        release: Release,
        stage: Stage,
        recorded: Callable[[Decision], None] = lambda _decision: None,
        *,
        bringing: Bringing = NOTHING,  # noqa: ARG002 (the promise's)
    ) -> Decision:
        if release.service not in SERVICES:
            raise NotFoundError(f"there is no service {release.service!r}")
        decided = decision(release.urn, release.service, stage)
        recorded(decided)
        return decided

    def suppose(
        self,
        release: Release,
        stage: Stage,
        what_if: WhatIf,
        *,
        bringing: Bringing = NOTHING,  # noqa: ARG002 (the promise's)
    ) -> tuple[Decision, Decision]:
        if what_if.without and what_if.without != (POLICY.id,):
            raise NotFoundError("it is neither a finding nor a policy")
        return self.decide(release, stage), self.decide(release, stage)

    def approve(self, release: Release, reason: str, noted: Callable[[Grant], None] = lambda _grant: None) -> Grant:
        if release.service not in SERVICES:
            raise NotFoundError(f"there is no service {release.service!r}")
        until = AT + timedelta(days=1)
        grant = Grant(release.service, release.version, ExtraKind.APPROVAL, self.actor, reason, AT, until)
        noted(grant)
        return grant

    def take_scan(
        self, service: str, version: str, scan: Scan, noted: Callable[[TakenScan], None] = lambda _taken: None
    ) -> TakenScan:
        if service not in SERVICES:
            raise NotFoundError(f"there is no service {service!r}")
        taken = TakenScan(Release(service, version), tuple(each.fingerprint for each in scan.weaknesses))
        noted(taken)
        return taken


class FakeWorkers:
    """Finds what the documents themselves show."""

    async def ask(self, request: Request, work: Work, question: Document | None = None) -> bytes:  # noqa: ARG002
        document = ExaminationDocument if work is Work.EXAMINE else ReplayDocument
        return orjson.dumps(document.model_json_schema()["examples"][0])


def no_status() -> Status:
    raise CouldNotTellError("no supervisor runs on this ledger")


def some_status() -> Status:
    process = ProcessStatus(Duty.LOOP, ProcessState.UP, AT, 42, 0, "", Health({"lag": 1.5}))
    return Status("default", "host", 41, AT, AT, (process,))


def parts_on(
    ledger: SqlLedger, folder: Path, *, limits: Limits = GENEROUS, ingest: Path | None = None, **others: Any
) -> ServerParts:
    tokens, metrics = ledger.access(folder / "master.key"), Metrics()
    described = Described(
        loop=LoopSettings(),
        services=SERVICES,
        service=lambda name: SERVICES.get(name) or Service(name),
        waivers=(),
        channels=("chat", "oncall"),
        policies=lambda: (POLICY,),
        policies_for=lambda _service: (POLICY,),
        permissions=lambda enforce: {
            "Version": "2012-10-17",
            "Statement": [{"Sid": "Reads", "Effect": "Allow", "Action": ["s3:GetBucketAcl"], "Resource": "*"}]
            * (1 + enforce),
        },
    )
    given: dict[str, Any] = {
        "described": described,
        "ledger": ledger,
        "pages": ledger.pages(),
        "answers": ledger.answers(),
        "tokens": tokens,
        "authenticator": Authenticator(tokens, count_refusal=metrics.refused),
        "gatekeeper": FakeGate,
        "assessor": ReleaseAssessor(),
        "explainer": ConfigComparator(lambda _type: None),
        "ingest": IngestDoor(ingest),
        "workers": FakeWorkers(),
        "try_channel": lambda channel: "" if channel == "oncall" else "the server answered 503",
        "status": some_status,
        "metrics": metrics,
        "limits": limits,
    }
    return ServerParts(**{**given, **others})


def issue(
    tokens: TokenStore,
    *scopes: AccessScope,
    name: str = "",
    service: str | None = None,
    expires_at: datetime | None = None,
    at: datetime | None = None,
) -> str:
    """The text of a new token."""
    named = name or "-".join((*scopes, service or "any"))
    request = TokenRequest(named, frozenset(scopes), service, expires_at)
    return tokens.issue(request, "test", at or datetime.now(UTC)).text


class Caller:
    """Calls an application in this process, one call after the other, with one token."""

    def __init__(self, app: FastAPI, token: str = "") -> None:
        self.app = app
        self._runner = asyncio.Runner()
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = ASGITransport(app, raise_app_exceptions=False)
        self._client = AsyncClient(transport=transport, base_url="http://server", headers=headers)

    def request(self, method: str, address: str, **options: Any) -> Response:
        return self._runner.run(self._client.request(method, address, **options))

    def get(self, address: str, **options: Any) -> Response:
        return self.request("GET", address, **options)

    def post(self, address: str, body: Any = None, **options: Any) -> Response:
        return self.request("POST", address, json=body, **options)

    def delete(self, address: str, **options: Any) -> Response:
        return self.request("DELETE", address, **options)

    def all_items(self, address: str) -> list[Any]:
        """Of every page."""
        items: list[Any] = []
        following: str | None = address
        while following is not None:
            page = self.get(following)
            assert page.status_code == 200, page.text
            items += page.json()["items"]
            following = page.json()["next"]
        return items

    def close(self) -> None:
        self._runner.run(self._client.aclose())
        self._runner.close()


@contextmanager
def running(app: FastAPI, settings: ServerSettings | None = None) -> Iterator[str]:
    """The application behind a real socket on loopback, for as long as the block lasts; its address."""
    chosen, stop, ready = settings or ServerSettings(port=0), threading.Event(), threading.Event()
    with listening(chosen) as listener, ThreadPoolExecutor(1) as pool:
        served = pool.submit(serve, app, listener, chosen, stop=stop, ready=ready.set)
        try:
            assert ready.wait(10)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            stop.set()
            served.result(20)


PROBLEM = {
    "type": "urn:setpoint:problem:bad-request",
    "title": "Bad Request",
    "status": 400,
    "detail": "this is no event",
    "what": "this is no event",
    "where": "",
    "remedy": "",
    "exit_code": 2,
    "request": "",
    "delay": None,
}


async def _take(request: Request) -> JSONResponse:
    """Tells what came, as ingest's receipt would not; that it has the form of a receipt is all that callers see."""
    body = await request.body()
    if "json" in request.headers["content-type"] and "nd" not in request.headers["content-type"]:
        kind = list if "batch" in request.headers["content-type"] else dict
        try:
            parsed = orjson.loads(body)
        except orjson.JSONDecodeError:
            parsed = None
        if not isinstance(parsed, kind) or not all(isinstance(each, dict) for each in parsed if kind is list):
            return JSONResponse(PROBLEM, 400, media_type=MEDIA_TYPE)
    return JSONResponse({"appended": len(body.splitlines()), "duplicates": 0, "last_offset": len(body)})


async def _query(request: Request) -> JSONResponse:
    asked = await request.json()
    return JSONResponse({"columns": ["sql"], "types": ["VARCHAR"], "rows": [[asked["sql"]]], "cut": False})


async def _export(_request: Request) -> PlainResponse:
    return PlainResponse(b"PAR1", media_type="application/vnd.apache.parquet")


async def _health(_request: Request) -> JSONResponse:
    return JSONResponse({"measures": {}, "problems": []})


def fake_ingest() -> Starlette:
    return Starlette(
        routes=[
            Route("/ingest", _take, methods=["POST"]),
            Route("/agent/reports", _take, methods=["POST"]),
            Route("/query", _query, methods=["POST"]),
            Route("/export", _export, methods=["POST"]),
            Route("/health", _health),
        ]
    )


@contextmanager
def ingesting(path: Path, app: Starlette | None = None) -> Iterator[None]:
    """Something on a unix socket that answers in the place of ingest."""
    config = uvicorn.Config(app or fake_ingest(), uds=str(path), log_config=None, lifespan="off", ws="none")
    server = uvicorn.Server(config)
    with ThreadPoolExecutor(1) as pool:
        served = pool.submit(server.run)
        try:
            deadline = time.monotonic() + 10
            while not server.started and time.monotonic() < deadline:
                time.sleep(0.01)
            yield
        finally:
            server.should_exit = True
            served.result(20)
