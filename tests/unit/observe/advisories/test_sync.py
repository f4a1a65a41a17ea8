"""Keeping up with an export: all at first, then what changed; interrupted, refused, gone."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.unit.observe.advisories.conftest import Site, answering, document

from setpoint.errors import InputError, NotFoundError, TemporaryError
from setpoint.model.advisory import Advisory, SyncState
from setpoint.observe.advisories import sync
from setpoint.observe.advisories.fetching import Fetcher
from setpoint.observe.advisories.sync import Synced, sync_ecosystem

NOW = datetime(2026, 11, 23, tzinfo=UTC)


class Keeper:
    """Keeps what it is given."""

    def __init__(self) -> None:
        self.states: dict[str, SyncState] = {}
        self.advisories: dict[str, Advisory] = {}

    def sync_state(self, source: str) -> SyncState | None:
        return self.states.get(source)

    def put_sync_state(self, state: SyncState) -> None:
        self.states[state.source] = state

    def put_advisories(self, advisories: Sequence[Advisory]) -> None:
        self.advisories |= {each.id: each for each in advisories}


def publish(site: Site, *documents: dict[str, Any], folder: str = "/PyPI") -> None:
    """As OSV does: the zip, the list, and each by itself."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for each in documents:
            archive.writestr(f"{each['id']}.json", json.dumps(each))
            site.files[f"{folder}/{each['id']}.json"] = json.dumps(each).encode()
    site.files[f"{folder}/all.zip"] = stream.getvalue()
    newest_first = sorted(documents, key=lambda each: str(each["modified"]), reverse=True)
    lines = [f"{each['modified']},{each['id']}\n" for each in newest_first]
    site.files[f"{folder}/modified_id.csv"] = "".join(lines).encode()


def run(fetcher: Fetcher, keeper: Keeper, ecosystem: str = "PyPI") -> Synced:
    return sync_ecosystem(ecosystem, fetcher, keeper, now=lambda: NOW)


@pytest.fixture
def keeper() -> Keeper:
    return Keeper()


OLD, NEW = document("T-1", "2026-11-01T00:00:00Z"), document("T-2", "2026-11-02T00:00:00Z")


def test_all_at_first_then_what_changed_then_nothing(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, OLD, NEW)
    assert run(fetcher, keeper).taken == 2
    assert keeper.states["OSV PyPI"].synced_at == NOW

    publish(
        site,
        OLD | {"modified": "2026-11-03T00:00:00Z", "summary": "changed"},
        NEW,
        document("T-3", "2026-11-04T00:00:00Z"),
    )
    site.asked.clear()
    run(fetcher, keeper)
    assert keeper.advisories["T-1"].summary == "changed"
    assert set(keeper.advisories) == {"T-1", "T-2", "T-3"}
    assert "/PyPI/all.zip" not in site.asked
    assert keeper.states["OSV PyPI"].newest == datetime(2026, 11, 4, tzinfo=UTC)

    site.asked.clear()
    assert run(fetcher, keeper).is_unchanged
    assert site.asked == ["/PyPI/modified_id.csv"]


def test_several_of_one_time_are_all_taken(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, OLD)
    run(fetcher, keeper)
    publish(site, *(document(f"T-{each}", "2026-11-05T00:00:00Z") for each in range(5)))
    run(fetcher, keeper)
    assert len(keeper.advisories) == 5
    assert keeper.states["OSV PyPI"].newest == datetime(2026, 11, 5, tzinfo=UTC)


def test_what_was_withdrawn_is_kept_as_such(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, OLD)
    run(fetcher, keeper)
    publish(site, OLD | {"modified": "2026-11-03T00:00:00Z", "withdrawn": "2026-11-03T00:00:00Z"})
    run(fetcher, keeper)
    assert keeper.advisories["T-1"].withdrawn is not None


def test_what_is_gone_holds_no_more(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, OLD)
    run(fetcher, keeper)
    publish(site, OLD | {"modified": "2026-11-03T00:00:00Z"})
    del site.files["/PyPI/T-1.json"]
    run(fetcher, keeper)
    assert keeper.advisories["T-1"].withdrawn == datetime(2026, 11, 3, tzinfo=UTC)


