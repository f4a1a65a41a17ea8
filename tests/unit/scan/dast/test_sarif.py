from __future__ import annotations

from typing import Any

from setpoint.model.dast import WHOLE_SITE, Answer, Certainty, DastReport, Exchange, Fault, Profile, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.sarif import dast_log

PROOF = Exchange(
    Sent("POST", "http://a.example:8080/orders/1", (("authorization", "$ALICE_AUTHORIZATION"),), b"a=1", "alice"),
    Answer(200, (("vary", "a"), ("vary", "b")), b"hello"),
)


def fault(path: str = "/orders/{id}", proof: tuple[Exchange, ...] = (PROOF,)) -> Fault:
    return Fault(
        "sql-injection", 89, "A03:2021", Severity.HIGH, Certainty.DIFFERENTIAL, "POST", path, "body:a", "alice",
        "the value ends up in a query", proof, "true and false differ",
    )  # fmt: skip


def log(*faults: Fault, ended_early: str = "", checks: dict[str, str] | None = None) -> Any:
    return dast_log(
        DastReport("http://a.example:8080", Profile.SAFE, faults, 7, 1.0, ended_early=ended_early, checks=checks or {})
    )


def results(*faults: Fault) -> Any:
    return log(*faults)["runs"][0]["results"]


def test_a_fault_carries_its_request_and_how_to_repeat_it() -> None:
    (result,) = results(fault())
    assert result["ruleId"] == "sql-injection"
    assert result["webRequest"]["method"] == "POST"
    assert result["webRequest"]["body"] == {"text": "a=1"}
    assert result["webResponse"]["statusCode"] == 200
    assert result["webResponse"]["headers"] == {"vary": "a, b"}
    assert '"authorization: $ALICE_AUTHORIZATION"' in result["properties"]["curl"]
    assert "external/cwe/cwe-89" in result["properties"]["tags"]


def test_its_place_is_an_address_with_its_port() -> None:
    operation, site = results(fault(), fault(WHOLE_SITE))
    places = [each["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for each in (operation, site)]
    assert places == ["http://a.example:8080/orders/%7Bid%7D", "http://a.example:8080/"]


def test_no_answer_is_told_as_none() -> None:
    (result,) = results(fault(proof=(Exchange(PROOF.sent, None, "refused"),)))
    assert result["webResponse"] == {"noResponseReceived": True}


def test_the_same_fault_has_the_same_fingerprint() -> None:
    (first,), (second,) = results(fault()), results(fault(proof=()))
    assert first["partialFingerprints"] == second["partialFingerprints"]


def test_a_scan_that_ended_early_did_not_succeed() -> None:
    invocation = log(ended_early="it was stopped", checks={"a": "", "b": "it was not finished"})["runs"][0][
        "invocations"
    ][0]
    assert not invocation["executionSuccessful"]
    assert [each["message"]["text"] for each in invocation["toolExecutionNotifications"]] == [
        "the scan ended early: it was stopped",
        "b could not be made: it was not finished",
    ]
    assert log(checks={"a": ""})["runs"][0]["invocations"][0]["executionSuccessful"]
