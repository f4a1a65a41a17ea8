"""The OSV schema's evaluation: its examples, its pseudo-code, and what must never depend on the spelling."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from packaging.version import Version
from tests.unit.compare.component.conftest import make_affected, make_range

from setpoint.compare.component.affected import AffectedVersions
from setpoint.model.advisory import AffectedStatus

AFFECTED, CLEAR, UNKNOWN = AffectedStatus.AFFECTED, AffectedStatus.NOT_AFFECTED, AffectedStatus.COULD_NOT_COMPARE

VERSIONS = st.builds(
    "{}{}.{}{}".format,
    st.sampled_from(("", "1!")),
    st.integers(0, 3),
    st.integers(0, 3),
    st.sampled_from(("", ".0", "a1", "rc2", ".dev3", ".post1", "+local.1", "rc1.post2.dev3")),
)
EVENTS = st.lists(st.tuples(st.sampled_from(("introduced", "fixed")), VERSIONS), max_size=8)


def status(version: str, *events: tuple[str, str], **given: object) -> AffectedStatus:
    return AffectedVersions(make_affected(make_range(*events), **given)).judge(version).status  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("0.9", CLEAR),
        ("1.0.0rc1", CLEAR),
        ("1.0.0", AFFECTED),
        ("1.0.2rc1", AFFECTED),
        ("1.0.2", CLEAR),
        ("3.0.0", AFFECTED),
        ("3.2.5", CLEAR),
    ],
)
def test_branches_in_one_range(version: str, expected: AffectedStatus) -> None:
    events = (("introduced", "1.0.0"), ("fixed", "1.0.2"), ("introduced", "3.0.0"), ("fixed", "3.2.5"))
    assert status(version, *events) is expected


def test_a_fix_leaves_its_own_pre_releases_affected() -> None:
    """Where a `SpecifierSet` of `<2.0` says that they are not."""
    assert status("2.0rc1", ("introduced", "0"), ("fixed", "2.0")) is AFFECTED
    assert status("2.0.dev0", ("introduced", "0"), ("fixed", "2.0")) is AFFECTED
    assert status("2.0+local", ("introduced", "0"), ("fixed", "2.0")) is CLEAR


def test_the_last_affected_is_affected() -> None:
    events = (("introduced", "0"), ("last_affected", "2.1.214"))
    assert status("2.1.214", *events) is AFFECTED
    assert status("2.1.215", *events) is CLEAR


def test_zero_comes_before_every_version() -> None:
    assert status("0.dev0", ("introduced", "0"), ("fixed", "1")) is AFFECTED


@pytest.mark.parametrize(("version", "expected"), [("1.0", AFFECTED), ("2.0", CLEAR), ("3.5", CLEAR)])
def test_nothing_is_affected_from_a_limit_on(version: str, expected: AffectedStatus) -> None:
    assert status(version, ("introduced", "0"), ("limit", "1.5"), ("limit", "2.0")) is expected


def test_of_several_limits_the_highest_counts_and_a_star_is_none() -> None:
    assert status("1.9", ("introduced", "0"), ("limit", "1.5"), ("limit", "2.0")) is AFFECTED
    assert status("99", ("introduced", "0"), ("limit", "*"), ("limit", "2.0")) is AFFECTED


def test_what_is_enumerated_is_affected_whatever_the_ranges_say() -> None:
    entry = AffectedVersions(make_affected(make_range(("introduced", "0"), ("fixed", "1")), versions=("7.0", "2004d")))
    assert [entry.judge(each).reason for each in ("7.0", "v7", "7.0.0", "2004d")] == ["enumerated"] * 4
    assert entry.judge("7.0.1").status is CLEAR


def test_several_ranges() -> None:
    entry = AffectedVersions(
        make_affected(
            make_range(("introduced", "1"), ("fixed", "2")),
            make_range(("introduced", "3"), ("fixed", "4")),
            make_range(("introduced", "a" * 40), ("fixed", "b" * 40), kind="GIT"),
        )
    )
    assert [entry.judge(each).status for each in ("1", "2", "3", "4")] == [AFFECTED, CLEAR, AFFECTED, CLEAR]


def test_the_reason_names_the_range() -> None:
    def reason(*events: tuple[str, str]) -> str:
        return AffectedVersions(make_affected(make_range(*events))).judge("1.1").reason

    assert reason(("introduced", "1.0"), ("fixed", "1.2.3")) == "in range [1.0, 1.2.3)"
    assert reason(("introduced", "0"), ("last_affected", "1.2")) == "in range [0, 1.2]"
    assert reason(("introduced", "1.0")) == "in range [1.0, …)"


def test_the_fix_is_where_nothing_is_affected_any_more() -> None:
    entry = AffectedVersions(
        make_affected(
            make_range(("introduced", "0"), ("fixed", "1.5"), ("introduced", "1.5"), ("fixed", "2.0")),
            make_range(("introduced", "1.9"), ("fixed", "3.0")),
        )
    )
    assert entry.judge("1.0").fixed == ("3.0",)
    assert entry.judge("2.5").fixed == ("3.0",)


def test_an_enumerated_version_fixes_nothing() -> None:
    entry = AffectedVersions(make_affected(make_range(("introduced", "0"), ("fixed", "1.5")), versions=("1.5",)))
    assert entry.judge("1.0").fixed == ()


@pytest.mark.parametrize(
    ("version", "events", "reason"),
    [
        ("2004d", [("introduced", "0"), ("fixed", "1")], "'2004d' is no version by the rules of PEP 440"),
        ("", [("introduced", "0"), ("fixed", "1")], "the component has no version"),
        ("1.0", [("introduced", "0"), ("fixed", "2019-09-12")], "the advisory's '2019-09-12' is no version"),
    ],
)
def test_what_could_not_be_compared_says_why(version: str, events: list[tuple[str, str]], reason: str) -> None:
    verdict = AffectedVersions(make_affected(make_range(*events))).judge(version)
    assert verdict.status is UNKNOWN
    assert reason in verdict.reason


def test_what_affects_every_version_affects_what_is_none() -> None:
    assert status("2004d", ("introduced", "0")) is AFFECTED
    assert status("", ("introduced", "0")) is AFFECTED
    assert status("1.0", ("introduced", "0"), ecosystem="Android") is AFFECTED


def test_commits_say_nothing_of_versions() -> None:
    commits = make_range(("introduced", "a" * 40), kind="GIT")
    assert AffectedVersions(make_affected(commits)).judge("1.0").reason == "the advisory names no versions"
    assert AffectedVersions(make_affected(commits, versions=("1.0",))).judge("1.1").status is CLEAR


def test_without_an_order_only_what_is_enumerated_is_known() -> None:
    listed = AffectedVersions(make_affected(versions=("13",), ecosystem="Android"))
    assert [listed.judge(each).status for each in ("13", "14")] == [AFFECTED, CLEAR]
    ranged = AffectedVersions(make_affected(make_range(("introduced", "12"), ("fixed", "14")), ecosystem="Android"))
    assert ranged.judge("13").status is UNKNOWN


def test_a_range_of_semantic_versions_goes_by_them_in_any_ecosystem() -> None:
    entry = AffectedVersions(
        make_affected(make_range(("introduced", "1.0.0-beta.2"), ("fixed", "1.0.0"), kind="SEMVER"), ecosystem="NuGet")
    )
    assert [entry.judge(each).status for each in ("1.0.0-beta.11", "1.0.0", "1.0.0.1")] == [AFFECTED, CLEAR, UNKNOWN]


@given(VERSIONS, EVENTS)
def test_it_is_the_schemas_own_algorithm(version: str, events: list[tuple[str, str]]) -> None:
    """Where no two events share a version, of which it does not say which comes first."""
    told = {Version(each): kind for kind, each in events}
    vulnerable = False
    for at in sorted(told):
        if Version(version) >= at:
            vulnerable = told[at] == "introduced"
    entry = AffectedVersions(make_affected(make_range(*((kind, str(at)) for at, kind in told.items()))))
    assert entry.is_in_range(version) is vulnerable


@given(VERSIONS, EVENTS.flatmap(lambda events: st.tuples(st.just(events), st.permutations(events))))
def test_the_order_of_events_does_not_matter(
    version: str, listed: tuple[list[tuple[str, str]], list[tuple[str, str]]]
) -> None:
    one, other = (AffectedVersions(make_affected(make_range(*events))) for events in listed)
    assert one.judge(version) == other.judge(version)


@given(VERSIONS, VERSIONS, VERSIONS, st.booleans())
def test_a_simple_range_is_what_packaging_compares(version: str, start: str, end: str, is_last: bool) -> None:
    asked, low, high = map(Version, (version, start, end))
    events = (("introduced", start), ("last_affected" if is_last else "fixed", end))
    if low < high:
        assert (status(version, *events) is AFFECTED) is (low <= asked and (asked <= high if is_last else asked < high))


@given(VERSIONS, VERSIONS, VERSIONS)
def test_ranges_grow_with_their_end(version: str, one: str, other: str) -> None:
    low, high = sorted((one, other), key=Version)
    if status(version, ("introduced", "0"), ("fixed", low)) is AFFECTED:
        assert status(version, ("introduced", "0"), ("fixed", high)) is AFFECTED


@given(VERSIONS, EVENTS)
def test_enumerated_wins(version: str, events: list[tuple[str, str]]) -> None:
    entry = AffectedVersions(make_affected(make_range(*events), versions=(str(Version(version)),)))
    assert entry.judge(version).status is AFFECTED


@given(VERSIONS, EVENTS)
def test_a_fix_is_above_and_not_affected(version: str, events: list[tuple[str, str]]) -> None:
    entry = AffectedVersions(make_affected(make_range(*events)))
    for fixed in entry.judge(version).fixed:
        assert Version(fixed) > Version(version)
        assert not entry.is_in_range(fixed)
