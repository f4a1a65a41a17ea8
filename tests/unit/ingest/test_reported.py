from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.ingest.reported import is_report, report_of
from setpoint.ingest.reports import ReportReader
from setpoint.model.report import Coverage, Frame, Part, ReportedLooks, SinkCaller
from setpoint.settings.ingest import IngestBounds
from setpoint.store.interface import Entry

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SAMPLES = json.loads((Path(__file__).parents[3] / "schemas" / "agent-report.samples.json").read_text(encoding="utf-8"))


def entry(document: Any) -> Entry:
    (event,) = ReportReader(IngestBounds(), None, NOW).single(json.dumps(document).encode())
    return Entry(7, NOW, event.line)


def sample(name: str) -> Any:
    return next(each["document"] for each in SAMPLES if each["name"] == name)


@pytest.mark.parametrize("document", [each["document"] for each in SAMPLES if "reason" not in each])
def test_every_sample_that_is_taken_is_read(document: Any) -> None:
    taken = entry(document)
    assert is_report(taken.line)
    read = report_of(taken)
    assert read is not None
    assert (read.service, read.boot, read.sequence) == (document["service"], document["boot"], document["sequence"])
    assert (read.offset, read.received_at) == (7, NOW)


def test_what_was_seen_from_inside_is_all_there() -> None:
    read = report_of(entry(sample("seen from inside")))
    assert read is not None
    assert (read.release, read.version, read.coverage, read.cpu_seconds) == ("1.4.2", "0.1.0", Coverage.SAMPLED, 1.25)
    assert read.container == "4f2c2d0a9b7e4c1f8d3a5b6c7d8e9f00-3935363592"
    assert read.is_watching
    (place,) = read.places
    assert (place.sighting.kind, place.count, place.attacks) == ("sql-injection", 17, 2)
    assert [each.function for each in place.sighting.frames] == ["search", "Store.find"]
    assert place.sighting.origins[0].name == "q"
    (route,) = read.routes
    assert route.latency == {"0.005": 1100, "0.01": 90, "inf": 10}
    assert (route.calls, route.seconds, route.effects) == (1200, 4.25, {"rows-written": 3})
    assert [each.function for each in read.functions[Part.LIBRARY]] == ["Flask.wsgi_app"]
    assert read.mishaps == {"examine: TypeError at recognition.py:40": 2}


def test_what_was_quiet_and_what_could_have_run_is_all_there() -> None:
    read = report_of(entry(sample("what was quiet, and what could have run")))
    assert read is not None
    assert read.defined == (Frame("shop/store.py", 9, "Store.find"),)
    assert read.looks == (ReportedLooks(SinkCaller(Frame("shop/store.py", 12, "Store.find"), 89), 4096),)


def test_an_agent_that_only_asks_is_not_watching() -> None:
    read = report_of(entry(sample("the least")))
    assert read is not None
    assert not read.is_watching
    assert read.coverage is Coverage.OFF


@pytest.mark.parametrize(
    "change",
    [{"findings": "hidden"}, {"sequence": "a3f"}, {"agent": {"coverage": "hidden"}}, {"routes": [{"route": "/"}]}],
)
def test_what_a_privacy_rule_made_of_it_is_left_out(change: dict[str, Any]) -> None:
    taken = entry(sample("seen from inside"))
    event = json.loads(taken.line)
    event["data"] |= change
    assert report_of(Entry(7, NOW, json.dumps(event).encode())) is None


@given(st.binary(max_size=80))
def test_any_line_may_stand_there(line: bytes) -> None:
    assert report_of(Entry(1, NOW, line)) is None
