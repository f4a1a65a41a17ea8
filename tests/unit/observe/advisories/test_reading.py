"""One advisory out of its document: all that matters of it, and what is wrong by the member's name."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.observe.advisories.conftest import document

from setpoint.errors import InputError
from setpoint.model.advisory import LABEL, Affected, EventKind, RangeEvent, RangeKind, Rating, VersionRange
from setpoint.model.component import PackageName
from setpoint.model.policy import Severity
from setpoint.observe.advisories.reading import read_advisory


def read(**members: Any) -> Any:
    return read_advisory(document("T-1", **members), where="t.json", source="test")


def affected(**members: Any) -> list[dict[str, Any]]:
    return [{"package": {"ecosystem": "PyPI", "name": "Demo.Name"}, **members}]


def test_all_of_it() -> None:
    advisory = read(
        aliases=["GHSA-b", "CVE-2026-1,", "T-1", "not an id"],
        published="2026-11-01T00:00:00Z",
        withdrawn="2026-11-21T12:00:00.123456789Z",
        summary="It breaks",
        affected=affected(versions=["1.0"], ranges=[{"type": "GIT", "events": [{"introduced": "0"}]}]),
        references=[{"type": "WEB", "url": "https://example.com/"}, {"type": "WEB", "url": "javascript:alert(1)"}],
        related=["T-9"],
        what_comes_later={"a": 1},
    )
    assert advisory.id == "T-1"
    assert advisory.aliases == ("CVE-2026-1", "GHSA-b")
    assert advisory.modified == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert advisory.published == datetime(2026, 11, 1, tzinfo=UTC)
    assert advisory.withdrawn == datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)
    assert advisory.summary == "It breaks"
    assert advisory.references == ("https://example.com/",)
    assert advisory.source == "test"
    assert advisory.affected == (
        Affected(
            PackageName("pypi", "demo-name"),
            "PyPI",
            (VersionRange(RangeKind.GIT, (RangeEvent(EventKind.INTRODUCED, "0"),)),),
            ("1.0",),
        ),
    )


def test_an_entry_of_commits_alone_names_no_package() -> None:
    commits = {"ranges": [{"type": "GIT", "repo": "https://example.com", "events": [{"introduced": "0"}]}]}
    assert read(affected=[commits]).affected == ()


ONE_RANGE = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"id": None}, "id is missing"),
        ({"id": 7}, "id is no text"),
        ({"id": "../etc"}, "id is '../etc', which is no id"),
        ({"modified": None}, "modified is missing"),
        ({"modified": None, "id": None}, "and so is id: this is no advisory in OSV's format"),
        ({"modified": "yesterday"}, "modified is no time as RFC 3339 writes it"),
        ({"modified": "0001-01-01T00:00:00+01:00"}, "modified is no time as RFC 3339 writes it"),
        ({"aliases": "CVE-2026-1"}, "aliases is no list"),
        ({"aliases": [7]}, "aliases[0] is no text"),
        ({"summary": {}}, "summary is no text"),
        ({"affected": {}}, "affected is no list"),
        ({"affected": ["demo"]}, "affected[0] is no object"),
        ({"affected": [{"package": "demo"}]}, "affected[0].package is no object"),
        ({"affected": [{"package": {"name": "demo"}}]}, "affected[0].package.ecosystem is missing"),
        (
            {"affected": [{"package": {"name": "", "ecosystem": "npm"}}]},
            "affected[0].package has no ecosystem or no name",
        ),
        ({"affected": affected(versions=["1"] * 100_001)}, "affected[0].versions has 100,001 entries"),
        ({"affected": affected(versions=["1" * 5000])}, "versions[0] has 5,000 characters"),
        ({"affected": affected(ranges=[{"type": "LATER", "events": []}])}, "affected[0].ranges[0].type is 'LATER'"),
        ({"affected": affected(ranges=[{"type": "SEMVER", "events": []}])}, "ranges[0].events introduce nothing"),
        (
            {"affected": affected(ranges=[ONE_RANGE, {"type": "SEMVER", "events": [{"repaired": "1"}]}])},
            "affected[0].ranges[1].events[0] is not one event",
        ),
        (
            {"affected": affected(ranges=[{"type": "SEMVER", "events": [{"introduced": "1", "fixed": "2"}]}])},
            "affected[0].ranges[0].events[0] is not one event",
        ),
        ({"affected": affected(ranges=[{"type": "SEMVER", "events": [{"introduced": 1}]}])}, "introduced is no text"),
        ({"affected": affected(ranges=[{"type": "SEMVER", "events": [{"introduced": ""}]}])}, "introduced is empty"),
        ({"severity": [{"type": "CVSS_V3", "score": 7}]}, "severity[0].score is no text"),
    ],
)
def test_what_is_wrong_is_named(members: dict[str, Any], what: str) -> None:
    with pytest.raises(InputError) as caught:
        read(**members)
    assert what in caught.value.what
    assert caught.value.where == "t.json"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(tuple(document("T"))), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(
    JSON, st.dictionaries(st.sampled_from(("id", "aliases", "affected", "severity", "references", "modified")), JSON)
)
def test_whatever_it_is_it_is_read_or_refused(whole: Any, members: dict[str, Any]) -> None:
    for given_document in (whole, document("T-1") | members):
        with contextlib.suppress(InputError):
            assert read_advisory(given_document, where="t.json").id


CVSS_2 = "AV:N/AC:L/Au:N/C:C/I:C/A:C"
CVSS_3 = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
CVSS_4 = "CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:L/SC:N/SI:N/SA:N"
HARMLESS = "CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"


@pytest.mark.parametrize(
    ("kind", "vector", "rating"),
    [
        ("CVSS_V2", CVSS_2, Rating("CVSS:2.0", CVSS_2, 10.0, Severity.HIGH)),
        ("CVSS_V3", CVSS_3, Rating("CVSS:3.1", CVSS_3, 9.8, Severity.CRITICAL)),
        ("CVSS_V4", CVSS_4, Rating("CVSS:4.0", CVSS_4, 6.9, Severity.MEDIUM)),
        ("CVSS_V3", HARMLESS, Rating("CVSS:3.0", HARMLESS, 0.0, Severity.INFO)),
        ("CVSS_V3", "CVSS:3.1/AV:N", Rating("CVSS:3.1", "CVSS:3.1/AV:N", None, Severity.MEDIUM)),
        ("CVSS_V3", CVSS_4, Rating("CVSS:3.0", CVSS_4, None, Severity.MEDIUM)),
        ("CVSS_V3", "7.5", Rating("CVSS:3.0", "7.5", None, Severity.MEDIUM)),
        ("CVSS_V3", "", Rating("CVSS:3.0", "", None, Severity.MEDIUM)),
        ("CVSS_V3", CVSS_3 + "/X" * 300, Rating("CVSS:3.1", CVSS_3 + "/X" * 300, None, Severity.MEDIUM)),
        ("Ubuntu", "negligible", Rating(LABEL, "negligible", None, Severity.INFO)),
    ],
)
def test_severity_by_cvss_or_by_a_word(kind: str, vector: str, rating: Rating) -> None:
    assert read(severity=[{"type": kind, "score": vector}]).ratings == (rating,)


@given(st.sampled_from(("CVSS_V2", "CVSS_V3", "CVSS_V4")), st.text("CVSS:/.0123ANLHPRUISTEMFXW", max_size=60))
def test_a_vector_is_scored_or_told(kind: str, vector: str) -> None:
    (rating,) = read(severity=[{"type": kind, "score": vector}]).ratings
    assert rating.score is None or 0 <= rating.score <= 10


def test_severity_of_entries_and_databases() -> None:
    advisory = read(
        affected=affected(
            severity=[{"type": "CVSS_V3", "score": CVSS_3}],
            ecosystem_specific={"severity": "Unheard of"},
            database_specific={"cvss": CVSS_3, "severity": 7},
        ),
        database_specific={"severity": "MODERATE"},
    )
    assert advisory.ratings == (
        Rating(LABEL, "MODERATE", None, Severity.MEDIUM),
        Rating("CVSS:3.1", CVSS_3, 9.8, Severity.CRITICAL),
    )


@pytest.mark.parametrize(
    ("specific", "symbols"),
    [
        ({"imports": [{"path": "net/http", "symbols": ["Get", "Client.Do"]}]}, ("net/http.Client.Do", "net/http.Get")),
        ({"imports": [{"attribute": "load", "modules": ["yaml", "yaml.loader"]}]}, ("yaml.load", "yaml.loader.load")),
        ({"imports": [{"modules": ["yaml"]}]}, ("yaml",)),
        ({"affects": {"functions": {"http::HeaderMap::reserve": ["<0.1"]}}}, ("http.HeaderMap.reserve",)),
        ({"functions": ["http::reserve"]}, ("http.reserve",)),
        ({"affected_functions": ["demo.load"]}, ("demo.load",)),
        ({"imports": "net/http", "functions": 7, "affects": []}, ()),
        ({"imports": [{"path": 7, "symbols": ["Get"]}, "x"]}, ()),
        ("nothing of the kind", ()),
    ],
)
@pytest.mark.parametrize("name", ["ecosystem_specific", "database_specific"])
def test_the_code_at_fault(name: str, specific: Any, symbols: tuple[str, ...]) -> None:
    assert read(affected=affected(**{name: specific})).affected[0].symbols == symbols
