"""One problem however many advisories tell of it, and how severe it is."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.compare.component.conftest import LONG_AGO, make_advisory

from setpoint.compare.component.merging import UNRATED, id_order, merge, rating_of
from setpoint.model.advisory import LABEL, Advisory, Rating
from setpoint.model.policy import Severity


def named(identity: str, *aliases: str) -> Advisory:
    return replace(make_advisory(identity=identity), aliases=aliases)


def rated(*ratings: Rating) -> Advisory:
    return replace(make_advisory(), ratings=ratings)


def test_aliases_are_one_problem_through_one_another() -> None:
    (flaw,) = merge(
        [named("PYSEC-2026-1", "CVE-2026-2"), named("GHSA-aaaa", "CVE-2026-2"), named("OSV-1", "GHSA-aaaa")]
    )
    assert flaw.id == "CVE-2026-2"
    assert flaw.names == ("CVE-2026-2", "GHSA-aaaa", "OSV-1", "PYSEC-2026-1")
    assert flaw.advisories == ("GHSA-aaaa", "OSV-1", "PYSEC-2026-1")


def test_what_names_nothing_of_the_others_is_a_problem_of_its_own() -> None:
    assert [each.id for each in merge([named("PYSEC-2026-10"), named("PYSEC-2026-9")])] == [
        "PYSEC-2026-9",
        "PYSEC-2026-10",
    ]


def test_what_was_withdrawn_joins_nothing() -> None:
    bridge = replace(named("T-3", "T-1", "T-2"), withdrawn=LONG_AGO)
    assert [each.advisories for each in merge([named("T-1"), named("T-2"), bridge])] == [("T-1",), ("T-2",)]


def test_ids_go_by_how_well_they_are_known_and_by_their_numbers() -> None:
    ids = ["PYSEC-2026-1", "CVE-2026-10000", "GHSA-zzzz", "CVE-2026-999", "CVE-2025-1"]
    assert sorted(ids, key=id_order) == ["CVE-2025-1", "CVE-2026-999", "CVE-2026-10000", "GHSA-zzzz", "PYSEC-2026-1"]


CVSS_2 = Rating("CVSS:2.0", "AV:N", 10.0, Severity.HIGH)
CVSS_3 = Rating("CVSS:3.1", "CVSS:3.1/A", 5.0, Severity.MEDIUM)
WORSE_3 = Rating("CVSS:3.1", "CVSS:3.1/B", 8.0, Severity.HIGH)
BROKEN_4 = Rating("CVSS:4.0", "CVSS:4.0/what", None, Severity.MEDIUM)
WORD = Rating(LABEL, "CRITICAL", None, Severity.CRITICAL)


@pytest.mark.parametrize(
    ("advisories", "expected"),
    [
        ([rated(CVSS_2, CVSS_3)], CVSS_3),
        ([rated(CVSS_3), rated(WORSE_3)], WORSE_3),
        ([rated(BROKEN_4, CVSS_2)], CVSS_2),
        ([rated(WORD, CVSS_3)], CVSS_3),
        ([rated(BROKEN_4), rated(WORD)], WORD),
        ([rated(BROKEN_4)], None),
        ([rated()], None),
    ],
)
def test_the_newest_cvss_with_a_score_counts(advisories: list[Advisory], expected: Rating | None) -> None:
    assert rating_of(advisories) == expected
    (flaw,) = merge(advisories[:1]) if len(advisories) == 1 else (None,)
    assert flaw is None or flaw.severity is (expected.severity if expected else UNRATED)


@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(0, 9), max_size=3)), unique_by=lambda each: each[0]))
def test_every_advisory_is_told_once_and_with_all_that_it_names(given: list[tuple[int, list[int]]]) -> None:
    advisories = [named(f"T-{each}", *(f"T-{alias}" for alias in aliases)) for each, aliases in given]
    flaws = merge(advisories)
    assert sorted(each for flaw in flaws for each in flaw.advisories) == sorted(each.id for each in advisories)
    names = [name for flaw in flaws for name in flaw.names]
    assert len(names) == len(set(names))
    for advisory in advisories:
        flaw = next(each for each in flaws if advisory.id in each.advisories)
        assert {advisory.id, *advisory.aliases} <= set(flaw.names)
    assert merge(reversed(advisories)) == flaws
