"""Who made a difference, in a file that many read."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from setpoint.model.attribution import Attribution, Confidence, Means, RecordedChange, Untold
from setpoint.model.drift import Comparison, Drift, DriftKind
from setpoint.model.urn import Urn
from setpoint.sarif.drift import drift_log

AT = datetime(2026, 5, 31, 12, tzinfo=UTC)
URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "orders")
DRIFT = Drift(URN, DriftKind.CHANGED, "AccessControl", "Private", "PublicRead")
CHANGE = RecordedChange("arn:ana", "", "PutBucketAcl", "s3.amazonaws.com", "e1", AT, "198.51.100.7")


def properties(answer: Attribution | Untold | None) -> Any:
    made_by = {(URN, DRIFT.path): answer} if answer else {}
    log = drift_log([Comparison(URN, (DRIFT,))], (), made_by=made_by)
    return log["runs"][0]["results"][0]["properties"].get("madeBy")


def test_without_the_address() -> None:
    told = properties(Attribution(CHANGE, Confidence.EXACT, Means.CLI, "aws-cli/2", ("arn:eve",), "OPS-1"))
    assert (told["principal"], told["chain"], told["ticket"]) == ("arn:ana", ["arn:eve"], "OPS-1")
    assert "198.51.100.7" not in str(told)


def test_why_nobody_is_named() -> None:
    assert properties(Untold("gap", may_be_told=True)) == {"untold": "gap"}
    assert properties(None) is None
