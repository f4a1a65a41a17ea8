from __future__ import annotations

from typing import Any

import pytest

from setpoint.model.canonical import Unknown
from setpoint.model.drift import Comparison, Drift, DriftKind, Gap, GapKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.sarif.drift import drift_log

URN = Urn("aws:1:eu-west-1:AWS::S3::Bucket:one")
AREA = Area("aws", "1", "eu-west-1", "AWS::S3::Bucket")


def of(*drifts: Drift, gaps: tuple[Gap, ...] = ()) -> Comparison:
    return Comparison(URN, drifts, gaps, declared_at="template.yaml:3: One")


def test_each_kind_of_drift_has_its_rule_and_level(checked: Any) -> None:
    drifts = [Drift(URN, kind, "" if kind in ("missing", "unmanaged") else "Path", 1, 2) for kind in DriftKind]
    assert {each["ruleId"]: each["level"] for each in checked(drift_log([of(*drifts)], []))} == {
        "drift/changed": "error",
        "drift/missing": "error",
        "drift/undeclared": "warning",
        "drift/unmanaged": "warning",
    }


def test_what_could_not_be_compared_is_open(checked: Any) -> None:
    gaps = tuple(Gap(URN, "Key", kind, "why") for kind in GapKind)
    results = checked(drift_log([of(gaps=gaps)], []))
    assert {each["kind"] for each in results} == {"open"}
    assert {each["ruleId"] for each in results} >= {"gap/never-returned", "gap/unresolved"}


def test_a_fingerprint_is_the_findings_id_and_outlives_the_values(checked: Any) -> None:
    def fingerprint(actual: int) -> str:
        (made,) = checked(drift_log([of(Drift(URN, DriftKind.CHANGED, "Size", 1, actual))], []))
        (found,) = made["partialFingerprints"].values()
        assert isinstance(found, str)
        return found

    finding = Finding(URN, "shop", FindingSource.DRIFT, "drift/changed", "Size", Severity.HIGH, "title")
    assert fingerprint(2) == fingerprint(3) == finding.id


SECRET = "hunter2"


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        (SECRET, "text of length 7"),
        ({"PASSWORD": SECRET}, "object of size 1"),
        ([SECRET, SECRET], "list of size 2"),
        (443, "number"),
        (True, True),
        (None, None),
        (Unknown("Ref Key"), {"unknown": "Ref Key"}),
    ],
)
def test_values_are_there_only_where_they_were_asked_for(checked: Any, value: Any, shape: Any) -> None:
    drift = Drift(URN, DriftKind.CHANGED, "Environment", value, value)
    (by_default,) = checked(drift_log([of(drift)], []))
    assert (by_default["properties"]["intended"], by_default["properties"]["actual"]) == (shape, shape)
    assert SECRET not in str(by_default)
    (asked_for,) = checked(drift_log([of(drift)], [], with_values=True))
    assert asked_for["properties"]["actual"] == ({"unknown": "Ref Key"} if isinstance(value, Unknown) else value)


def test_an_area_that_was_not_read_fails_the_run(checked: Any) -> None:
    coverage = [AreaCoverage(AREA, Extent.NONE, ("denied",)), AreaCoverage(AREA, Extent.NOT_COVERED)]
    log = drift_log([], coverage)
    assert checked(log) == []
    (invocation,) = log["runs"][0]["invocations"]
    assert [each["message"]["text"] for each in invocation["toolExecutionNotifications"]] == [
        f"{AREA} could not be read: denied"
    ]
