from __future__ import annotations

import pytest

from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Gap, GapKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn

BUCKET = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "data")


def found(source: FindingSource, rule: str, path: str = "") -> Finding:
    return Finding(BUCKET, "", source, rule, path, Severity.HIGH, "it is wrong")


@pytest.mark.parametrize(
    ("unread", "kind", "path", "open_"),
    [
        ("Encryption", GapKind.UNREAD, "Encryption", True),
        ("Encryption", GapKind.UNREAD, "Encryption.Rules[0].Algorithm", True),
        ("Encryption.Rules", GapKind.UNREAD, "Encryption", True),
        ("Encryption", GapKind.UNREAD, "Versioning", False),
        ("Encryption", GapKind.UNREAD, "", False),
        ("Encryption", GapKind.NEVER_RETURNED, "Encryption", False),
    ],
)
def test_a_difference_that_was_not_read_again_may_still_be_there(
    unread: str, kind: GapKind, path: str, *, open_: bool
) -> None:
    comparison = Comparison(BUCKET, gaps=(Gap(BUCKET, unread, kind, "throttled"),))
    conclusion = Conclusion(BUCKET, "key", "", comparison, (), ())
    assert conclusion.leaves_open(found(FindingSource.DRIFT, "drift/changed", path)) is open_


@pytest.mark.parametrize(("rule", "open_"), [("encryption/own-key", True), ("exposure/public", False)])
def test_a_guardrail_that_could_not_tell_may_still_be_broken(rule: str, *, open_: bool) -> None:
    untold = Reason("encryption/own-key", Outcome.UNKNOWN, Severity.HIGH, "it was not read")
    decision = Decision(BUCKET, "", Stage.RUNTIME, Verdict.UNKNOWN, Effect.WARN, reasons=(untold,))
    conclusion = Conclusion(BUCKET, "key", "", Comparison(BUCKET), (), (decision,))
    assert conclusion.leaves_open(found(FindingSource.GUARDRAIL, rule)) is open_
