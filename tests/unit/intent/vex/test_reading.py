"""VEX documents, read as what they state."""

from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.errors import InputError
from setpoint.intent.vex.reading import read_vex
from setpoint.model.vex import VexStatement, VexStatus

FLAW = "CVE-2023-32681"


def openvex(*statements: dict[str, Any], **more: Any) -> tuple[VexStatement, ...]:
    document = {"@context": "https://openvex.dev/ns/v0.2.0", "timestamp": "2026-01-01T00:00:00Z", **more}
    return read_vex(json.dumps({**document, "statements": list(statements)}).encode(), "v.json")


def cyclonedx(*vulnerabilities: dict[str, Any], **more: Any) -> tuple[VexStatement, ...]:
    document = {"bomFormat": "CycloneDX", "specVersion": "1.6", **more, "vulnerabilities": list(vulnerabilities)}
    return read_vex(json.dumps(document).encode(), "v.json")


def places(statements: tuple[VexStatement, ...]) -> list[tuple[str, str]]:
    return [(each.product, each.component) for each in statements]


def test_openvex_states_flaw_status_reason_and_time() -> None:
    (found,) = openvex(
        {
            "vulnerability": {"name": FLAW, "aliases": ["GHSA-1", FLAW]},
            "products": [{"@id": "pkg:pypi/requests@2.30.0"}],
            "status": "not_affected",
            "justification": "component_not_present",
            "impact_statement": "left out",
            "timestamp": "2026-02-01T02:00:00.123456789+02:00",
        }
    )
    assert found.names == (FLAW, "GHSA-1")
    assert found.status is VexStatus.NOT_AFFECTED
    assert found.reason == "not_affected: component_not_present: left out"
    assert found.at == datetime(2026, 2, 1, 0, 0, 0, 123456, tzinfo=UTC)
    assert (found.product, found.component) == ("", "pkg:pypi/requests@2.30.0")
    assert found.where == "v.json: statements[0]"


def test_a_statement_takes_the_time_of_its_document_and_needs_a_reason_only_where_it_is_not_affected() -> None:
    first, second = openvex(
        {"vulnerability": FLAW, "products": ["pkg:pypi/a"], "status": "fixed"},
        {"vulnerability": FLAW, "products": ["pkg:pypi/a"], "status": "not_affected"},
    )
    assert first.at == datetime(2026, 1, 1, tzinfo=UTC)
    assert (first.reason, second.reason) == ("fixed", "")


def test_products_of_openvex() -> None:
    inner = [{"@id": "pkg:pypi/a"}, {"@id": "x", "identifiers": {"purl": "pkg:pypi/b@1"}}]
    products = [{"@id": "service:payments", "subcomponents": inner}, "service:shop", {"@id": "pkg:npm/c"}]
    found = openvex({"vulnerability": {"name": FLAW}, "products": products, "status": "affected"})
    assert places(found) == [
        ("service:payments", "pkg:pypi/a"),
        ("service:payments", "pkg:pypi/b@1"),
        ("service:shop", ""),
        ("", "pkg:npm/c"),
    ]
    assert places(openvex({"vulnerability": {"name": FLAW}, "status": "fixed"})) == [("", "")]


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("resolved", VexStatus.FIXED),
        ("resolved_with_pedigree", VexStatus.FIXED),
        ("false_positive", VexStatus.NOT_AFFECTED),
        ("not_affected", VexStatus.NOT_AFFECTED),
        ("exploitable", VexStatus.AFFECTED),
        ("in_triage", VexStatus.UNDER_INVESTIGATION),
    ],
)
def test_states_of_cyclonedx(state: str, status: VexStatus) -> None:
    analysis = {"state": state, "justification": "code_not_reachable", "detail": "why"}
    (found,) = cyclonedx({"id": FLAW, "analysis": analysis, "affects": [{"ref": "pkg:pypi/a@1"}]})
    assert found.status is status
    assert found.reason == f"{state}: code_not_reachable: why"


