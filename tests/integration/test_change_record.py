"""Who changed a bucket, asked of a CloudTrail on loopback: pages, throttles, refusals, and what is left out."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from tests.cloud_trail import ACCOUNT, REGION, CloudTrail, assumed, serving, user

from setpoint.aws import AwsClients, AwsSettings
from setpoint.model.attribution import RecordedChange, Untold
from setpoint.model.snapshot import Extent
from setpoint.model.urn import Urn
from setpoint.observe.accounts import AccountsRecord
from setpoint.observe.aws import change_record
from setpoint.observe.aws.change_record import CloudTrailRecord

BUCKET = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::Bucket", "orders")
PATHS = ["PublicAccessBlockConfiguration"]
OPENED = "DeleteBucketPublicAccessBlock"
DEPLOYER = assumed("Deployer", "ana")
OURS = assumed("Setpoint", "pod-0")
IAM = "iam.amazonaws.com"
NOW = time.time()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """The stand-in throttles only where it is told to."""
    monkeypatch.setattr(change_record, "A_SECOND", 1000.0)


@pytest.fixture
def trail() -> CloudTrail:
    return CloudTrail()


@pytest.fixture
def clients(trail: CloudTrail) -> Iterator[AwsClients]:
    with serving(trail) as url:
        session = boto3.Session(aws_access_key_id="AKIATEST", aws_secret_access_key="none")
        yield AwsClients(AwsSettings((REGION,), endpoint_url=url, attempts=2, timeout=5), session)


@pytest.fixture
def record(clients: AwsClients) -> CloudTrailRecord:
    return CloudTrailRecord(clients)


def ask(record: CloudTrailRecord, urn: Urn = BUCKET, **window: float) -> RecordedChange | Untold:
    since, until = window.get("since", NOW - 3600), window.get("until", NOW)
    return record.last_change(urn, PATHS, datetime.fromtimestamp(since, UTC), datetime.fromtimestamp(until, UTC))


def told(answer: RecordedChange | Untold) -> RecordedChange:
    assert isinstance(answer, RecordedChange), answer
    return answer


def untold(answer: RecordedChange | Untold) -> Untold:
    assert isinstance(answer, Untold), answer
    return answer


def test_whoever_did_it_last_is_named(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.record("orders", OPENED, user("eve"), at=NOW - 900)
    last = trail.record("orders", OPENED, DEPLOYER, at=NOW - 60)
    trail.record("orders", "PutBucketTagging", user("tagger"), at=NOW - 30)
    trail.record("other", OPENED, user("eve"), at=NOW - 20)
    assert told(ask(record)) == RecordedChange(
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ana",
        issuer=f"arn:aws:iam::{ACCOUNT}:role/Deployer",
        event=OPENED,
        source="s3.amazonaws.com",
        id=last,
        at=datetime.fromtimestamp(int(NOW - 60), UTC),
        origin="198.51.100.7",
    )


def test_readings_refusals_and_setpoint_itself_are_left_out(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.record("orders", OPENED, DEPLOYER, at=NOW - 300)
    trail.record("orders", "PutBucketPublicAccessBlock", OURS, at=NOW - 200, userAgent="[Boto3/1.40 setpoint]")
    trail.record("orders", OPENED, user("eve"), at=NOW - 100, errorCode="AccessDenied")
    trail.record("orders", "GetBucketPublicAccessBlock", user("eve"), at=NOW - 50, readOnly=True)
    assert told(ask(record)).issuer == DEPLOYER["sessionContext"]["sessionIssuer"]["arn"]


def test_only_what_was_done_in_between_counts(trail: CloudTrail, record: CloudTrailRecord) -> None:
    """Before, it was set for the first time; afterwards, the person who was told may put it right."""
    trail.record("orders", OPENED, user("first"), at=NOW - 3700)
    trail.record("orders", OPENED, DEPLOYER, at=NOW - 600)
    trail.record("orders", "PutBucketPublicAccessBlock", user("oncall"), at=NOW - 60)
    assert told(ask(record, until=NOW - 300)).principal == DEPLOYER["arn"]


def test_it_is_looked_for_under_every_name(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.record("orders", OPENED, user("eve"), at=NOW - 600)
    trail.record("arn:aws:s3:::orders", OPENED, DEPLOYER, at=NOW - 60)
    assert told(ask(record)).principal == DEPLOYER["arn"]


def test_pages_are_turned_until_it_is_found(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.record("orders", OPENED, DEPLOYER, at=NOW - 3000)
    for second in range(120):
        trail.record("orders", "PutBucketTagging", user("tagger"), at=NOW - second)
    assert told(ask(record)).principal == DEPLOYER["arn"]
    assert [name for _, name, _ in trail.lookups] == ["orders"] * 3 + ["arn:aws:s3:::orders"]


def test_only_so_many_pages_are_turned(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.record("orders", OPENED, DEPLOYER, at=NOW - 3000)
    for second in range(260):
        trail.record("orders", "PutBucketTagging", user("tagger"), at=NOW - second)
    answer = untold(ask(record))
    assert answer.may_be_told
    assert len(trail.lookups) == change_record.MOST_PAGES + 1
    assert "no change of PublicAccessBlockConfiguration by anybody else" in answer.reason


def test_nobody_is_accused_of_another_change(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.record("orders", "PutBucketTagging", user("tagger"), at=NOW - 60)
    answer = untold(ask(record))
    assert answer.may_be_told
    assert "of the rest, the last one is by arn:aws:iam::123456789012:user/tagger (PutBucketTagging, " in answer.reason


def test_nobody_is_accused_of_what_was_done_to_a_namesake(trail: CloudTrail, record: CloudTrailRecord) -> None:
    """A table, and a trail that delivers into the bucket, which is why its events are filed under the bucket's name."""
    trail.record("orders", "TagResource", user("tagger"), at=NOW - 60, eventSource="dynamodb.amazonaws.com")
    trail.record("orders", "StopLogging", user("auditor"), at=NOW - 50, eventSource="cloudtrail.amazonaws.com")
    for path in ("Tags", "LoggingConfiguration"):
        since, until = (datetime.fromtimestamp(moment, UTC) for moment in (NOW - 3600, NOW))
        assert record.last_change(BUCKET, [path], since, until) == Untold(change_record.NOBODY_YET, may_be_told=True)


