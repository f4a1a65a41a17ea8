"""What the ingest application answers, and what is in the journal afterwards."""

from __future__ import annotations

import errno
import gzip
import json
import os
import threading
import zlib
from collections.abc import AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import TemporaryError
from setpoint.ingest import app
from setpoint.model.event import Event
from setpoint.store.interface import Receipt
from setpoint.store.journal.journal import FileJournal

Serve = Callable[..., Any]
LINES = {"content-type": "application/x-ndjson"}
REPORT = {"schema": 1, "service": "api", "instance": "i-1", "boot": "9f3c2a61", "sequence": 1}


def _event(identity: str | int, **members: Any) -> dict[str, Any]:
    return {"specversion": "1.0", "id": str(identity), "source": "ci", "type": "test", **members}


def _lines(*documents: Any) -> bytes:
    return b"".join(json.dumps(each).encode() + b"\n" for each in documents)


def _kept(journal: FileJournal) -> list[dict[str, Any]]:
    return [json.loads(each.line) for each in journal.read(0, 1_000_000)]


def _problem(answer: Any, status: int) -> Mapping[str, Any]:
    document: Mapping[str, Any] = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, document["status"]) == (status, status), document
    assert document["type"].startswith("urn:setpoint:problem:")
    return document


def test_lines_are_taken_and_told(serve: Serve, journal: FileJournal) -> None:
    client, events = serve(), [_event(1, data={"a": [1]}), _event(2)]
    answer = client.post("/ingest", content=_lines(*events), headers=LINES)
    assert (answer.status_code, answer.json()) == (200, {"appended": 2, "duplicates": 0, "last_offset": 2})
    assert _kept(journal) == events
    again = client.post("/ingest", content=_lines(*events, _event(3)), headers=LINES)
    assert again.json() == {"appended": 1, "duplicates": 2, "last_offset": 3}


@pytest.mark.parametrize("members", [1, 3])
def test_gzip_is_inflated(serve: Serve, journal: FileJournal, members: int) -> None:
    content = _lines(*(_event(number) for number in range(1000)))
    size = len(content) // members + 1
    body = b"".join(gzip.compress(content[start : start + size]) for start in range(0, len(content), size))
    answer = serve().post("/ingest", content=body, headers={**LINES, "content-encoding": "gzip"})
    assert answer.json() == {"appended": 1000, "duplicates": 0, "last_offset": 1000}
    assert len(_kept(journal)) == 1000


def test_each_form_of_an_event_is_taken(serve: Serve, journal: FileJournal) -> None:
    client = serve()
    single = json.dumps(_event(1, data="a\nb"), indent=2)
    batch = json.dumps([_event(2), _event(3)], indent=2)
    binary = {"ce-specversion": "1.0", "ce-source": "ci", "ce-type": "test", "ce-subject": "K%C3%BCche"}
    calls: list[tuple[str | bytes, dict[str, str]]] = [
        (single, {"content-type": "application/cloudevents+json; charset=utf-8"}),
        (batch, {"content-type": "application/cloudevents-batch+json"}),
        ("[]", {"content-type": "application/cloudevents-batch+json"}),
        ('{"rule": 1}', {**binary, "ce-id": "4", "content-type": "application/json"}),
        ("plain", {**binary, "ce-id": '"5"', "content-type": "text/plain; charset=utf-8"}),
        (b"\x89PNG", {**binary, "ce-id": "6", "content-type": "image/png"}),
        (b"", {**binary, "ce-id": "7"}),
    ]
    for body, headers in calls:
        answer = client.post("/ingest", content=body, headers=headers)
        assert answer.status_code == 200, answer.json()
    kept = _kept(journal)
    assert [each["id"] for each in kept] == ["1", "2", "3", "4", "5", "6", "7"]
    assert kept[0]["data"] == "a\nb"
    common = {"specversion": "1.0", "source": "ci", "type": "test", "subject": "Küche"}
    assert kept[3:] == [
        {**common, "id": "4", "datacontenttype": "application/json", "data": {"rule": 1}},
        {**common, "id": "5", "datacontenttype": "text/plain; charset=utf-8", "data": "plain"},
        {**common, "id": "6", "datacontenttype": "image/png", "data_base64": "iVBORw=="},
        {**common, "id": "7"},
    ]


