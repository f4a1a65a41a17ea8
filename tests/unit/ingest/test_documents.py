"""JSON from anybody: whatever comes, it is a document within bounds or one clear error."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.ingest.cloudevents import EventReader
from setpoint.ingest.documents import check_depth, moment, parse
from setpoint.ingest.reports import ReportReader
from setpoint.settings.ingest import IngestBounds

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=20,
)
ATTRIBUTES = st.sampled_from(
    ["specversion", "id", "source", "type", "time", "subject", "service", "data", "data_base64", "extra", "Extra"]
)
MEMBERS = st.sampled_from(
    ["schema", "service", "instance", "boot", "sequence", "time", "counters", "events", "components"]
)


def _depth(value: Any) -> int:
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    return 0 if children is None else 1 + max(map(_depth, children), default=0)


@given(VALUES, st.integers(1, 6))
def test_what_is_nested_deeper_is_refused(value: Any, most: int) -> None:
    data = orjson.dumps(value)
    if _depth(value) <= most:
        check_depth(value, data, most)
    else:
        with pytest.raises(InputError, match="nested more than"):
            check_depth(value, data, most)


@given(st.binary(max_size=200))
def test_any_bytes_are_json_or_refused(data: bytes) -> None:
    with suppress(InputError):
        assert _depth(parse(data, 100, 5)) <= 5


@given(st.lists(st.one_of(VALUES, st.dictionaries(ATTRIBUTES, VALUES)), min_size=1, max_size=3), st.booleans())
def test_any_documents_are_events_or_refused(documents: list[Any], bound: bool) -> None:
    reader = EventReader(IngestBounds(), "api" if bound else None, NOW)
    with suppress(InputError):
        events = reader.lines(b"\n".join(map(orjson.dumps, documents)))
        assert [orjson.loads(each.line)["id"] for each in events] == [each.id for each in events]
        assert len(events) == len(documents)
        assert not bound or {each.service for each in events} == {"api"}


@given(st.one_of(VALUES, st.dictionaries(MEMBERS, VALUES)))
def test_any_document_is_a_report_or_refused(document: Any) -> None:
    with suppress(InputError):
        (event,) = ReportReader(IngestBounds(), None, NOW).single(orjson.dumps(document))
        assert orjson.loads(event.line)["data"] == document


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 (UTC is added)
def test_a_time_is_read_as_it_was_written(at: datetime) -> None:
    assert moment({"time": at.isoformat()}, "time", NOW) == at
    assert moment({"time": at.isoformat().replace("+00:00", "z")}, "time", NOW) == at
    assert moment({}, "time", NOW) == NOW


@pytest.mark.parametrize(
    "text", ["2026-W01-1", "20261123T120000Z", "2026-11-23", "2026-11-23T25:00:00Z", "٢026-11-23T12:00:00Z", ""]
)
def test_other_ways_to_write_a_time_are_refused(text: str) -> None:
    with pytest.raises(InputError, match="RFC 3339"):
        moment({"time": text}, "time", NOW)