def test_nothing_is_recorded_yet(record: CloudTrailRecord) -> None:
    assert ask(record) == Untold(change_record.NOBODY_YET, may_be_told=True)


def test_a_missing_permission_is_named_and_not_asked_again(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.fail("AccessDeniedException")
    allow = "allow cloudtrail:LookupEvents to the role in use"
    assert ask(record) == Untold(f"cloudtrail:LookupEvents denied; {allow}", may_be_told=False)


def test_a_throttle_is_waited_out(trail: CloudTrail, record: CloudTrailRecord, clients: AwsClients) -> None:
    trail.record("orders", OPENED, DEPLOYER, at=NOW - 60)
    trail.fail("ThrottlingException", times=1)
    assert told(ask(record)).principal == DEPLOYER["arn"]
    assert clients.budget.rate == clients.settings.calls_per_second, "its limit says nothing of all other calls"


def test_throttled_for_too_long_it_may_be_told_later(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.fail("ThrottlingException")
    answer = untold(ask(record))
    assert (answer.reason, answer.may_be_told) == ("cloudtrail:LookupEvents throttled; it may work later", True)


def test_the_pace_keeps_to_what_the_api_allows(
    trail: CloudTrail, clients: AwsClients, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_record, "A_SECOND", 2.0)
    trail.per_second = 3  # two, and one that a late answer brings near
    record = CloudTrailRecord(clients)
    for _ in range(2):
        assert ask(record) == Untold(change_record.NOBODY_YET, may_be_told=True)


def test_what_has_no_region_is_asked_for_at_home(trail: CloudTrail, record: CloudTrailRecord) -> None:
    trail.record("Deploy", "UpdateAssumeRolePolicy", DEPLOYER, at=NOW - 60, region="us-east-1", eventSource=IAM)
    role = Urn.aws("aws", ACCOUNT, "global", "AWS::IAM::Role", "Deploy")
    window = datetime.fromtimestamp(NOW - 600, UTC), datetime.fromtimestamp(NOW, UTC)
    assert told(record.last_change(role, ["AssumeRolePolicyDocument"], *window)).principal == DEPLOYER["arn"]


def test_another_account_is_not_asked_for_with_these_credentials(record: CloudTrailRecord) -> None:
    theirs = Urn.aws("aws", "999999999999", REGION, "AWS::S3::Bucket", "orders")
    assert ask(record, theirs) == Untold(f"the credentials in use are of account {ACCOUNT}", may_be_told=False)


def test_each_account_is_asked_by_its_own_credentials(trail: CloudTrail, record: CloudTrailRecord) -> None:
    class Theirs(CloudTrailRecord):
        def last_change(self, *_: Any) -> RecordedChange | Untold:
            return Untold("theirs", may_be_told=False)

    trail.record("orders", OPENED, DEPLOYER, at=NOW - 60)
    both = AccountsRecord(record, {"999999999999": Theirs(record._clients)})
    window = datetime.fromtimestamp(NOW - 600, UTC), datetime.fromtimestamp(NOW, UTC)
    theirs = Urn.aws("aws", "999999999999", REGION, "AWS::S3::Bucket", "orders")
    assert both.last_change(theirs, PATHS, *window) == Untold("theirs", may_be_told=False)
    assert told(both.last_change(BUCKET, PATHS, *window)).principal == DEPLOYER["arn"]


@pytest.mark.parametrize("content", ["{", "[]", '{"userIdentity": []}'])
def test_an_event_that_makes_no_sense_names_nobody(trail: CloudTrail, record: CloudTrailRecord, content: str) -> None:
    trail.record("orders", OPENED, DEPLOYER, at=NOW - 60)
    trail._events[0][2]["CloudTrailEvent"] = content
    assert isinstance(ask(record), Untold)


def test_nobody_answers(trail: CloudTrail) -> None:
    with serving(trail) as url:
        pass
    session = boto3.Session(aws_access_key_id="AKIATEST", aws_secret_access_key="none")
    gone = AwsClients(AwsSettings((REGION,), endpoint_url=url, attempts=1, timeout=1), session)
    assert untold(ask(CloudTrailRecord(gone))).may_be_told


def test_doctor_asks_every_region_and_the_home_of_what_has_none(trail: CloudTrail, record: CloudTrailRecord) -> None:
    assert [(each.area.region, each.extent) for each in record.probe()] == [
        (REGION, Extent.WHOLE),
        ("us-east-1", Extent.WHOLE),
    ]
    trail.fail("AccessDeniedException")
    assert {each.extent for each in record.probe()} == {Extent.NONE}
    assert all("allow cloudtrail:LookupEvents" in each.reasons[0] for each in record.probe())
