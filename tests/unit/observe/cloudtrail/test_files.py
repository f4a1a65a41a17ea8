"""Files and folders: what counts, what is a gap, and what is an error."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tests.unit.observe.cloudtrail.digesting import ACCOUNT, FINGERPRINT, FIRST, HOUR, REGION, Trail

from setpoint.errors import InputError
from setpoint.model.permission_use import GapKind
from setpoint.observe.cloudtrail.files import FilesRead, count_files


def read(trail: Trail, folder: Path, *, keys: dict[str, bytes] | None = None) -> FilesRead:
    return count_files([trail.put(folder)], keys=keys)


def kinds(found: FilesRead) -> list[GapKind]:
    return [each.kind for each in found.gaps]


def test_hours_without_logs_are_a_gap(tmp_path: Path) -> None:
    trail = Trail()
    for hour in (0, 1, 4):
        trail.log(hour)
    found = read(trail, tmp_path)
    assert found.logs == 3
    (gap,) = found.gaps
    assert (gap.account, gap.region, gap.kind) == (ACCOUNT, REGION, GapKind.SILENT)
    assert (gap.since, gap.until) == (FIRST + 2 * HOUR, FIRST + 4 * HOUR)


def test_digests_prove_that_there_was_nothing_to_log(tmp_path: Path) -> None:
    trail = Trail()
    trail.digest(0, trail.log(0))
    trail.digest(1)
    trail.digest(2, trail.log(2))
    found = read(trail, tmp_path, keys={FINGERPRINT: trail.public_key})
    assert (found.logs, found.digests, found.gaps) == (2, 3, ())


def test_a_log_that_was_deleted_is_told(tmp_path: Path) -> None:
    trail = Trail()
    gone = trail.log(0)
    trail.digest(0, gone, trail.log(0, minute=10))
    del trail.objects[gone]
    found = read(trail, tmp_path)
    assert kinds(found) == [GapKind.LOST]
    assert gone in found.gaps[0].reason
    assert (found.gaps[0].since, found.gaps[0].until) == (FIRST, FIRST + HOUR)


def test_a_log_that_was_changed_is_told(tmp_path: Path) -> None:
    trail = Trail()
    log = trail.log(0)
    trail.digest(0, log)
    trail.change(log)
    assert kinds(read(trail, tmp_path)) == [GapKind.CHANGED]


def test_a_digest_that_was_changed_proves_nothing(tmp_path: Path) -> None:
    trail = Trail()
    first = trail.digest(0)
    trail.digest(1)
    trail.objects[first] = gzip.compress(gzip.decompress(trail.objects[first]) + b" ")
    found = read(trail, tmp_path)
    assert kinds(found) == [GapKind.UNPROVEN]
    assert "was changed" in found.gaps[0].reason


def test_a_digest_that_is_missing_is_told_with_its_hours(tmp_path: Path) -> None:
    trail = Trail()
    trail.digest(0)
    gone = trail.digest(1)
    trail.digest(2)
    del trail.objects[gone]
    found = [each for each in read(trail, tmp_path).gaps if each.kind is GapKind.UNPROVEN]
    assert [(each.since, each.until) for each in found] == [(FIRST + HOUR, FIRST + 2 * HOUR)]
    assert gone in found[0].reason


def test_a_chain_that_begins_anew_is_told(tmp_path: Path) -> None:
    trail = Trail()
    trail.digest(0)
    trail._before = None
    trail.digest(3)
    found = [each for each in read(trail, tmp_path).gaps if each.kind is GapKind.UNPROVEN]
    assert [(each.since, each.until) for each in found] == [(FIRST + HOUR, FIRST + 3 * HOUR)]


def test_a_signature_of_somebody_else_proves_nothing(tmp_path: Path) -> None:
    trail = Trail()
    trail.digest(0)
    trail.digest(1)
    assert kinds(read(trail, tmp_path, keys={FINGERPRINT: Trail().public_key})) == [GapKind.UNPROVEN]
    assert kinds(read(trail, tmp_path, keys={"another": trail.public_key})) == [GapKind.UNPROVEN]
    assert kinds(read(trail, tmp_path, keys={FINGERPRINT: b"no key"})) == [GapKind.UNPROVEN]
    assert kinds(read(trail, tmp_path, keys={FINGERPRINT: trail.public_key})) == []


def test_in_a_folder_a_bad_log_is_a_gap(tmp_path: Path) -> None:
    trail = Trail()
    bad = trail.log(0)
    trail.log(0, events=3, minute=20)
    trail.objects[bad] = trail.objects[bad][:30]
    found = read(trail, tmp_path)
    assert found.counts.events == 3
    assert kinds(found) == [GapKind.UNREADABLE]
    assert (found.gaps[0].since, found.gaps[0].until) == (FIRST, FIRST + HOUR)


def test_a_bad_file_that_was_named_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.json"
    path.write_bytes(b'{"Records": [{}]}')
    with pytest.raises(InputError, match="eventSource and eventName are missing") as told:
        count_files([path])
    assert told.value.where == f"{path}:record 1"


def test_a_bad_record_in_a_folder_is_counted(tmp_path: Path) -> None:
    (tmp_path / "log.json").write_text(json.dumps({"Records": ["nothing"]}))
    found = count_files([tmp_path])
    assert (found.counts.refused, found.counts.tells_all) == (1, False)


def test_a_file_is_read_once_however_often_it_is_named(tmp_path: Path) -> None:
    trail = Trail()
    key = trail.log(0)
    folder = trail.put(tmp_path)
    assert count_files([folder, folder / key]).counts.events == 1


def test_a_folder_without_logs_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("nothing")
    with pytest.raises(InputError, match="no log of CloudTrail"):
        count_files([tmp_path])


def test_only_gaps_within_the_time_that_is_asked_for(tmp_path: Path) -> None:
    trail = Trail()
    for hour in (0, 3, 5):
        trail.log(hour)
    window = (FIRST + 4 * HOUR, FIRST + 9 * HOUR)
    found = count_files([trail.put(tmp_path)], window=window)
    assert [each.since for each in found.gaps] == [FIRST + 4 * HOUR]
    assert found.counts.events == 1
