"""Opening what a crash, a broken disk or a newer program left."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.errors import JournalError
from setpoint.model.event import Event
from setpoint.store.journal.journal import FileJournal, open_journal
from setpoint.store.journal.limits import JournalLimits

MakeEvent = Callable[..., Event]
OpenJournal = Callable[..., FileJournal]

EVENTS = 12


@pytest.fixture
def files(opened: OpenJournal, event: MakeEvent, now: datetime, tmp_path: Path) -> list[Path]:
    """Three segments of two batches of two events each."""
    journal = opened(segment_bytes=400)
    for number in range(0, EVENTS, 2):
        journal.append([event(number, padding=20), event(number + 1, padding=20)], now + timedelta(seconds=number))
    journal.close()
    found = sorted(tmp_path.glob("journal/*.v1"))
    assert len(found) == 3
    return found


def _offsets(folder: Path, taken: int = 0) -> tuple[list[int], list[str]]:
    """What a journal serves, and what it tells of damage."""
    with closing(open_journal(folder, JournalLimits(), taken=taken)) as journal:
        return [each.offset for each in journal.read(0, 1000)], list(journal.damage())


def _cut(folder: Path) -> int:
    """How many bytes a journal cuts off when it is opened."""
    with closing(open_journal(folder, JournalLimits())) as journal:
        return journal.size().cut


def test_files_are_for_their_owner_only(files: list[Path]) -> None:
    folder = files[0].parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(each.stat().st_mode) for each in folder.iterdir()} == {0o600}


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir(mode=0o755)
    open_journal(tmp_path / "journal", JournalLimits()).close()
    assert stat.S_IMODE((tmp_path / "journal").stat().st_mode) == 0o700


def test_one_process_has_it(opened: OpenJournal, tmp_path: Path) -> None:
    first = opened()
    with pytest.raises(JournalError, match="another process has this journal"):
        open_journal(tmp_path / "journal", JournalLimits())
    first.close()
    second = open_journal(tmp_path / "journal", JournalLimits())
    second.close()
    opened_again = open_journal(tmp_path / "journal", JournalLimits())
    opened_again.close()


def test_a_newer_journal_is_left_alone(files: list[Path]) -> None:
    newer = files[-1].with_suffix(".v2")
    content = files[-1].read_bytes()
    files[-1].rename(newer)
    with pytest.raises(JournalError, match="a newer Setpoint"):
        _offsets(files[0].parent)
    assert newer.read_bytes() == content


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "journal").write_text("")
    with pytest.raises(JournalError, match="the journal cannot be written"):
        open_journal(tmp_path / "journal", JournalLimits())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(st.data())
def test_a_torn_tail_is_cut_off_and_no_damage(
    files: list[Path], event: MakeEvent, now: datetime, draw: st.DataObject
) -> None:
    content = files[-1].read_bytes()
    length = draw.draw(st.integers(0, len(content)))
    files[-1].write_bytes(content[:length])
    try:
        cut = _cut(files[0].parent)
        assert files[-1].stat().st_size == length - cut
        offsets, damage = _offsets(files[0].parent)
        assert offsets == list(range(1, len(offsets) + 1))
        assert len(offsets) in (8, 10, 12)
        assert damage == []
        journal = open_journal(files[0].parent, JournalLimits())
        assert journal.append([event("next")], now).last_offset == len(offsets) + 1
        journal.close()
        assert _offsets(files[0].parent) == ([*offsets, len(offsets) + 1], [])
    finally:
        files[-1].write_bytes(content)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None)
@given(st.data())
def test_a_flipped_byte_is_told_and_the_rest_is_served(files: list[Path], draw: st.DataObject) -> None:
    index = draw.draw(st.integers(0, len(files) - 1))
    content = files[index].read_bytes()
    flipped = bytearray(content)
    flipped[draw.draw(st.integers(0, len(content) - 1))] ^= draw.draw(st.integers(1, 255))
    files[index].write_bytes(flipped)
    try:
        offsets, damage = _offsets(files[0].parent)
        lost = sorted(set(range(1, EVENTS + 1)) - set(offsets))
        assert len(lost) == 2
        assert lost[0] % 2 == 1
        assert offsets == sorted(offsets)
        (sentence,) = damage
        assert sentence.startswith(files[index].name)
        assert f"offsets {lost[0]} to {lost[1]} are lost" in sentence or "were cut off" in sentence
    finally:
        files[index].write_bytes(content)


@pytest.mark.parametrize("tail", [b"\0" * 100, b"x", b"\xffSJ2" + b"\0" * 40])
def test_an_end_that_no_write_of_ours_leaves_is_cut_off_and_told(files: list[Path], tail: bytes) -> None:
    with files[-1].open("ab") as file:
        file.write(tail)
    offsets, damage = _offsets(files[0].parent)
    assert offsets == list(range(1, EVENTS + 1))
    assert damage == [f"{files[-1].name}: the last {len(tail)} bytes were no batch, and were cut off"]
    assert _offsets(files[0].parent) == (offsets, [])


def test_damage_goes_with_the_file_that_has_it(files: list[Path], now: datetime) -> None:
    content = bytearray(files[0].read_bytes())
    content[-3] ^= 1
    files[0].write_bytes(content)
    with closing(open_journal(files[0].parent, JournalLimits(keep_bytes=1))) as journal:
        assert len(journal.damage()) == 1
        assert journal.retain(EVENTS, now) == 2
        assert journal.damage() == []


def test_what_the_disk_does_not_give_back_is_told_and_the_rest_is_served(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    pread = os.pread

    def broken(file: int, size: int, position: int) -> bytes:
        if os.path.samestat(os.fstat(file), files[1].stat()):
            raise OSError(errno.EIO, "Input/output error")
        return pread(file, size, position)

    journal = open_journal(files[0].parent, JournalLimits())
    monkeypatch.setattr(os, "pread", broken)
    wanted = [1, 2, 3, 4, 9, 10, 11, 12]
    assert [each.offset for each in journal.read(0, 100)] == wanted
    (sentence,) = journal.damage()
    assert sentence.endswith("offsets 5 to 8 are lost")
    journal.close()
    # The same where it fails from the beginning.
    assert _offsets(files[0].parent) == (wanted, [sentence])


def test_damage_while_it_is_open_is_told_when_it_is_read(files: list[Path]) -> None:
    journal = open_journal(files[0].parent, JournalLimits())
    content = bytearray(files[1].read_bytes())
    content[-3] ^= 1
    files[1].write_bytes(content)
    for _ in range(2):
        assert [each.offset for each in journal.read(0, 100)] == [1, 2, 3, 4, 5, 6, 9, 10, 11, 12]
        (sentence,) = journal.damage()
        assert "offsets 7 to 8 are lost" in sentence
    journal.close()


def test_a_missing_file_is_told(files: list[Path]) -> None:
    files[1].unlink()
    offsets, damage = _offsets(files[0].parent)
    assert offsets == [1, 2, 3, 4, 9, 10, 11, 12]
    (sentence,) = damage
    assert "something is missing" in sentence
    assert sentence.endswith("offsets 5 to 8 are lost")


def test_a_file_cut_in_the_middle_of_the_journal_keeps_its_offsets(files: list[Path]) -> None:
    files[1].write_bytes(files[1].read_bytes()[:-1])
    offsets, damage = _offsets(files[0].parent)
    assert offsets == [1, 2, 3, 4, 5, 6, 9, 10, 11, 12]
    assert ["offsets 7 to 8 are lost" in each for each in damage] == [True]


def test_no_offset_that_the_lake_has_is_given_again(
    files: list[Path], opened: OpenJournal, event: MakeEvent, now: datetime
) -> None:
    journal = opened(taken=20)
    assert "offsets 13 to 20 are lost" in journal.damage()[0]
    assert journal.last_offset() == 12
    assert journal.append([event("next")], now).last_offset == 21
    assert [each.offset for each in journal.read(12, 10)] == [21]
    again = opened(taken=20)
    assert [each.offset for each in again.read(12, 10)] == [21]
    assert "offsets 13 to 20 are lost" in again.damage()[0]


def test_a_new_journal_begins_after_what_the_lake_has(opened: OpenJournal, event: MakeEvent, now: datetime) -> None:
    journal = opened(taken=20)
    assert journal.last_offset() == 20
    assert journal.damage() == ["the end of the journal: it is missing; offsets 1 to 20 are lost"]
    assert journal.append([event(1)], now).last_offset == 21
    assert [each.offset for each in opened().read(0, 10)] == [21]


def test_many_damages_are_counted(opened: OpenJournal, event: MakeEvent, now: datetime, tmp_path: Path) -> None:
    journal = opened()
    for number in range(250):
        journal.append([event(number)], now)
    journal.close()
    (file,) = tmp_path.glob("journal/*.v1")
    content = bytearray(file.read_bytes())
    size = len(content) // 250
    for start in range(0, len(content) - 2 * size, 2 * size):
        content[start + size // 2] ^= 1
    file.write_bytes(content)
    offsets, damage = _offsets(file.parent)
    assert len(damage) == 101
    assert damage[-1].endswith("more damages")
    assert 120 <= len(offsets) <= 130