@pytest.mark.parametrize(
    ("line", "status", "what"),
    [
        (b'{"specversion":"1.0","id":"x","source":"ci","type":"t","data":NaN}', 400, "not JSON"),
        (b'{"specversion":"1.0","id":"x","source":"ci","type":"t","data":Infinity}', 400, "not JSON"),
        (b'{"specversion":"1.0","id":"x","source":"ci","type":"t","data":1e999}', 400, "not JSON"),
        (b'{"specversion":"1.0","id":"\xff","source":"ci","type":"t"}', 400, "not JSON"),
        (b'{"specversion":"1.0","id":"\\ud800","source":"ci","type":"t"}', 400, "not JSON"),
        (b'{"specversion":"1.0","id":"x","source":"ci","type":"t"} {}', 400, "not JSON"),
        (b'{"specversion":"1.0","id":"x","source":"ci"', 400, "not JSON"),
        (b"[" * 10_000 + b"]" * 10_000, 400, "not JSON"),
        (json.dumps(_event("x", data=[[[[1]]]])).encode(), 200, ""),
        (json.dumps(_event("x", data=[[[[[1]]]]])).encode(), 400, "nested more than 5 levels"),
        (json.dumps(_event("x", data="[" * 99)).encode(), 200, ""),
        (json.dumps(_event("x", data="y" * 30_000)).encode(), 413, "30,0"),
        (b'{"specversion":"2.0","id":"x","source":"ci","type":"t"}', 400, "specversion is not 1.0"),
        (b"{}", 400, "specversion is missing"),
        (json.dumps(_event("x", time="2026-02-31T00:00:00Z")).encode(), 400, "time is not as RFC 3339"),
        (json.dumps(_event("x", time="0001-01-01T00:00:00+23:59")).encode(), 400, "time is not as RFC 3339"),
    ],
)
def test_a_batch_is_taken_whole_or_not_at_all(
    serve: Serve, journal: FileJournal, line: bytes, status: int, what: str
) -> None:
    body = _lines(_event(1)) + b"\n" + line + b"\n" + _lines(_event(2))
    client = serve(depth=5, event_bytes=25_000)
    answer = client.post("/ingest", content=body, headers={**LINES, "x-request-id": "r-1"})
    if status == 200:
        assert answer.json()["appended"] == 3
        return
    problem = _problem(answer, status)
    assert what in problem["what"]
    assert (problem["where"], problem["request"]) == ("line 3", "r-1")
    assert _kept(journal) == []


def test_the_element_of_a_batch_that_is_wrong_is_named(serve: Serve) -> None:
    headers = {"content-type": "application/cloudevents-batch+json"}
    answer = serve().post("/ingest", content=json.dumps([_event(1), 5]), headers=headers)
    assert _problem(answer, 400)["detail"] == "event 2: this is no JSON object"
    answer = serve().post("/ingest", content=json.dumps(_event(1)), headers=headers)
    assert _problem(answer, 400)["what"] == "this is no JSON array of events"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 415),
        ({"content-type": "application/json"}, 415),
        ({"content-type": "application/x-ndjson; charset=latin-1"}, 415),
        ({**LINES, "content-encoding": "br"}, 415),
        ({**LINES, "content-encoding": "gzip"}, 400),
        ({"content-type": "application/cloudevents+xml", "ce-specversion": "1.0"}, 415),
        ({"content-type": "text/plain", "ce-specversion": "1.0", "ce-id": "1", "ce-source": "ci"}, 400),
        ({**LINES, "x-setpoint-service": ""}, 403),
    ],
)
def test_what_is_sent_in_another_way_is_refused(
    serve: Serve, journal: FileJournal, headers: dict[str, str], status: int
) -> None:
    _problem(serve().post("/ingest", content=_lines(_event(1)), headers=headers), status)
    assert _kept(journal) == []


def test_nothing_is_no_event(serve: Serve) -> None:
    assert _problem(serve().post("/ingest", content=b"\n\n", headers=LINES), 400)["what"] == "there is nothing in it"


