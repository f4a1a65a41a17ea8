"""Reports reach a control plane whatever it does, and whoever records evidence never waits for it."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest
from tests.control_plane import KEY, TOKEN, ControlPlane, Reply, free_port, instruction
from tests.evidences import FRAME, evidence

from setpoint_agent.evidence import Frame
from setpoint_agent.operations.counts import Operations
from setpoint_agent.quiet import mishaps
from setpoint_agent.reporting import sender
from setpoint_agent.reporting.reporter import Reporter
from setpoint_agent.request import Request
from setpoint_agent.settings import Settings
from setpoint_agent.switch import switch

Make = Callable[..., Reporter]


@pytest.fixture
def operations() -> Operations:
    return Operations()


@pytest.fixture
def switched() -> list[bool]:
    return []


@pytest.fixture
def make(
    control_plane: ControlPlane, operations: Operations, switched: list[bool], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Make]:
    """A running reporter that reports every tenth of a second, and is as patient after failures."""
    mishaps.begin_anew()
    monkeypatch.setattr(sender, "SHORTEST_BACK_OFF", 0.05)
    monkeypatch.setattr(sender, "ASLEEP", 0.2)
    made: list[Reporter] = []

    def begin(**changed: Any) -> Reporter:
        given = {"service": "shop", "instance": "host", "server": control_plane.address, "token": TOKEN}
        settings = Settings(**{**given, "agent_key": KEY, "report_seconds": 0.1, "components": False, **changed})
        reporter = Reporter(settings, operations, None, switch_to=switched.append)
        made.append(reporter)
        reporter.start()
        return reporter

    yield begin
    for each in made:
        each.stop()


def findings(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [each for report in reports for each in report.get("findings", ())]


def at(line: int) -> tuple[Frame, ...]:
    return (Frame(FRAME.file, line, FRAME.function),)


def test_what_was_met_is_reported_once_and_counted(make: Make, control_plane: ControlPlane) -> None:
    reporter = make()
    for _ in range(3):
        reporter.record(evidence())
    reporter.record(evidence(attack=True, confidence=0.95, probe="scan-7"))
    (first,) = control_plane.wait_for(findings)
    assert (first["count"], first["attacks"], first["attack"]) == (4, 1, True)
    assert first["confidence"] == 0.95
    assert first["probes"] == ["scan-7"]
    reporter.record(evidence())
    second = control_plane.wait_for(lambda reports: findings(reports)[1:])[0]
    assert (second["key"], second["count"]) == (first["key"], 5)
    assert [report["sequence"] for report in control_plane.reports] == [*range(1, len(control_plane.reports) + 1)]
    assert len({report["boot"] for report in control_plane.reports}) == 1


def finish(operations: Operations, request: Request, status: int, seconds: float) -> None:
    request.began = perf_counter() - seconds
    operations.finish(request, status)


def test_routes_and_counters_are_cumulative(make: Make, control_plane: ControlPlane, operations: Operations) -> None:
    make()
    request = Request("GET", "/users/7", "flask")
    request.route = "/users/<number>"
    request.effects["rows-written"] += 2
    for _ in range(2):
        finish(operations, request, 200, 0.02)
    control_plane.wait_for(lambda reports: [each for report in reports for each in report.get("routes", ())])
    finish(operations, request, 500, 0.3)
    report = control_plane.wait_for(lambda reports: [each for each in reports if each["counters"]["requests"] == 3])[0]
    (row,) = report["routes"]
    assert row["statuses"] == {"2xx": 2, "5xx": 1}
    assert row["effects"] == {"rows-written": 6}
    assert sum(row["latency"]["counts"]) == row["calls"] == 3


@pytest.mark.parametrize(
    "refusal",
    [
        Reply(503),
        Reply(429),
        Reply(500, body=b"<html>"),
        Reply(401),
        Reply(307, {"Location": "/elsewhere"}),
        Reply(raw=b"\x00\x01garbage\r\n\r\n" * 100),
        Reply(raw=b"HTTP/1.1 202 Accepted\r\nContent-Length: 40\r\n\r\nshort"),
        Reply(raw=b"HTTP/1.1 202 Accepted\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"),
        Reply(raw=b""),
    ],
    ids=lambda reply: str(reply.status if reply.raw is None else reply.raw[:30]),
)
def test_a_report_that_was_not_taken_is_sent_again_as_it_was(
    make: Make, control_plane: ControlPlane, refusal: Reply
) -> None:
    replies = [refusal, refusal]
    control_plane.reply = lambda _: replies.pop() if replies else Reply()
    make().record(evidence())
    reports = control_plane.wait_for(lambda reports: reports[3:] and reports)
    assert reports[0] == reports[1] == reports[2]
    assert (reports[3]["sequence"], reports[3]["counters"]["agent.reports-failed"]) == (2, 2)
    assert len(findings(reports[2:])) == 1


def test_what_is_refused_for_what_it_is_is_not_sent_again(make: Make, control_plane: ControlPlane) -> None:
    control_plane.reply = lambda report: Reply(400) if report["sequence"] == 1 else Reply()
    make()
    reports = control_plane.wait_for(lambda reports: reports[1:] and reports)
    assert [each["sequence"] for each in reports[:2]] == [1, 2]
    assert reports[1]["counters"]["agent.reports-failed"] == 1


@pytest.mark.parametrize(
    ("status", "named"),
    [(401, "SETPOINT_TOKEN"), (403, "SETPOINT_SERVICE"), (404, "SETPOINT_SERVER"), (503, "HTTP 503")],
)
def test_a_refusal_is_told_once(
    make: Make,
    control_plane: ControlPlane,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    named: str,
) -> None:
    monkeypatch.setattr("setpoint_agent.quiet._told_before", set())
    control_plane.reply = lambda _: Reply(status)
    reporter = make()
    control_plane.wait_for(lambda reports: reports[2:])
    reporter.stop()
    (line,) = capfd.readouterr().err.splitlines()
    assert line.startswith(f"setpoint-agent: the control plane did not take a report: HTTP {status}")
    assert named in line


def test_retry_after_is_kept(make: Make, control_plane: ControlPlane) -> None:
    control_plane.reply = lambda _: Reply(429, {"Retry-After": "1"}) if len(control_plane.reports) == 1 else Reply()
    make()
    control_plane.wait_for(lambda reports: reports[1:])
    assert control_plane.arrivals[1] - control_plane.arrivals[0] > 0.95


def test_answers_without_an_end_are_left(make: Make, control_plane: ControlPlane) -> None:
    control_plane.reply = lambda _: Reply(body=b"[" * 1_000_000)
    make()
    control_plane.wait_for(lambda reports: reports[2:])


def test_nobody_waits_for_a_control_plane_that_is_silent(
    make: Make, control_plane: ControlPlane, tmp_path: Path
) -> None:
    control_plane.reply = lambda _: Reply(silence=True)
    reporter = make(report_file=tmp_path / "report.jsonl")
    control_plane.wait_for(len)
    longest = 0.0
    for line in range(2_000):
        began = time.perf_counter()
        reporter.record(evidence(frames=at(line)))
        longest = max(longest, time.perf_counter() - began)
    assert longest < 2  # a thread of this machine may lose its turn for a while; a report takes ten seconds
    ended = time.time()
    deadline = time.monotonic() + 5
    while not (tmp_path / "report.jsonl").exists():
        assert time.monotonic() < deadline
        time.sleep(0.005)
    assert (tmp_path / "report.jsonl").stat().st_ctime - ended < 5
    began = time.perf_counter()
    reporter.stop()
    assert time.perf_counter() - began < 5


def test_a_control_plane_that_is_away_costs_nothing_at_the_end(make: Make) -> None:
    reporter = make(server=f"http://127.0.0.1:{free_port()}")
    while not reporter._sender._failures:
        time.sleep(0.01)
    began = time.perf_counter()
    reporter.stop()
    assert time.perf_counter() - began < 5


def test_the_last_is_told_at_the_end(make: Make, control_plane: ControlPlane, tmp_path: Path) -> None:
    reporter = make(report_file=tmp_path / "report.jsonl", report_seconds=60.0)
    reporter.record(evidence())
    reporter.stop()
    assert len(findings(control_plane.reports)) == 1
    (line,) = (tmp_path / "report.jsonl").read_text().splitlines()
    assert json.loads(line)["path"] == "/users/7"


def test_more_than_a_report_holds_goes_with_the_next(make: Make, control_plane: ControlPlane) -> None:
    reporter = make()
    for line in range(2_500):
        reporter.record(evidence(frames=at(line) * 8))
    control_plane.wait_for(lambda reports: len(findings(reports)) >= 2_500)
    assert len({each["key"] for each in findings(control_plane.reports)}) == 2_500


def test_texts_without_an_end_and_odd_characters_keep_the_contract(make: Make, control_plane: ControlPlane) -> None:
    odd = "\x00\n\ud800" + "x" * 10_000
    frame = Frame(odd, 1, odd)
    make().record(evidence(frames=(frame,) * 32, route=odd, path=odd, method=odd, context=odd, probe=odd))
    control_plane.wait_for(findings)


class TestInstructions:
    def test_off_and_on_again(self, make: Make, control_plane: ControlPlane, switched: list[bool]) -> None:
        wanted = ["off"]
        control_plane.reply = lambda report: instruction(report, wanted[-1])
        reporter = make()
        asleep = control_plane.wait_for(lambda reports: [each for each in reports if "findings" not in each])[0]
        assert set(switched) == {False}
        assert asleep["agent"]["coverage"] == "off"
        assert not {"routes", "functions", "mishaps"} & set(asleep)
        wanted.append("on")
        awake = len(control_plane.reports)
        control_plane.wait_for(lambda reports: [each for each in reports[awake:] if "findings" in each])
        assert switched[-1] is True
        reporter.record(evidence())
        control_plane.wait_for(findings)

    @pytest.mark.parametrize(
        "forged",
        [
            lambda report: Reply(body=json.dumps({"instructions": {"agent": "off"}}).encode()),
            lambda report: Reply(body=json.dumps({"instructions": "off", "signature": "0" * 64}).encode()),
            lambda report: instruction(report, "off", key=bytes(32)),
            lambda report: instruction(report, "destroy"),
            lambda report: instruction({"boot": "another-boot"}, "off"),
            lambda report: instruction(report, "on", agent="off"),
            lambda report: instruction(report, "off", issued=datetime.now()),  # noqa: DTZ005 - of no zone, on purpose
        ],
        ids=["unsigned", "no object", "other key", "unknown", "foreign", "changed", "no zone"],
    )
    def test_what_is_not_signed_for_it_changes_nothing(
        self, make: Make, control_plane: ControlPlane, switched: list[bool], forged: Callable[[Any], Reply]
    ) -> None:
        control_plane.reply = forged
        make()
        control_plane.wait_for(
            lambda reports: [each for each in reports if each["counters"]["agent.instructions-refused"] > 1]
        )
        assert switched == []

    def test_an_older_one_changes_nothing(self, make: Make, control_plane: ControlPlane, switched: list[bool]) -> None:
        now = datetime.now(UTC)
        told = [("on", now), ("on", now), ("off", now - timedelta(seconds=1))]
        control_plane.reply = lambda report: instruction(report, told[0][0], issued=told.pop(0)[1]) if told else Reply()
        make()
        control_plane.wait_for(
            lambda reports: [each for each in reports if each["counters"]["agent.instructions-refused"] == 1]
        )
        assert switched == [True]


def test_a_child_is_a_boot_of_its_own(make: Make, control_plane: ControlPlane, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(switch, "on", True)
    reporter = make()
    reporter.record(evidence())
    control_plane.wait_for(findings)
    reporter.before_fork()
    child = os.fork()
    if not child:
        reporter.after_fork_in_child()
        reporter.record(evidence(frames=at(77)))
        reporter.stop()
        os._exit(0)
    reporter.after_fork_in_parent()
    assert os.waitpid(child, 0)[1] == 0
    of_child = control_plane.wait_for(
        lambda reports: [each for each in reports if each["instance"] == f"host/{child}" and each.get("findings")]
    )
    assert [each["frames"][0]["line"] for each in findings(of_child)] == [77]
    assert of_child[0]["boot"] != control_plane.reports[0]["boot"]
    reporter.record(evidence(frames=at(78)))
    control_plane.wait_for(lambda reports: [each for each in findings(reports) if each["frames"][0]["line"] == 78])


def test_a_parent_leaves_the_bill_of_materials_to_its_children(make: Make, control_plane: ControlPlane) -> None:
    """As long as there are any, and it answers nothing itself."""
    reporter = make(components=True, report_seconds=0.3)
    ending, end = os.pipe()
    reporter.before_fork()
    child = os.fork()
    if not child:
        os.close(end)
        os.read(ending, 1)
        os._exit(0)
    reporter.after_fork_in_parent()
    control_plane.wait_for(lambda reports: len(reports) > 1)
    assert not any("sbom" in each for each in control_plane.reports)
    os.close(end)
    os.waitpid(child, 0)
    control_plane.wait_for(lambda reports: [each for each in reports if "sbom" in each])
