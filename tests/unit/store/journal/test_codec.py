"""The form on the disk: what goes in comes out, and damage costs what it hits and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.event import Event
from setpoint.store.journal.codec import (
    HEADER_BYTES,
    IDENTITY_BYTES,
    MARKER,
    Batch,
    Damage,
    check,
    encode,
    identity,
    scan,
)

TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 (UTC is added)
LINES = st.text(st.characters(exclude_characters="\n", exclude_categories=["Cs"]), max_size=40).map(str.encode)
BATCHES = st.lists(st.tuples(TIMES, st.lists(LINES, min_size=1, max_size=5)), min_size=1, max_size=6)

Content = Sequence[tuple[datetime, Sequence[bytes]]]


def _written(content: Content, first: int = 1) -> bytes:
    data = b""
    for received_at, lines in content:
        identities = [bytes([index]) * IDENTITY_BYTES for index in range(len(lines))]
        data += encode(first, received_at, identities, lines)
        first += len(lines)
    return data


def _batches(data: bytes, first: int = 1) -> list[Batch]:
    return [each for each in scan(data, first) if isinstance(each, Batch)]


def _damages(data: bytes, first: int = 1) -> list[Damage]:
    return [each for each in scan(data, first) if isinstance(each, Damage)]


@given(BATCHES, st.integers(1, 2**62))
def test_what_was_written_is_read(content: Content, first: int) -> None:
    data = _written(content, first)
    read = _batches(data, first)
    assert [(each.received_at, each.lines) for each in read] == [tuple(each) for each in content]
    assert [each.end for each in read] == [each.position for each in read[1:]] + [len(data)]
    assert read[0].first == first
    assert [each.first for each in read[1:]] == [each.last + 1 for each in read[:-1]]
    assert _damages(data, first) == []


@given(BATCHES, st.data())
def test_any_truncation_leaves_the_batches_before_it(content: Content, draw: st.DataObject) -> None:
    data = _written(content)
    whole = _batches(data)
    length = draw.draw(st.integers(0, len(data) - 1))
    left = [each for each in whole if each.end <= length]
    assert _batches(data[:length]) == left
    end = left[-1].end if left else 0
    damages = _damages(data[:length])
    if end < length:
        assert [(each.position, each.end, each.torn) for each in damages] == [(end, length, True)]
    else:
        assert damages == []


@given(BATCHES, st.data())
def test_any_flipped_byte_costs_the_batch_that_it_is_in(content: Content, draw: st.DataObject) -> None:
    data = bytearray(_written(content))
    whole = _batches(bytes(data))
    at = draw.draw(st.integers(0, len(data) - 1))
    data[at] ^= draw.draw(st.integers(1, 255))
    hit = next(each for each in whole if each.position <= at < each.end)
    assert _batches(bytes(data)) == [each for each in whole if each is not hit]
    (damage,) = _damages(bytes(data))
    assert (damage.position, damage.end, damage.first) == (hit.position, hit.end, hit.first)
    header_is_readable = at >= hit.position + HEADER_BYTES
    if hit is not whole[-1] or header_is_readable:
        assert (damage.last, damage.torn) == (hit.last, False)
    else:
        assert (damage.last, damage.torn) == (None, True)


@given(BATCHES, st.data())
def test_any_bytes_cut_out_cost_the_batches_that_they_were_of(content: Content, draw: st.DataObject) -> None:
    data = _written(content)
    whole = _batches(data)
    start = draw.draw(st.integers(0, len(data)))
    end = draw.draw(st.integers(start, len(data)))
    read = _batches(data[:start] + data[end:])
    lines = {each.first: each.lines for each in whole}
    assert {each.first for each in whole if each.end <= start or each.position >= end} <= {each.first for each in read}
    assert [each.lines for each in read] == [lines[each.first] for each in read]


@given(st.binary(max_size=300))
def test_bytes_of_anything_else_are_damage(data: bytes) -> None:
    assert _batches(data) == []
    assert bool(data) == bool(_damages(data))


def test_what_was_not_taken_back_is_not_read_where_others_stand_now(now: datetime) -> None:
    stale = _written([(now, [b"stale"])], first=3)
    data = _written([(now, [b"one", b"two"])]) + stale
    assert [each.lines for each in scan(data, 1, until=3) if isinstance(each, Batch)] == [[b"one", b"two"]]
    (damage,) = (each for each in scan(data, 1, until=3) if isinstance(each, Damage))
    assert damage.last is not None
    assert damage.last < damage.first
    # Nor is a batch read twice.
    assert [each.lines for each in _batches(data + stale)] == [[b"one", b"two"], [b"stale"]]


def test_a_missing_end_is_told_where_the_end_is_known(now: datetime) -> None:
    data = _written([(now, [b"one"])])
    (damage,) = (each for each in scan(data, 1, until=5) if isinstance(each, Damage))
    assert (damage.position, damage.end, damage.first, damage.last) == (len(data), len(data), 2, 4)


@pytest.mark.parametrize("line", [b"two\nlines", b"no UTF-8 " + MARKER])
def test_what_would_not_come_back_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="one line of UTF-8"):
        check([b"fine", line])


def test_service_source_and_id_make_an_event(event: Callable[..., Event]) -> None:
    known = {
        identity(event("1")),
        identity(event("1", source="other")),
        identity(event("2")),
        identity(event("1", service="api")),
    }
    assert len(known) == 4
    assert identity(event("1", padding=9)) in known