def test_references_of_cyclonedx_lead_to_components_and_products() -> None:
    bill = {
        "metadata": {"component": {"type": "application", "name": "payments", "bom-ref": "app"}},
        "components": [{"type": "library", "name": "a", "bom-ref": "r1", "purl": "pkg:pypi/a@1"}],
    }
    refs = ["r1", "app", "pkg:pypi/b", "urn:cdx:f08a6ccd-4dce-4759-bd84-c626675d60a7/1#pkg%3Apypi%2Fc%402", "gone"]
    found = cyclonedx({"id": FLAW, "affects": [{"ref": each} for each in refs]}, **bill)
    assert places(found) == [
        ("payments", "pkg:pypi/a@1"),
        ("payments", ""),
        ("", "pkg:pypi/b"),
        ("", "pkg:pypi/c@2"),
        ("gone", ""),
    ]


def test_a_document_about_a_library_is_about_it_wherever_it_runs() -> None:
    subject = {"type": "library", "name": "a", "bom-ref": "r", "purl": "pkg:pypi/a@1"}
    found = cyclonedx({"id": FLAW, "affects": [{"ref": "r"}]}, metadata={"component": subject})
    assert places(found) == [("", "pkg:pypi/a@1")]


def test_versions_may_be_said_otherwise_of() -> None:
    versions = [{"version": "1"}, {"version": "2", "status": "affected"}, {"range": "vers:pypi/>3"}]
    analysis = {"state": "not_affected", "detail": "patched"}
    found = cyclonedx({"id": FLAW, "analysis": analysis, "affects": [{"ref": "pkg:pypi/a?x=y", "versions": versions}]})
    assert [(each.component, each.status) for each in found] == [
        ("pkg:pypi/a@1?x=y", VexStatus.NOT_AFFECTED),
        ("pkg:pypi/a@2?x=y", VexStatus.AFFECTED),
        ("pkg:pypi/a?x=y", VexStatus.UNDER_INVESTIGATION),
    ]
    assert "which is not read" in found[2].said


def test_what_holds_for_one_version_of_a_product_is_not_said_of_all() -> None:
    affects = [{"ref": "service:shop", "versions": [{"version": "1.2", "status": "unaffected"}]}]
    analysis = {"state": "not_affected", "detail": "patched"}
    (found,) = cyclonedx({"id": FLAW, "analysis": analysis, "affects": affects})
    assert (found.product, found.status) == ("service:shop", VexStatus.UNDER_INVESTIGATION)
    assert "the version '1.2', which is not read" in found.said


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"", "the file is empty"),
        (b'{"bomFormat":', "this is not JSON"),
        (b"[]", "the document is a list; an object was expected"),
        (b'{"@graph": []}', "this is JSON, but no VEX document"),
        (b'{"bomFormat": "CycloneDX", "components": []}', "it states nothing of any flaw"),
        (b'{"bomFormat": "CycloneDX", "vulnerabilities": [{}]}', "vulnerabilities[0] has no id"),
        (b'{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": 1}]}', "vulnerabilities[0].id is a number"),
        (
            b'{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "a", "analysis": {"state": "no"}}]}',
            "vulnerabilities[0].analysis.state is 'no'",
        ),
        (b'{"@context": "https://openvex.dev/ns", "statements": [{"status": "no"}]}', "statements[0].status is 'no'"),
        (
            b'{"@context": "https://openvex.dev/ns", "timestamp": "soon", "statements": [{"status": "fixed"}]}',
            "timestamp is 'soon', which is no time",
        ),
        (
            b'{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "a", "updated": "0001-01-01T00+01"}]}',
            "vulnerabilities[0].updated is '0001-01-01T00+01', which is no time",
        ),
        (
            b'{"@context": "https://openvex.dev/ns", "statements": [{"status": "fixed", "vulnerability": {}}]}',
            "statements[0].vulnerability has no name",
        ),
        (b"[" * 100_000, "this is not JSON"),
    ],
)
def test_bad_input_is_one_error_that_says_where(octets: bytes, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read_vex(octets, "v.json")
    assert told in caught.value.what
    assert caught.value.where.startswith("v.json")


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=9),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["vulnerability", "products", "status", "id", "affects", "ref", "analysis", "@id", "name"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_whatever_stands_in_it_is_read_or_refused(value: Any) -> None:
    for document in (
        {"@context": "https://openvex.dev/ns", "statements": value},
        {"bomFormat": "CycloneDX", "vulnerabilities": value, "metadata": value, "components": value},
    ):
        with suppress(InputError):
            assert read_vex(json.dumps(document).encode(), "v.json")
