"""Bills that are of nothing any more go after a while, with what only they list; all others stay whole."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.model.advisory import Advisory, AffectedStatus, Match
from setpoint.model.component import PackageName, Sbom
from setpoint.model.inventory import Instance, Load, Reached
from setpoint.store.interface import StoredMatch

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=90)
IMAGE = f"sha256:{'a' * 64}"

Bill = Callable[..., Sbom]


def forget(shelf: Any, before: datetime = LATER) -> int:
    shelf.writer.note_unused_sboms(NOW)
    gone: int = shelf.writer.forget_unused_sboms(before, LATER)
    return gone


def packages(shelf: Any, *names: str) -> list[str]:
    found = shelf.reader.components_of([PackageName("pypi", name) for name in names])
    return sorted(f"{each.component.package.name}@{each.component.version}" for each in found)


def test_what_a_release_an_image_or_an_instance_points_at_stays(shelf: Any, bill: Bill) -> None:
    built, contained, ran = bill("a@1"), bill("b@1"), bill("c@1")
    for each in (built, contained, ran):
        shelf.writer.add_sbom(each, NOW)
    shelf.writer.set_release_sbom("shop", "1", built.digest, NOW)
    shelf.writer.set_image_sbom(IMAGE, contained.digest, NOW)
    shelf.report(Instance("shop", "web-1", sbom=ran.digest))
    assert forget(shelf) == 0
    assert packages(shelf, "a", "b", "c") == ["a@1", "b@1", "c@1"]


def test_what_nothing_points_at_goes_with_what_only_it_lists(
    shelf: Any, bill: Bill, advisory: Callable[..., Advisory]
) -> None:
    old, new = bill("shared@1", "old@1"), bill("shared@1", "new@1")
    for each in (old, new):
        shelf.writer.add_sbom(each, NOW)
        shelf.writer.set_release_sbom("shop", "1", each.digest, NOW)
    shelf.writer.put_advisories([advisory("A-1", "old")], NOW)
    (number,) = shelf.numbers("old")
    given = shelf.reader.pending(100)
    shelf.writer.put_matches(given, [StoredMatch(number, Match("A-1", AffectedStatus.AFFECTED))])
    key = old.components[0].key
    shelf.writer.note_loaded([Load("shop", "1", key, Reached.LOADED)], NOW)
    assert forget(shelf) == 1
    assert packages(shelf, "shared", "old", "new") == ["new@1", "shared@1"]
    assert shelf.reader.sbom(old.digest) is None
    assert shelf.reader.matches_by(["A-1"]) == []
    assert shelf.reader.loads([number]) == []
    kept = shelf.reader.sbom(new.digest)
    assert kept is not None
    assert kept.digest == new.digest


def test_it_goes_only_after_it_was_of_nothing_for_so_long(shelf: Any, bill: Bill) -> None:
    shelf.writer.add_sbom(bill("a@1"), NOW - timedelta(days=365))
    assert forget(shelf, NOW - timedelta(seconds=1)) == 0
    assert forget(shelf, NOW) == 1


def test_what_is_of_something_again_begins_anew(shelf: Any, bill: Bill) -> None:
    one = bill("a@1")
    shelf.writer.add_sbom(one, NOW)
    shelf.writer.note_unused_sboms(NOW)
    shelf.writer.set_release_sbom("shop", "1", one.digest, NOW)
    assert shelf.writer.forget_unused_sboms(LATER, LATER) == 0
    shelf.writer.note_unused_sboms(NOW)
    other = bill("b@1")
    shelf.writer.add_sbom(other, NOW)
    shelf.writer.set_release_sbom("shop", "1", other.digest, NOW)
    shelf.writer.note_unused_sboms(LATER)
    assert shelf.writer.forget_unused_sboms(LATER - timedelta(seconds=1), LATER) == 0
    assert shelf.writer.forget_unused_sboms(LATER, LATER) == 1


def test_a_number_that_is_given_anew_is_matched_anew(shelf: Any, bill: Bill) -> None:
    kept = bill("a@1")
    shelf.writer.add_sbom(kept, NOW)
    shelf.writer.set_release_sbom("shop", "1", kept.digest, NOW)
    shelf.writer.add_sbom(bill("b@1"), NOW)
    shelf.writer.settle(shelf.reader.pending(100), {})
    assert not shelf.reader.pending(100).components
    assert forget(shelf) == 1
    shelf.writer.add_sbom(bill("c@1"), NOW)
    assert [each.component.package.name for each in shelf.reader.pending(100).components] == ["c"]


def test_only_so_many_go_at_once(shelf: Any, bill: Bill, monkeypatch: pytest.MonkeyPatch) -> None:
    module = "setpoint.store.ledger.inventory.unused"
    monkeypatch.setattr(f"{module}.AT_ONCE", 3)
    monkeypatch.setattr(f"{module}.MOST_COMPONENTS", 4)
    shelf.writer.add_sbom(bill(*(f"large-{number}@1" for number in range(9))), NOW)
    for number in range(5):
        shelf.writer.add_sbom(bill(f"small-{number}@1", "shared@1"), NOW)
    steps = []
    while gone := forget(shelf):
        steps.append(gone)
    assert steps == [1, 2, 2, 1]
    assert packages(shelf, "shared", "large-1", "small-1") == []


def test_whose_a_bill_is(shelf: Any, bill: Bill) -> None:
    one, image = bill("a@1"), bill("b@1")
    for each in (one, image):
        shelf.writer.add_sbom(each, NOW)
    assert shelf.reader.services_of_sbom(one.digest) == []
    shelf.writer.set_release_sbom("shop", "1", one.digest, NOW)
    shelf.writer.set_release_sbom("shop", "2", one.digest, NOW)
    shelf.writer.set_image_sbom(IMAGE, image.digest, NOW)
    shelf.report(Instance("shop", "web-1", image=IMAGE))
    assert shelf.reader.services_of_sbom(one.digest) == ["shop"]
    assert shelf.reader.services_of_sbom(image.digest) == []
    shelf.report(Instance("other", "o-1", sbom=one.digest))
    assert shelf.reader.services_of_sbom(one.digest) == ["other", "shop"]
    assert shelf.reader.services_of_sbom("no digest") == []


def test_what_a_source_told_of_is_found_by_how_it_begins(shelf: Any) -> None:
    shelf.report(
        Instance("shop", "arn:One/1", source="aws:ecs"),
        Instance("shop", "arn:one/2", source="aws:ecs"),
        Instance("shop", "arn:one/3", source="ada"),
    )
    assert [each.id for each in shelf.reader.instances_from("aws:ecs", prefix="arn:one/")] == ["arn:one/2"]
    assert shelf.reader.instances_from("aws:lambda", prefix="") == []
