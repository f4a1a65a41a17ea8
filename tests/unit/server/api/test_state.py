"""What is read: every list whole, in pages, filtered; and what a bound token sees of it."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import quote

import pytest
from tests.serving import AT, Caller, bucket

from setpoint.model.access import AccessScope
from setpoint.model.drift import Folded
from setpoint.model.service import Release
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.wire.beat import BeatDocument
from setpoint.wire.decision import DatedDecisionDocument
from setpoint.wire.drift import ComparisonDocument, FoldedDocument
from setpoint.wire.finding import FindingDocument
from setpoint.wire.remediation import RemediationDocument

Call = Callable[..., Caller]


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_lists_are_what_the_ledger_says(reader: Caller, ledger: SqlLedger, limit: int) -> None:
    def items(path: str) -> list[str]:
        return reader.all_items(f"/v1/{path}limit={limit}")

    assert [FindingDocument.model_validate(each).model() for each in items("findings?")] == ledger.findings()
    assert [ComparisonDocument.model_validate(each).model() for each in items("drift?")] == list(
        ledger.comparisons("default")
    )
    decisions = [DatedDecisionDocument.model_validate(each).model() for each in items("decisions?")]
    assert decisions == ledger.decisions()
    remediations = [RemediationDocument.model_validate(each).model() for each in items("remediations?")]
    assert remediations == ledger.remediations()
    assert [BeatDocument.model_validate(each).model() for each in items("beats?")] == ledger.beats()


def test_a_page_keeps_its_filters(reader: Caller) -> None:
    page = reader.get("/v1/resources?service=shop&limit=1").json()
    assert "service=shop" in page["next"]
    assert {each["service"] for each in reader.all_items("/v1/resources?service=shop&limit=1")} == {"shop"}


def test_what_differs(reader: Caller) -> None:
    urns = [each["urn"] for each in reader.all_items("/v1/resources?differs=true")]
    assert urns == [bucket("payments-data"), bucket("shop-data")]


def test_everything_is_told_where_it_is_asked_for(reader: Caller, ledger: SqlLedger) -> None:
    urns = [each["urn"] for each in reader.all_items("/v1/drift?everything=true&limit=1")]
    assert urns == [bucket(name) for name in ("payments-data", "payments-logs", "shop-data", "shop-logs")]


def test_how_much_was_folded(reader: Caller, ledger: SqlLedger) -> None:
    folded = Folded.of(ledger.comparisons("default", everything=True))
    assert FoldedDocument.model_validate(reader.get("/v1/drift/folded").json()).model() == folded
    assert reader.get("/v1/drift/folded?service=shop").json()["entities"] == 2


def test_why_something_differs(reader: Caller, ledger: SqlLedger) -> None:
    urn = bucket("shop-data")
    (drift,) = next(iter(ledger.comparisons("default", service="shop"))).drifts
    (told,) = reader.get("/v1/drift/explanation", params={"urn": urn, "path": drift.path}).json()["told"]
    assert (told["path"], told["verdict"]) == (drift.path, drift.kind)
    unknown = reader.get("/v1/drift/explanation", params={"urn": bucket("nobodys")})
    assert (unknown.status_code, unknown.json()["exit_code"]) == (404, 2)


def test_the_latest_beat_says_what_it_read(reader: Caller) -> None:
    told = reader.get("/v1/beats/latest").json()
    assert told["coverage"] == [
        {"area": "aws:123456789012:eu-west-1:AWS::S3::Bucket", "extent": "whole", "reasons": []}
    ]


def test_a_service_with_its_risk(reader: Caller) -> None:
    assert reader.get("/v1/services/payments").json()["owner"] == "money-team"
    risk = reader.get("/v1/services/payments/threshold").json()
    assert risk["threshold"]["base"] == 8.0
    assert [each["signal"]["cause"] for each in risk["shares"]] == ["it became public"]
    assert [each["decision"]["subject"] for each in risk["decisions"]] == ["release:payments@1.0"]
    assert risk["unknowns"]
    assert reader.get("/v1/services/nobody/threshold").status_code == 404


def test_a_bound_token_sees_its_service(call: Call) -> None:
    bound = call(AccessScope.READ, service="shop")
    assert [each["name"] for each in bound.all_items("/v1/services")] == ["shop"]
    for path in ("findings", "resources", "remediations"):
        assert {each["service"] for each in bound.all_items(f"/v1/{path}")} == {"shop"}
    assert {each["decision"]["service"] for each in bound.all_items("/v1/decisions")} == {"shop"}
    assert [each["urn"] for each in bound.all_items("/v1/drift")] == [bucket("shop-data")]
    everything = bound.all_items("/v1/drift?everything=true")
    assert [each["urn"] for each in everything] == [bucket("shop-data"), bucket("shop-logs")]
    assert bound.get("/v1/drift/folded").json()["entities"] == 2
    assert bound.get("/v1/drift/folded?service=payments").status_code == 403
    of_another = bound.get("/v1/drift/explanation", params={"urn": bucket("payments-data")})
    of_nobody = bound.get("/v1/drift/explanation", params={"urn": bucket("payments-none")})
    assert of_another.status_code == of_nobody.status_code == 404
    assert of_another.json()["what"] == of_nobody.json()["what"]
    assert bound.get("/v1/services/payments").status_code == 403
    assert bound.get("/v1/remediations/1").status_code == 404
    assert bound.get("/v1/remediations/2").status_code == 200


def test_who_is_bound_to_what_nobody_knows_learns_no_other_name(call: Call) -> None:
    bound = call(AccessScope.READ, AccessScope.GATE, service="nobody")
    told = bound.get("/v1/services/nobody/threshold")
    asked = bound.post("/v1/gate", {"service": "nobody", "version": "1"})
    for answer in (told, asked):
        assert answer.status_code == 404
        assert "payments" not in answer.text


def test_a_service_with_an_odd_name_has_pages_too(reader: Caller, ledger: SqlLedger) -> None:
    name = "a/b ?#%c=&d"
    for version in ("1", "2", "3"):
        ledger.visitor().put_release(Release(name, version), AT)
    found = reader.all_items(f"/v1/services/{quote(name, safe='')}/releases?limit=1")
    assert [each["version"] for each in found] == ["1", "2", "3"]