@pytest.mark.parametrize("data", ["not \xff text".encode("latin-1"), b'{"a":'], ids=["no UTF-8", "no JSON"])
def test_binary_data_is_what_its_type_says(serve: Serve, data: bytes) -> None:
    headers = {"ce-specversion": "1.0", "ce-source": "ci", "ce-type": "test", "ce-id": "1"}
    for kind in ("text/plain", "application/json"):
        answer = serve().post("/ingest", content=data, headers={**headers, "content-type": kind})
        assert answer.status_code == (200 if (kind, data) == ("text/plain", b'{"a":') else 400)


def test_a_bomb_is_cut_as_it_inflates(serve: Serve, journal: FileJournal) -> None:
    bomb = gzip.compress(_lines(_event(1)) + b" " * 50_000_000)
    answer = serve(inflated_bytes=100_000).post("/ingest", content=bomb, headers={**LINES, "content-encoding": "gzip"})
    assert "inflates to more than 100,000 bytes" in _problem(answer, 413)["what"]
    assert answer.headers["connection"] == "close"
    assert _kept(journal) == []


@pytest.mark.parametrize("announced", [True, False])
def test_a_large_body_is_refused(serve: Serve, announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b" " * 200

    content = b" " * 2000 if announced else pieces()
    answer = serve(body_bytes=1500).post("/ingest", content=content, headers=LINES)
    problem = _problem(answer, 413)
    assert (problem["what"], problem["type"]) == (
        "the body has more than 1,500 bytes",
        "urn:setpoint:problem:content-too-large",
    )


def test_many_events_at_once_are_refused(serve: Serve, journal: FileJournal) -> None:
    events = [_event(number) for number in range(4)]
    batch = {"content-type": "application/cloudevents-batch+json"}
    client = serve(events=3)
    _problem(client.post("/ingest", content=_lines(*events), headers=LINES), 413)
    _problem(client.post("/ingest", content=json.dumps(events), headers=batch), 413)
    assert client.post("/ingest", content=_lines(*events[:3]), headers=LINES).json()["appended"] == 3
    assert len(_kept(journal)) == 3


@pytest.mark.parametrize("cut", [1, 9, -9, -1])
def test_gzip_that_is_cut_short_is_refused(serve: Serve, journal: FileJournal, cut: int) -> None:
    body = gzip.compress(_lines(_event(1)))[:cut]
    answer = serve().post("/ingest", content=body, headers={**LINES, "content-encoding": "gzip"})
    assert "cut short" in _problem(answer, 400)["what"]
    assert _kept(journal) == []


def test_deflate_is_not_gzip(serve: Serve) -> None:
    body = zlib.compress(_lines(_event(1)))
    answer = serve().post("/ingest", content=body, headers={**LINES, "content-encoding": "gzip"})
    assert "not gzip" in _problem(answer, 400)["what"]


def test_a_token_that_is_bound_to_a_service_speaks_of_that_one_only(serve: Serve, journal: FileJournal) -> None:
    client, bound = serve(), {**LINES, "x-setpoint-service": "K%C3%BCche"}
    foreign = _lines(_event(1), _event(2, service="api"))
    problem = _problem(client.post("/ingest", content=foreign, headers=bound), 403)
    assert problem["where"] == "line 2"
    assert "'api'" in problem["what"]
    events = _lines(_event(1), _event(2, service="Küche"), _event(3, service=None))
    assert client.post("/ingest", content=events, headers=bound).json()["appended"] == 3
    assert [each["service"] for each in _kept(journal)] == ["Küche"] * 3
    report = client.post("/agent/reports", json=REPORT, headers={"x-setpoint-service": "K%C3%BCche"})
    _problem(report, 403)
    assert client.post("/agent/reports", json=REPORT, headers={"x-setpoint-service": "api"}).status_code == 200


def test_a_bound_token_does_not_use_up_the_ids_of_another(serve: Serve, journal: FileJournal) -> None:
    client = serve()
    bound = {**LINES, "x-setpoint-service": "mallory"}
    assert client.post("/ingest", content=_lines(_event(1)), headers=bound).json()["appended"] == 1
    api = _lines(_event(1, service="api"))
    assert client.post("/ingest", content=api, headers=LINES).json()["appended"] == 1
    assert client.post("/ingest", content=api, headers=LINES).json()["duplicates"] == 1


def test_a_report_is_an_event(serve: Serve, journal: FileJournal) -> None:
    client = serve()
    report = {**REPORT, "instance": "pod/1", "counters": {"requests": 7}, "time": "2026-11-23T11:59:00Z"}
    assert client.post("/agent/reports", json=report).json() == {"appended": 1, "duplicates": 0, "last_offset": 1}
    assert client.post("/agent/reports", json=report).json() == {"appended": 0, "duplicates": 1, "last_offset": 1}
    assert _kept(journal) == [
        {
            "specversion": "1.0",
            "id": "9f3c2a61:1",
            "source": "agent:api/pod%2F1",
            "type": "setpoint.agent.report",
            "time": "2026-11-23T11:59:00+00:00",
            "service": "api",
            "datacontenttype": "application/json",
            "data": report,
        }
    ]


def test_reports_come_one_a_line_after_a_while_without_a_network(serve: Serve, journal: FileJournal) -> None:
    reports = [{**REPORT, "sequence": number} for number in (1, 2, 3)]
    answer = serve().post("/agent/reports", content=_lines(*reports), headers=LINES)
    assert answer.json()["appended"] == 3
    assert [each["data"]["sequence"] for each in _kept(journal)] == [1, 2, 3]
    answer = serve().post("/agent/reports", content=_lines(REPORT, {**REPORT, "boot": "1"}), headers=LINES)
    assert _problem(answer, 400)["where"] == "line 2"


def test_a_report_that_is_too_much_is_refused(serve: Serve) -> None:
    counters = {f"c{number}": 1 for number in range(1001)}
    _problem(serve().post("/agent/reports", json={**REPORT, "counters": counters}), 413)
    _problem(serve().post("/agent/reports", json={**REPORT, "events": [{"type": "x"}] * 1001}), 413)
    _problem(serve().post("/agent/reports", json={**REPORT, "components": [{}] * 5001}), 413)
    _problem(serve(report_bytes=2000).post("/agent/reports", json={**REPORT, "x": "y" * 2000}), 413)
    _problem(serve().post("/agent/reports", content=b"{}", headers={"content-type": "text/plain"}), 415)


def test_what_privacy_takes_out_is_never_written(serve: Serve, journal: FileJournal, tmp_path: Path) -> None:
    def redact(event: Event) -> Event:
        return replace(event, line=event.line.replace(b"alice", b"*****"))

    serve(pseudonymise=redact).post("/ingest", content=_lines(_event(1, data="alice")), headers=LINES)
    assert _kept(journal)[0]["data"] == "*****"
    assert all(b"alice" not in each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())


def test_a_full_journal_says_when_to_come_again(
    serve: Serve, journal: FileJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> Receipt:
        raise TemporaryError("the journal is full", delay=4.2)

    client = serve()
    with monkeypatch.context() as patched:
        patched.setattr(journal, "append", full)
        answer = client.post("/ingest", content=_lines(_event(1)), headers=LINES)
        problem = _problem(answer, 429)
        assert (problem["delay"], answer.headers["retry-after"]) == (4.2, "5")
    assert client.post("/ingest", content=_lines(_event(1)), headers=LINES).json()["appended"] == 1


@pytest.mark.parametrize(("number", "status"), [(errno.ENOSPC, 429), (errno.EIO, 503), (errno.EROFS, 503)])
def test_a_failing_disk_loses_nothing_that_was_acknowledged(
    serve: Serve, journal: FileJournal, monkeypatch: pytest.MonkeyPatch, number: int, status: int
) -> None:
    client = serve()
    assert client.post("/ingest", content=_lines(_event(1)), headers=LINES).status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(number, os.strerror(number))))
        answer = client.post("/ingest", content=_lines(_event(1), _event(2)), headers=LINES)
        _problem(answer, status)
        assert int(answer.headers["retry-after"]) > 0
    answer = client.post("/ingest", content=_lines(_event(1), _event(2)), headers=LINES)
    assert answer.json() == {"appended": 1, "duplicates": 1, "last_offset": 2}


