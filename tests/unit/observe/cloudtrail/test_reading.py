"""What is new of a source is kept piece by piece, once, and what was changed is told afterwards."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from tests.unit.observe.cloudtrail.digesting import FIRST, HOUR, Trail

from setpoint.errors import CouldNotTellError, TemporaryError
from setpoint.model.permission_use import GapKind, SessionOrigin, TrailBatch
from setpoint.observe.cloudtrail.folder import FolderTrail
from setpoint.observe.cloudtrail.reading import TrailReader
from setpoint.observe.interface import TrailRead

NOW = datetime(2026, 5, 31, 20, tzinfo=UTC)


class Kept:
    """Implements `TrailKeeper` in memory."""

    def __init__(self) -> None:
        self.batches: list[TrailBatch] = []
        self.fails = False

    def trail_mark(self, source: str, part: str) -> str:
        of_source = (each for each in reversed(self.batches) if each.source == source)
        return next((each.marks[part] for each in of_source if part in each.marks), "")

    def logs_read(self, source: str, names: Collection[str]) -> Mapping[str, str]:
        logs = [each for batch in self.batches if batch.source == source for each in batch.logs]
        return {each.name: each.digest for each in logs if each.name in names}

    def sessions_begun(self, since: datetime) -> Mapping[str, SessionOrigin]:
        begun = [each for batch in self.batches for each in batch.counts.sessions.items()]
        return {key: each for key, each in begun if each.begun >= since}

    def put_uses(self, batch: TrailBatch) -> None:
        if self.fails:
            raise TemporaryError("the ledger is busy")
        self.batches.append(batch)

    @property
    def used(self) -> int:
        return sum(use.used for batch in self.batches for use in batch.counts.uses)


@pytest.fixture
def kept() -> Kept:
    return Kept()


def read(folder: Path, kept: Kept, changed: list[Any] | None = None) -> list[TrailRead]:
    changes = [] if changed is None else changed
    return list(TrailReader(FolderTrail(folder), changes.extend).read(kept, NOW))


def test_each_log_once(tmp_path: Path, kept: Kept) -> None:
    trail = Trail()
    trail.log(0, events=2)
    assert [each.events for each in read(trail.put(tmp_path), kept)] == [2]
    assert read(tmp_path, kept) == []
    trail.log(1, events=3)
    assert [each.events for each in read(trail.put(tmp_path), kept)] == [3]
    assert kept.used == 5
    assert list(kept.batches[1].hours.values()) == [(FIRST + HOUR,)]


def test_what_could_not_be_kept_counts_the_next_time(tmp_path: Path, kept: Kept) -> None:
    path = tmp_path / "log.json"
    log = json.loads((Path(__file__).parents[3] / "assets" / "cloudtrail" / "delivered.json").read_bytes())
    path.write_text(json.dumps(log))
    reader = TrailReader(FolderTrail(tmp_path), lambda _: None)
    kept.fails = True
    with pytest.raises(TemporaryError):
        list(reader.read(kept, NOW))
    kept.fails = False
    list(reader.read(kept, NOW))
    assert kept.used == 8


def test_a_log_that_cannot_be_read_is_a_gap_and_not_read_for_ever(tmp_path: Path, kept: Kept) -> None:
    trail = Trail()
    key = trail.log(0)
    trail.objects[key] = trail.objects[key][:-9]
    (told,) = read(trail.put(tmp_path), kept)
    assert (told.logs, told.events, told.gaps) == (1, 0, 1)
    assert [each.kind for each in kept.batches[0].gaps] == [GapKind.UNREADABLE]
    assert not kept.batches[0].hours
    assert read(tmp_path, kept) == []


def test_changes_are_told_once_they_are_kept(tmp_path: Path, kept: Kept) -> None:
    log = json.loads((Path(__file__).parents[3] / "assets" / "cloudtrail" / "delivered.json").read_bytes())
    (tmp_path / "log.json").write_text(json.dumps(log))
    changed: list[Any] = []
    kept.fails = True
    with pytest.raises(TemporaryError):
        read(tmp_path, kept, changed)
    assert changed == []
    kept.fails = False
    read(tmp_path, kept, changed)
    assert [each["eventName"] for each in changed] == ["UpdateFunctionCode20150331v2", "PutMetricAlarm", "DeleteBucket"]


def test_a_folder_that_is_gone_could_not_be_read(tmp_path: Path, kept: Kept) -> None:
    with pytest.raises(CouldNotTellError, match="no such folder"):
        read(tmp_path / "nowhere", kept)


def deliveries_of(folder: Path, kept: Kept) -> Iterator[int]:
    return (len(each.logs) for each in FolderTrail(folder).deliveries(kept, NOW))


def test_so_many_at_once(tmp_path: Path, kept: Kept) -> None:
    for number in range(70):
        (tmp_path / f"{number}.json").write_text('{"Records": []}')
    assert list(deliveries_of(tmp_path, kept)) == [32, 32, 6]
