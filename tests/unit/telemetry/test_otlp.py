"""What leaves by OTLP, as a receiver sees it; and that nothing is there, or is waited for, that nobody asked for."""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from tests.unit.telemetry.receiver import Receiver, attributes

from setpoint.telemetry import AWS_CALLS, SILENT, Telemetry, TelemetrySettings, open_telemetry
from setpoint.telemetry.opening import ENDPOINTS
from setpoint.telemetry.requests import DURATION, MeasuredRequests


@pytest.fixture(autouse=True)
def _no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ENDPOINTS, "OTEL_SDK_DISABLED", "OTEL_SERVICE_NAME"):
        monkeypatch.delenv(name, raising=False)


def test_work_and_its_steps(receiver: Receiver) -> None:
    with open_telemetry(TelemetrySettings(receiver.url), "loop", "default") as telemetry:
        telemetry.count(AWS_CALLS, 5, service="s3")
        with telemetry.span("beat", tally=AWS_CALLS, id="1") as span:
            span.step("intent")
            span.step("observe")
            telemetry.count(AWS_CALLS, 3, service="s3")
            with telemetry.span("reconcile", urn="u"):
                pass
            span.note(observed=7)
        telemetry.measure("setpoint.beat.duration", 0.25, scope="default")

    beat, intent, observe, reconcile = receiver.spans()
    assert [each.name for each in (beat, intent, observe, reconcile)] == ["beat", "intent", "observe", "reconcile"]
    assert {each.parent_span_id for each in (intent, observe, reconcile)} == {beat.span_id}
    assert intent.end_time_unix_nano <= observe.start_time_unix_nano
    assert attributes(beat) == {"id": "1", "observed": 7, AWS_CALLS: 3}
    assert receiver.resource().items() >= {
        "service.name": "setpoint", "setpoint.process": "loop", "setpoint.scope": "default"
    }.items()  # fmt: skip
    (calls,) = receiver.points(AWS_CALLS)
    assert (calls.as_int, attributes(calls)) == (8, {"service": "s3"})
    (beats,) = receiver.points("setpoint.beat.duration")
    assert (beats.count, beats.sum) == (1, 0.25)


def test_work_that_fails_says_so(receiver: Receiver) -> None:
    def fail(telemetry: Telemetry) -> None:
        with telemetry.span("beat") as span:
            span.step("intent")
            raise ValueError("no")

    settings = TelemetrySettings(receiver.url)
    with open_telemetry(settings, "loop", "default") as telemetry, pytest.raises(ValueError, match="no"):
        fail(telemetry)
    assert [(each.name, each.status.code) for each in receiver.spans()] == [("beat", 2), ("intent", 0)]


async def _hello(scope: Any, receive: Any, send: Any) -> None:
    if scope["path"] == "/broken":
        raise ValueError("broken")
    scope["route"] = type("Route", (), {"path": "/v1/findings/{id}"})
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": b"hello"})


def _call(application: MeasuredRequests, path: str, *headers: tuple[bytes, bytes], method: str = "GET") -> list[Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "http.request", "body": b""}

    scope = {"type": "http", "method": method, "path": path, "headers": list(headers)}
    asyncio.run(application(scope, receive, send))
    return sent


def test_calls_belong_to_the_trace_of_who_calls(receiver: Receiver) -> None:
    trace, parent = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
    header = (b"traceparent", f"00-{trace}-{parent}-01".encode())
    with open_telemetry(TelemetrySettings(receiver.url), "server", "default") as telemetry:
        application = MeasuredRequests(_hello, telemetry)
        assert [each["type"] for each in _call(application, "/v1/findings/1", header)][-1] == "http.response.body"
        with pytest.raises(ValueError, match="broken"):
            _call(application, "/broken", method="BREW")
        assert application.health().measures == {"in_flight": 0, "served": 2, "delay_ms": 0.0}

    served, broken = receiver.spans()
    assert (served.name, served.trace_id.hex(), served.parent_span_id.hex()) == (
        "GET /v1/findings/{id}", trace, parent
    )  # fmt: skip
    assert attributes(served)["http.response.status_code"] == 200
    assert (broken.name, broken.status.code) == ("_OTHER", 2)
    seen = {attributes(each)["http.route"]: attributes(each) for each in receiver.points(DURATION)}
    assert seen[""] == {"http.request.method": "_OTHER", "http.route": "", "http.response.status_code": 500}


def test_the_environment_switches_it_on_and_off(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_telemetry(TelemetrySettings(), "loop", "default") as telemetry:
        assert telemetry is SILENT
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", receiver.url)
    monkeypatch.setenv("OTEL_SERVICE_NAME", "guard")
    with open_telemetry(TelemetrySettings(), "loop", "default") as telemetry, telemetry.span("beat"):
        pass
    assert receiver.resource()["service.name"] == "guard"
    monkeypatch.setenv("OTEL_SDK_DISABLED", "TRUE")
    with open_telemetry(TelemetrySettings(receiver.url), "loop", "default") as telemetry:
        assert telemetry is SILENT


def test_a_receiver_that_does_not_answer_is_not_waited_for() -> None:
    # In a process of its own: what still tries to send ends with the process, and with nothing before it.
    program = (
        "import sys, time\n"
        "from setpoint.telemetry import AWS_CALLS, TelemetrySettings, open_telemetry\n"
        "with open_telemetry(TelemetrySettings(sys.argv[1]), 'loop', 'default') as telemetry:\n"
        "    with telemetry.span('beat'):\n"
        "        telemetry.count(AWS_CALLS)\n"
        "    began = time.monotonic()\n"
        "print(time.monotonic() - began)\n"
    )
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        done = subprocess.run([sys.executable, "-c", program, url], capture_output=True, text=True, check=True)
    # The exporter itself would try for ten seconds.
    assert float(done.stdout) < 8


def test_while_it_is_off_nothing_of_it_is_loaded() -> None:
    program = (
        "import sys\n"
        "from setpoint.telemetry import TelemetrySettings, open_telemetry\n"
        "import setpoint.loop.heartbeat, setpoint.aws\n"
        "with open_telemetry(TelemetrySettings(), 'loop', 'default') as telemetry, telemetry.span('beat') as span:\n"
        "    span.step('x')\n"
        "print([name for name in sys.modules if name.startswith('opentelemetry')])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env={})
    assert done.stdout == "[]\n"


def test_a_call_is_named_by_its_route_and_not_by_its_path(receiver: Receiver) -> None:
    application = FastAPI()

    @application.get("/v1/findings/{identity}")
    def get_finding(identity: str) -> str:
        return identity

    async def call(measured: MeasuredRequests) -> None:
        transport = httpx.ASGITransport(measured)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            assert (await client.get("/v1/findings/secret")).status_code == 200
            assert (await client.get("/nowhere/secret")).status_code == 404

    with open_telemetry(TelemetrySettings(receiver.url), "server", "default") as telemetry:
        asyncio.run(call(MeasuredRequests(application, telemetry)))
    found, missing = receiver.spans()
    assert (found.name, missing.name) == ("GET /v1/findings/{identity}", "GET")
    assert "secret" not in str(found)
    assert "secret" not in str(missing)
