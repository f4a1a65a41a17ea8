"""Appending and reading: durable before it is acknowledged, each event once, and a failure leaves no trace."""

from __future__ import annotations

import errno
import itertools
import os
import resource
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from setpoint.errors import Error, InputError, JournalError, TemporaryError
from setpoint.model.event import Event
from setpoint.store.interface import JournalReader, JournalSize, Receipt
from setpoint.store.journal.journal import FileJournal

MakeEvent = Callable[..., Event]
OpenJournal = Callable[..., FileJournal]


def _ids(journal: JournalReader, after: int = 0) -> list[str]:
    return [each.line.split(b'"')[3].decode() for each in journal.read(after, 1_000_000)]


def _filled(journal: FileJournal, event: MakeEvent, now: datetime, padding: int = 100) -> int:
    """Until no more goes in; how many events went in."""
    for number in itertools.count():
        try:
            journal.append([event(number, padding=padding)], now)
        except TemporaryError:
            return number
    raise AssertionError


def _size_on_disk(folder: Path) -> int:
    """Without what tells whose the folder is."""
    return sum(each.stat().st_size for each in (folder / "journal").iterdir() if each.name != "lock")


def test_a_new_journal_is_empty(opened: OpenJournal) -> None:
    journal = opened()
    assert journal.read(0, 10) == []
    assert journal.last_offset() == 0
    assert journal.damage() == []
    assert journal.size() == JournalSize(first_offset=1, last_offset=0, bytes=0, duplicates=0)


