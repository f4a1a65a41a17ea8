"""Who made a difference, there and back again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from setpoint.model.attribution import Attribution, Confidence, Means, RecordedChange, Untold
from setpoint.model.finding import Finding, FindingRecord, FindingSource
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn
from setpoint.wire.finding import FindingDocument

AT = datetime(2026, 5, 31, 12, tzinfo=UTC)
URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "orders")
CHANGE = RecordedChange("arn:ana", "", "PutBucketAcl", "s3.amazonaws.com", "e1", AT, "198.51.100.7")


@pytest.mark.parametrize(
    "answer",
    [
        None,
        Untold("not delivered yet", may_be_told=True),
        Attribution(CHANGE, Confidence.EXACT, Means.CONSOLE, "", ("arn:eve",), "OPS-1", ("accessControlList",)),
    ],
)
def test_with_its_finding(answer: Attribution | Untold | None) -> None:
    finding = Finding(URN, "", FindingSource.DRIFT, "drift/changed", "AccessControl", Severity.HIGH, "differs")
    record = FindingRecord(finding, AT, AT, AT, None, 1, attribution=answer)
    told = FindingDocument.of(record).model_dump_json()
    assert FindingDocument.model_validate_json(told).model() == record


def test_the_words_are_those_of_the_command_line() -> None:
    answer = Attribution(CHANGE, Confidence.EXACT, Means.CONSOLE, "", ("arn:eve",), "OPS-1", ("accessControlList",))
    finding = Finding(URN, "", FindingSource.DRIFT, "drift/changed", "", Severity.HIGH, "differs")
    document = FindingDocument.of(FindingRecord(finding, AT, AT, AT, None, 1, attribution=answer))
    told = document.model_dump(mode="json")["attribution"]
    assert told.keys() == answer.document().keys()
    assert told["change"].keys() == answer.document()["change"].keys()