def test_too_much_in_memory_at_once_is_told_to_wait(serve: Serve) -> None:
    client = serve(waiting_bytes=500)
    answer = client.post("/ingest", content=_lines(*(_event(number) for number in range(20))), headers=LINES)
    assert "waits to be written" in _problem(answer, 429)["what"]
    assert answer.headers["retry-after"] == "1"
    # What it held is free again.
    assert client.post("/ingest", content=_lines(_event(1)), headers=LINES).status_code == 200


def test_who_waits_for_a_thread_too_long_is_told_to_come_again(
    serve: Serve, journal: FileJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "BEGUN_WITHIN", 0.05)
    goes_on, busy = threading.Event(), threading.Semaphore(0)

    def read_slowly(event: Event) -> Event:
        busy.release()
        assert goes_on.wait(10)
        return event

    client = serve(pseudonymise=read_slowly)
    with ThreadPoolExecutor(2) as pool:
        # As many as the application has threads.
        begun = [pool.submit(client.post, "/ingest", content=_lines(_event(each)), headers=LINES) for each in range(2)]
        for _ in begun:
            assert busy.acquire(timeout=10)
        refused = client.post("/ingest", content=_lines(_event(3)), headers=LINES)
        goes_on.set()
        assert [each.result().status_code for each in begun] == [200, 200]
    assert "more comes in than can be written" in _problem(refused, 429)["what"]
    assert int(refused.headers["retry-after"]) >= 1
    assert len(_kept(journal)) == 2