def test_who_sent_a_batch_is_kept(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened()
    for number, sender in enumerate(("token:ci", "", "oidc:https://issuer.example#répo")):
        journal.append([event(number)], now, sender)
    journal.close()
    entries = opened().read(0, 10)
    assert [each.sender for each in entries] == ["token:ci", "", "oidc:https://issuer.example#répo"]
    assert [each.line for each in entries] == [event(number).line for number in range(3)]


def test_what_was_appended_is_read_by_offset(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened()
    assert journal.append([event(1), event(2)], now) == Receipt(appended=2, duplicates=0, last_offset=2)
    later = now + timedelta(seconds=1)
    assert journal.append([event(3)], later) == Receipt(appended=1, duplicates=0, last_offset=3)
    entries = journal.read(0, 10)
    assert [(each.offset, each.received_at) for each in entries] == [(1, now), (2, now), (3, later)]
    assert [each.line for each in entries] == [event(number).line for number in (1, 2, 3)]
    assert journal.read(1, 1) == entries[1:2]
    assert journal.read(3, 10) == []
    again = opened()
    assert again.read(0, 10) == entries
    assert again.append([event(4)], now).last_offset == 4


def test_any_place_is_found_in_a_large_journal(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened(segment_bytes=700_000)
    for start in range(0, 20_000, 50):
        journal.append([event(number, padding=60) for number in range(start, start + 50)], now)
    for _ in range(2):
        for after in (0, 1, 49, 50, 51, 9_999, 10_000, 19_998, 19_999):
            assert [each.offset for each in journal.read(after, 3)] == list(range(after + 1, min(after + 4, 20_001)))
        after, read = 0, 0
        while entries := journal.read(after, 1_234):
            read, after = read + len(entries), entries[-1].offset
        assert (read, after) == (20_000, 20_000)
        journal = opened(segment_bytes=700_000)


def test_a_duplicate_is_dropped(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened()
    assert journal.append([event(1), event(2), event(1)], now) == Receipt(2, 1, last_offset=2)
    assert journal.append([event(2), event(3)], now) == Receipt(1, 1, last_offset=3)
    assert journal.append([event(3)], now) == Receipt(0, 1, last_offset=3)
    assert journal.append([event(3, source="another")], now).appended == 1
    assert journal.size().duplicates == 3
    again = opened()
    assert again.append([event(number) for number in (1, 2, 3)], now) == Receipt(0, 3, last_offset=4)
    assert _ids(again) == ["1", "2", "3", "3"]


def test_duplicates_are_known_within_the_window(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened(remember=10)
    journal.append([event(number) for number in range(100)], now)
    for _ in range(2):
        assert journal.append([event(number) for number in range(90, 100)], now).appended == 0
        journal = opened(remember=10)


def test_threads_share_what_they_write(
    opened: OpenJournal, event: MakeEvent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    journal.append([event("first")], now)
    all_wait, syncs = threading.Event(), []
    sync = os.fsync

    def slow_sync(file: int) -> None:
        syncs.append(file)
        assert all_wait.wait(10)
        sync(file)

    monkeypatch.setattr(os, "fsync", slow_sync)
    with ThreadPoolExecutor(20) as pool:
        receipts = [pool.submit(journal.append, [event(number), event("same")], now) for number in range(20)]
        while len(journal._turns._waiting) < 19:
            threading.Event().wait(0.001)
        all_wait.set()
        appended = [each.result().appended for each in receipts]
    assert sorted(appended) == [1] * 19 + [2]
    assert len(syncs) == 2
    assert sorted(_ids(journal)) == sorted(["first", "same", *map(str, range(20))])
    assert [each.offset for each in journal.read(0, 100)] == list(range(1, 23))


def test_a_batch_whose_turn_does_not_come_is_not_written(
    opened: OpenJournal, event: MakeEvent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened(turn_within=0.05)
    journal.append([event("first")], now)
    goes_on, sync = threading.Event(), os.fsync

    def hanging_sync(file: int) -> None:
        assert goes_on.wait(10)
        sync(file)

    monkeypatch.setattr(os, "fsync", hanging_sync)
    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(journal.append, [event("hanging")], now)
        while not journal._turns._is_taken:
            threading.Event().wait(0.001)
        with pytest.raises(TemporaryError, match="slower than what comes in") as refused:
            journal.append([event("late")], now)
        assert refused.value.delay > 0
        goes_on.set()
        assert hanging.result().appended == 1
    assert _ids(journal) == ["first", "hanging"]
    assert journal.append([event("late")], now).appended == 1


def test_trouble_is_told_until_the_disk_takes_something(
    opened: OpenJournal, event: MakeEvent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    journal.append([event("first")], now)
    assert journal.trouble() == ""
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", _failing_sync)
        with pytest.raises(JournalError, match="cannot be written"):
            journal.append([event("second")], now)
        assert journal.trouble() == "the journal cannot be written (Input/output error); check its folder and its disk"
        with pytest.raises(JournalError):
            journal.try_again()
        assert journal.trouble()
    journal.try_again()
    assert journal.trouble() == ""
    assert _ids(journal) == ["first"]
    assert _ids(opened()) == ["first"]


def test_a_disk_that_takes_a_part_only_is_not_well(
    opened: OpenJournal, event: MakeEvent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", _failing_sync)
        with pytest.raises(JournalError):
            journal.append([event("x" * 5000)], now)
    # Of a file that may have this size and no more, the system writes what fits, and fails only then.
    allowed = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, allowed[1]))
    try:
        with pytest.raises(JournalError, match="cannot be written"):
            journal.try_again()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, allowed)
    assert journal.trouble()
    journal.try_again()
    assert journal.trouble() == ""


def _failing_sync(_file: int) -> None:
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def test_only_what_is_durable_is_read(
    opened: OpenJournal, event: MakeEvent, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    journal.append([event(1)], now)
    seen = []
    monkeypatch.setattr(os, "fsync", lambda _: seen.append((_ids(journal), journal.last_offset())))
    journal.append([event(2)], now)
    assert seen == [(["1"], 1)]
    assert _ids(journal) == ["1", "2"]


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOSPC, TemporaryError),
        (errno.EDQUOT, TemporaryError),
        (errno.EROFS, JournalError),
        (errno.EIO, JournalError),
    ],
)
@pytest.mark.parametrize("call", ["write", "fsync", "ftruncate"])
@pytest.mark.parametrize("before", [0, 3])
def test_an_append_that_failed_leaves_no_trace(
    opened: OpenJournal,
    event: MakeEvent,
    now: datetime,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: int,
    kind: type[Error],
    call: str,
    before: int,
) -> None:
    journal = opened()
    for each in range(before):
        journal.append([event(each)], now)
    size = journal.size().bytes

    def fail(*_: object) -> int:
        raise OSError(number, os.strerror(number))

    def write_some(file: int, data: memoryview) -> int:
        return write(file, data[:20]) if len(data) > 40 else fail()

    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, call, write_some if call == "write" else fail)
        if call == "ftruncate":
            patched.setattr(os, "write", write_some)
        with pytest.raises(kind, match="the journal"):
            journal.append([event("lost"), event("lost too")], now)
        assert len(_ids(journal)) == before
    assert journal.size().bytes == size
    assert journal.append([event("lost"), event("kept")], now) == Receipt(2, 0, last_offset=before + 2)
    assert journal.append([event("lost")], now).duplicates == 1
    for _ in range(2):
        assert _ids(journal) == [*map(str, range(before)), "lost", "kept"]
        assert journal.damage() == []
        journal = opened()
    assert _size_on_disk(tmp_path) == journal.size().bytes


def test_after_a_failed_sync_nothing_more_goes_into_that_file(
    opened: OpenJournal, event: MakeEvent, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = opened()
    journal.append([event(1)], now)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", lambda _: (_ for _ in ()).throw(OSError(errno.EIO, "I/O error")))
        for _ in range(2):
            with pytest.raises(JournalError):
                journal.append([event(2)], now)
    journal.append([event(2)], now)
    assert sorted(each.name for each in (tmp_path / "journal").iterdir()) == [
        "00000000000000000001.v1",
        "00000000000000000002.v1",
        "lock",
    ]
    assert _ids(opened()) == ["1", "2"]


def test_a_full_journal_takes_nothing_and_says_when_to_come_again(
    opened: OpenJournal, event: MakeEvent, now: datetime
) -> None:
    journal = opened(full_at=10_000)
    number = _filled(journal, event, now)
    assert number > 20
    with pytest.raises(TemporaryError, match="full") as full:
        journal.append([event(number, padding=100)], now)
    assert full.value.delay > 0
    assert journal.append([event(number - 1, padding=100)], now).duplicates == 1
    assert journal.retain(0, now) == 0
    assert journal.retain(journal.last_offset(), now) > 0
    assert journal.append([event(number, padding=100)], now).last_offset == number + 1
    with pytest.raises(InputError, match="larger than the journal may be"):
        journal.append([event("large", padding=10_000)], now)


def test_a_full_journal_does_not_turn_a_smaller_batch_away(
    opened: OpenJournal, event: MakeEvent, now: datetime
) -> None:
    journal = opened(full_at=10_000)
    number = _filled(journal, event, now, padding=1_500)
    with pytest.raises(TemporaryError):
        journal.append([event(number, padding=1_500)], now)
    assert journal.append([event("small")], now).appended == 1


def test_only_what_the_lake_has_goes(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened(segment_bytes=5_000, keep_bytes=0)
    for number in range(100):
        journal.append([event(number, padding=200)], now)
    assert journal.retain(50, now) > 0
    first = journal.size().first_offset
    assert 1 < first <= 51
    assert [each.offset for each in journal.read(0, 1000)] == list(range(first, 101))
    again = opened(segment_bytes=5_000, keep_bytes=0)
    assert again.size().first_offset == first
    assert again.damage() == []


def test_what_is_old_goes_and_its_offsets_do_not_come_again(
    opened: OpenJournal, event: MakeEvent, now: datetime
) -> None:
    journal = opened(keep_for=3600)
    journal.append([event(1), event(2)], now)
    assert journal.retain(2, now + timedelta(minutes=59)) == 0
    assert journal.retain(1, now + timedelta(days=99)) == 0
    assert journal.retain(2, now + timedelta(minutes=61)) == 1
    assert journal.retain(2, now + timedelta(days=99)) == 0
    assert journal.read(0, 10) == []
    for _ in range(2):
        assert (journal.last_offset(), journal.size().first_offset, journal.size().bytes) == (2, 3, 0)
        journal = opened(keep_for=3600)
    assert journal.append([event(1)], now + timedelta(days=99)).last_offset == 3
    assert journal.damage() == []


def test_a_day_makes_a_file(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened(keep_for=86402.0)
    for day in range(4):
        journal.append([event(day)], now + timedelta(days=day, seconds=day))
    assert journal.retain(4, now + timedelta(days=3, seconds=3)) == 2
    assert _ids(journal) == ["2", "3"]


def test_a_clock_that_goes_back_loses_nothing(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened(keep_for=3600)
    journal.append([event(1)], now)
    journal.append([event(2)], now - timedelta(days=400))
    assert journal.retain(2, now - timedelta(days=400)) == 0
    again = opened(keep_for=3600)
    assert [each.received_at for each in again.read(0, 10)] == [now, now - timedelta(days=400)]


def test_a_reader_meets_retention(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened(segment_bytes=2_000, keep_bytes=0)
    for number in range(50):
        journal.append([event(number, padding=200)], now)
    blocks = journal._blocks(0)
    oldest = next(blocks)
    journal.retain(40, now)
    assert list(journal._batches(*oldest)) == []
    assert [each.offset for each in journal.read(0, 1000)][-1] == 50


def test_a_closed_journal_takes_nothing(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened()
    journal.close()
    with pytest.raises(JournalError, match="closed"):
        journal.append([event(1)], now)


def test_what_is_no_line_is_refused_and_keeps_nobody_else_from_writing(
    opened: OpenJournal, event: MakeEvent, now: datetime
) -> None:
    journal = opened()
    wrong = event("1\n2")
    with pytest.raises(ValueError, match="one line"):
        journal.append([wrong], now)
    assert journal.append([event(1)], now).last_offset == 1
