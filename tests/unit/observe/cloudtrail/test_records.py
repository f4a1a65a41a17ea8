"""Every form in which events are kept, and whatever else somebody may give in their place."""

from __future__ import annotations

import gzip
import json
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.observe.cloudtrail import records
from setpoint.observe.cloudtrail.records import read_records, unpack

FORMS = ("looked_up.json", "lake.json", "lines.jsonl", "eventbridge.json", "queued.json")


@pytest.mark.parametrize("name", FORMS)
def test_every_form_holds_the_same_event(assets: Path, name: str) -> None:
    delivered = json.loads((assets / "delivered.json").read_bytes())["Records"][4]
    assert read_records((assets / name).read_bytes(), name)[0] == delivered


def test_a_log_as_it_is_delivered(assets: Path) -> None:
    data = gzip.compress((assets / "delivered.json").read_bytes())
    assert len(read_records(unpack(data, "log"), "log")) == 13


def test_gzip_files_may_follow_each_other_and_be_padded() -> None:
    assert unpack(gzip.compress(b"one ") + gzip.compress(b"two") + b"\0\0", "log") == b"one two"


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (gzip.compress(b"x" * 10_000)[:40], "ends too early"),
        (b"\x1f\x8b\x08\x00nonsense", "not whole as a gzip file"),
        (gzip.compress(b"[]") + b"behind it", "not whole as a gzip file"),
    ],
    ids=["cut", "broken", "followed"],
)
def test_what_is_no_whole_gzip_file_is_told(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        unpack(data, "log")


def test_a_bomb_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(records, "MOST_BYTES", 1000)
    with pytest.raises(InputError, match="more than 1,000 bytes"):
        unpack(gzip.compress(b"\0" * 1_000_000), "log")
    with pytest.raises(InputError, match="more than 1,000 bytes"):
        unpack(b"[" + b" " * 1000 + b"]", "log")


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "empty"),
        (b"no json", "not JSON"),
        (b'{"Records": [', "not JSON"),
        (b"{}", "Records is missing"),
        (b'{"Records": {}}', "Records is missing"),
        (b'"a text"', "an object was expected"),
        (b'{"eventName": "GetObject"}', "Records is missing"),
        (b'{"CloudTrailEvent": "{"}', "not JSON"),
        (b'{"detail": ' * 20 + b"{}" + b"}" * 20, "wrapped more than"),
    ],
)
def test_what_holds_no_events_is_told(data: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        read_records(data, "log")


def test_a_log_without_events_is_one() -> None:
    assert read_records(b'{"Records": []}', "log") == []


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["Records", "Events", "detail", "Message", "CloudTrailEvent", "a"]), inner)
    ),
    max_leaves=12,
)


@given(st.binary(max_size=200) | _JSON.map(lambda value: json.dumps(value).encode()))
def test_never_a_traceback(data: bytes) -> None:
    with suppress(InputError):
        assert isinstance(read_records(unpack(data, "log"), "log"), list)
