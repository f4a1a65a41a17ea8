"""Advisories are kept as they are, known again, and found by package and by any of their names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from setpoint.model.advisory import (
    Advisory,
    Affected,
    AffectedStatus,
    EventKind,
    Match,
    RangeEvent,
    RangeKind,
    Rating,
    SyncState,
    VersionRange,
)
from setpoint.model.component import PackageName, Sbom
from setpoint.model.inventory import ExploitScore, KnownExploited
from setpoint.model.policy import Severity
from setpoint.store.interface import AdvisoryChanges, StoredMatch

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
WHOLE = Advisory(
    "GHSA-1",
    ("CVE-1", "PYSEC-1"),
    NOW,
    NOW - timedelta(days=1),
    None,
    "a flaw",
    (
        Affected(
            PackageName("pypi", "requests"),
            "PyPI",
            (
                VersionRange(
                    RangeKind.ECOSYSTEM, (RangeEvent(EventKind.INTRODUCED, "0"), RangeEvent(EventKind.FIXED, "2"))
                ),
            ),
            ("1.0", "1.1"),
            ("requests.get",),
        ),
    ),
    (Rating("CVSS:3.1", "CVSS:3.1/AV:N", 9.8, Severity.CRITICAL), Rating("label", "HIGH", None, Severity.HIGH)),
    ("https://example.org/1",),
    "OSV PyPI",
)


def test_an_advisory_comes_back_as_it_was(shelf: Any) -> None:
    assert shelf.writer.put_advisories([WHOLE], NOW) == AdvisoryChanges(("GHSA-1",), (), 0)
    assert shelf.reader.advisories_of([PackageName("pypi", "requests")]) == [WHOLE]
    assert shelf.reader.advisories(["CVE-1"]) == [WHOLE]


def test_what_comes_again_is_known(shelf: Any, advisory: Callable[..., Advisory]) -> None:
    one, other = advisory("A-1"), advisory("A-2")
    shelf.writer.put_advisories([one, other], NOW)
    assert shelf.writer.put_advisories([one, replace(other, summary="worse")], NOW) == AdvisoryChanges((), ("A-2",), 1)
    assert [each.summary for each in shelf.reader.advisories(["A-2"])] == ["worse"]


def test_an_older_state_of_an_advisory_changes_nothing(shelf: Any, advisory: Callable[..., Advisory]) -> None:
    older, newer = advisory("A-1"), replace(advisory("A-1"), modified=NOW + timedelta(hours=1), summary="newer")
    assert shelf.writer.put_advisories([newer, older], NOW) == AdvisoryChanges(("A-1",), (), 0)
    assert shelf.writer.put_advisories([older], NOW) == AdvisoryChanges((), (), 1)
    assert shelf.reader.advisories(["A-1"]) == [newer]


def test_an_advisory_is_found_by_the_packages_that_it_names_now(shelf: Any, advisory: Callable[..., Advisory]) -> None:
    shelf.writer.put_advisories([advisory("A-1", "requests")], NOW)
    shelf.writer.put_advisories([advisory("A-1", "flask")], NOW)
    assert shelf.reader.advisories_of([PackageName("pypi", "requests")]) == []
    assert [each.id for each in shelf.reader.advisories_of([PackageName("pypi", "flask")])] == ["A-1"]


def test_aliases_lead_to_all_that_tell_of_one_problem(shelf: Any, advisory: Callable[..., Advisory]) -> None:
    chain = [advisory(f"A-{number}", aliases=(f"CVE-{number}", f"CVE-{number + 1}")) for number in range(4)]
    shelf.writer.put_advisories([*chain, advisory("B-1", aliases=("CVE-99",))], NOW)
    for name in ("A-0", "A-3", "CVE-2"):
        assert [each.id for each in shelf.reader.advisories([name])] == ["A-0", "A-1", "A-2", "A-3"]
    assert shelf.reader.advisories(["CVE-unheard"]) == []


def test_withdrawn_ones_do_not_count(shelf: Any, advisory: Callable[..., Advisory]) -> None:
    shelf.writer.put_advisories([advisory("A-1", source="OSV"), advisory("A-2", withdrawn=NOW)], NOW)
    assert shelf.reader.summary().advisories_by_source == {"OSV": 1}


def test_names_that_an_advisory_lost_are_pending_with_it(shelf: Any, advisory: Callable[..., Advisory]) -> None:
    for aliases in (("CVE-1",), ("CVE-2",), ()):
        shelf.writer.put_advisories([advisory("A-1", aliases=aliases)], NOW)
    assert shelf.reader.pending(9).names == {"A-1": ("A-1", "CVE-1", "CVE-2")}


def test_what_changes_while_it_is_concluded_is_pending_again(shelf: Any, advisory: Callable[..., Advisory]) -> None:
    shelf.writer.put_advisories([advisory("A-1"), advisory("A-2")], NOW)
    given = shelf.reader.pending(9)
    shelf.writer.put_advisories([advisory("A-1", summary="worse")], NOW)
    shelf.writer.settle(given, {})
    assert shelf.reader.pending(9).advisories == ("A-1",)


def test_how_far_a_source_was_read_is_remembered(shelf: Any) -> None:
    assert shelf.reader.sync_state("OSV PyPI") is None
    for etag in ('"1"', '"2"'):
        state = SyncState("OSV PyPI", etag, "Fri, 01 May 2026 12:00:00 GMT", NOW, NOW)
        shelf.writer.put_sync_state(state)
    assert shelf.reader.sync_state("OSV PyPI") == state


def test_the_catalogue_of_exploited_flaws_is_replaced_as_a_whole(shelf: Any) -> None:
    one, other = KnownExploited("CVE-1", NOW, NOW, ransomware=True), KnownExploited("CVE-2", NOW)
    assert shelf.writer.put_known_exploited([one], NOW) == 1
    assert shelf.writer.put_known_exploited([other], NOW) == 2
    assert shelf.reader.known_exploited(["CVE-1", "CVE-2"]) == {"CVE-2": other}


def test_scores_are_those_of_the_last_run(shelf: Any) -> None:
    for probability in (0.1, 0.9):
        score = ExploitScore("CVE-1", probability, 0.5, NOW)
        shelf.writer.put_exploit_scores([score])
    assert shelf.reader.exploit_scores(["CVE-1", "CVE-2"]) == {"CVE-1": score}


def test_scores_that_move_are_concluded_again_where_they_bear_on_something(
    shelf: Any, advisory: Callable[..., Advisory], bill: Callable[..., Sbom]
) -> None:
    shelf.writer.add_sbom(bill("requests@1.0"), NOW)
    shelf.writer.put_advisories([advisory("A-1", aliases=("CVE-1",)), advisory("A-2", aliases=("CVE-2",))], NOW)
    (number,) = shelf.numbers("requests")
    given = shelf.reader.pending(9)
    shelf.writer.put_matches(given, [StoredMatch(number, Match("A-1", AffectedStatus.AFFECTED))])
    shelf.writer.settle(given, {})

    def pending_after(probability: float) -> tuple[str, ...]:
        scores = [ExploitScore(cve, probability, 0.5, NOW) for cve in ("CVE-1", "CVE-2", "CVE-3")]
        shelf.writer.put_exploit_scores(scores)
        given = shelf.reader.pending(9)
        shelf.writer.settle(given, {})
        advisories: tuple[str, ...] = given.advisories
        return advisories

    probabilities = (0.101, 0.104, 0.109, 0.111, 0.9, 0.9)
    assert [pending_after(each) for each in probabilities] == [("A-1",), (), (), ("A-1",), ("A-1",), ()]


def test_what_else_is_known_of_an_exploited_flaw_is_a_change(shelf: Any) -> None:
    assert shelf.writer.put_known_exploited([KnownExploited("CVE-1", NOW)], NOW) == 1
    assert shelf.writer.put_known_exploited([KnownExploited("CVE-1", NOW)], NOW) == 0
    assert shelf.writer.put_known_exploited([KnownExploited("CVE-1", NOW, ransomware=True)], NOW) == 1


@pytest.mark.parametrize("names", [[], ["x" * 10_000], ["CVE-1'; DROP TABLE advisories"]])
def test_names_that_nobody_has_find_nothing(shelf: Any, names: list[str]) -> None:
    assert shelf.reader.advisories(names) == []