def test_an_interrupted_sync_goes_on(
    site: Site, fetcher: Fetcher, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCH", 2)
    publish(site, OLD)
    run(fetcher, keeper)
    publish(site, OLD, *(document(f"T-{day}", f"2026-11-{day}T00:00:00Z") for day in range(10, 16)))
    site.first["/PyPI/T-14.json"] = [answering(403)]
    with pytest.raises(InputError, match="403"):
        run(fetcher, keeper)
    assert {"T-10", "T-12"} <= set(keeper.advisories)
    assert "T-14" not in keeper.advisories
    site.asked.clear()
    run(fetcher, keeper)
    assert {"T-14", "T-15"} <= set(keeper.advisories)
    assert "/PyPI/T-10.json" not in site.asked


def test_after_many_changes_the_zip_is_taken(
    site: Site, fetcher: Fetcher, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "MOST_ONE_BY_ONE", 2)
    publish(site, OLD)
    run(fetcher, keeper)
    publish(site, OLD, *(document(f"T-{day}", f"2026-11-{day}T00:00:00Z") for day in range(10, 14)))
    site.asked.clear()
    run(fetcher, keeper)
    assert len(keeper.advisories) == 5
    assert site.asked == ["/PyPI/modified_id.csv", "/PyPI/all.zip"]


def test_what_an_old_zip_takes_back_comes_again(
    site: Site, fetcher: Fetcher, keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, OLD, NEW)
    run(fetcher, keeper)
    zipped, newer = site.files["/PyPI/all.zip"], document("T-2", "2026-11-05T00:00:00Z")
    publish(site, OLD, newer)
    run(fetcher, keeper)
    publish(site, OLD, newer, *(document(f"T-{day}", f"2026-11-{day}T00:00:00Z") for day in range(10, 14)))
    site.files["/PyPI/all.zip"] = zipped
    with monkeypatch.context() as few:
        few.setattr(sync, "MOST_ONE_BY_ONE", 2)
        run(fetcher, keeper)
    run(fetcher, keeper)
    assert sorted(keeper.advisories) == ["T-1", "T-10", "T-11", "T-12", "T-13", "T-2"]
    assert keeper.advisories["T-2"].modified == datetime(2026, 11, 5, tzinfo=UTC)


def test_what_is_no_advisory_is_told_and_passed_over(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, OLD, {"id": "T-9", "modified": "2026-11-01T00:00:00Z", "affected": 7})
    first = run(fetcher, keeper)
    assert (first.taken, first.refused) == (1, 1)
    assert "T-9.json: affected is no list" in first.first_refused[0]
    publish(site, OLD, NEW)
    site.files["/PyPI/T-2.json"] = b"[]"
    again = run(fetcher, keeper)
    assert again.refused == 1
    assert "T-2.json: the document is no object" in again.first_refused[0]


def test_what_is_not_even_json_is_asked_for_again(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    """A proxy that answers with a page of its own must not make it look as if all were taken."""
    publish(site, OLD)
    run(fetcher, keeper)
    publish(site, OLD, NEW)
    site.files["/PyPI/T-2.json"] = b"<html>"
    with pytest.raises(TemporaryError, match="not JSON"):
        run(fetcher, keeper)
    site.files["/PyPI/T-2.json"] = json.dumps(NEW).encode()
    run(fetcher, keeper)
    assert "T-2" in keeper.advisories


def test_a_date_in_the_future_stops_nothing(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, document("T-1", "2099-01-01T00:00:00Z"))
    run(fetcher, keeper)
    newest = keeper.states["OSV PyPI"].newest
    assert newest is not None
    assert newest <= NOW


def test_a_truncated_zip_may_be_whole_later(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, OLD)
    site.files["/PyPI/all.zip"] = site.files["/PyPI/all.zip"][:-30]
    with pytest.raises(TemporaryError, match="not whole as a zip file"):
        run(fetcher, keeper)
    assert keeper.states == {}


@pytest.mark.parametrize("listed", [b"<html>\n", b"2099-01-01T00:00:00Z,../../etc/passwd\n", b"\xff\xfe\n"])
def test_a_list_that_is_none_is_told(site: Site, fetcher: Fetcher, keeper: Keeper, listed: bytes) -> None:
    publish(site, OLD)
    run(fetcher, keeper)
    site.files["/PyPI/modified_id.csv"] = listed
    with pytest.raises(TemporaryError, match=r"PyPI/modified_id\.csv:1"):
        run(fetcher, keeper)


def test_an_ecosystem_with_a_space(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    publish(site, OLD, folder="/Rocky%20Linux")
    assert run(fetcher, keeper, "Rocky Linux").source == "OSV Rocky Linux"
    assert keeper.advisories["T-1"].source == "OSV Rocky Linux"


@pytest.mark.parametrize("ecosystem", ["Debian:12", "../PyPI", ""])
def test_what_is_no_ecosystem_of_the_export(fetcher: Fetcher, keeper: Keeper, ecosystem: str) -> None:
    with pytest.raises(InputError, match="no ecosystem that OSV exports"):
        run(fetcher, keeper, ecosystem)


def test_an_ecosystem_that_is_not_there(fetcher: Fetcher, keeper: Keeper) -> None:
    with pytest.raises(NotFoundError):
        run(fetcher, keeper, "Nothing")


def test_progress_is_told(site: Site, fetcher: Fetcher, keeper: Keeper) -> None:
    told: list[tuple[str, int, int | None]] = []
    publish(site, OLD, NEW)
    sync_ecosystem("PyPI", fetcher, keeper, progress=lambda *step: told.append(step), now=lambda: NOW)
    assert told == [("OSV PyPI", 2, None)]