def test_it_is_not_well_while_nothing_can_be_written(
    serve: Serve, journal: FileJournal, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = serve()
    assert client.get("/health").status_code == 200
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, os.strerror(errno.EIO))))
        client.post("/ingest", content=_lines(_event(1)), headers=LINES)
    unwell = client.get("/health")
    assert unwell.status_code == 503
    assert "the journal cannot be written" in unwell.json()["problems"][0]
    journal.try_again()
    assert client.get("/health").json()["problems"] == []


def test_queries_go_to_the_lake(serve: Serve, tmp_path: Path) -> None:
    client = serve()
    assert client.post("/query", json={"sql": "SELECT 1"}).json() == {
        "columns": ["one"],
        "types": ["INTEGER"],
        "rows": [[1]],
        "cut": False,
    }
    assert _problem(client.post("/query", json={"sql": "DROP"}), 400)["detail"] == "line 1: this is no query"
    exported = client.post("/export", json={"sql": "SELECT 1", "timeout": 2.5})
    assert (exported.headers["content-type"], exported.content) == ("application/vnd.apache.parquet", b"PAR1")
    _problem(client.post("/export", json={"sql": "DROP"}), 400)
    assert not list(tmp_path.glob("export-*"))


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"sql": 1},
        {"sql": ""},
        {"sql": "SELECT 1", "limit": 0},
        {"sql": "SELECT 1", "timeout": -1},
        {"sql": "SELECT 1", "timeout": True},
        [],
    ],
)
def test_a_query_is_asked_for_in_order(serve: Serve, asked: Any) -> None:
    _problem(serve().post("/query", json=asked), 400)
    _problem(serve().post("/query", content="SELECT 1", headers={"content-type": "text/plain"}), 415)


def test_health_tells_how_far_it_is(serve: Serve) -> None:
    client = serve()
    client.post("/ingest", content=_lines(_event(1), _event(1), _event(2)), headers=LINES)
    health = client.get("/health").json()
    assert health["problems"] == []
    assert health["measures"].pop("bytes") > 0
    assert health["measures"] == {
        "first_offset": 1,
        "last_offset": 2,
        "taken_offset": 0,
        "lag": 2,
        "derived_offset": 0,
        "derived_lag": 2,
        "derived_waiting_s": 0.0,
        "duplicates": 1,
        "cut_bytes": 0,
    }


def test_there_is_nothing_else(serve: Serve) -> None:
    client = serve()
    assert _problem(client.get("/"), 404)["what"] == "GET / is not known here"
    _problem(client.get("/ingest"), 405)


def test_a_fault_of_its_own_is_told_without_a_trace(serve: Serve) -> None:
    def fail(_: Event) -> Event:
        raise ZeroDivisionError

    answer = serve(pseudonymise=fail).post("/ingest", content=_lines(_event(1)), headers=LINES)
    assert _problem(answer, 500)["detail"] == "something went wrong here that should not"
