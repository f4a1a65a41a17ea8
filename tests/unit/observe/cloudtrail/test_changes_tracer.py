"""Who made a difference, of all that was recorded, or why nobody is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cloud_trail import ACCOUNT, REGION, assumed
from tests.unit.observe.cloudtrail.writing import BEFORE, ORDERS, SEEN, SHOP, event, question, write

from setpoint.model.attribution import Attribution, Confidence, RecordedWrite, Untold
from setpoint.model.permission_use import Gap, GapKind, RecordReach, hour_of
from setpoint.observe.cloudtrail.changes_tracer import CloudTrailTracer

TRACER = CloudTrailTracer(r"[A-Z]+-\d+")
ASKED = question("VersioningConfiguration.Status", "Enabled", "Suspended")
HOUR = timedelta(hours=1)
NOW = SEEN + 2 * HOUR
REACH = RecordReach(ACCOUNT, REGION, hour_of(SEEN) - 100 * HOUR, hour_of(NOW))


def suspended(status: str = "Suspended", **more: object) -> RecordedWrite:
    return write(
        event("PutBucketVersioning", {"bucketName": "orders", "VersioningConfiguration": {"Status": status}}, **more)
    )


def told(*writes: RecordedWrite, gaps: tuple[Gap, ...] = ()) -> Attribution:
    answer = TRACER.trace(ASKED, writes, [REACH], gaps, NOW)
    assert isinstance(answer, Attribution)
    return answer


def gap(since: float, until: float, region: str = REGION) -> Gap:
    """In hours from when it was seen."""
    return Gap(ACCOUNT, region, SEEN + since * HOUR, SEEN + until * HOUR, GapKind.SILENT, "no log")


def why(*, reach: RecordReach | None = REACH, gaps: tuple[Gap, ...] = (), after: timedelta = 2 * HOUR) -> str:
    answer = TRACER.trace(ASKED, [], [reach] if reach else [], gaps, SEEN + after)
    assert isinstance(answer, Untold)
    assert answer.may_be_told
    return answer.reason


def test_the_last_of_the_surest() -> None:
    first, last = suspended(at=BEFORE - HOUR), suspended(at=BEFORE)
    likely = write(event("PutBucketVersioning", at=BEFORE + timedelta(minutes=1)))
    answer = told(likely, last, first)
    assert (answer.change.id, answer.confidence) == (last.change.id, Confidence.EXACT)
    assert answer.parameters == ("VersioningConfiguration.Status",)


@pytest.mark.parametrize(
    ("session", "chain", "labels", "ticket"),
    [
        ("OPS-4711", (), (), "OPS-4711"),
        ("ana", (f"arn:aws:sts::{ACCOUNT}:assumed-role/first/WEB-1",), (), "WEB-1"),
        ("ana", (), ("payments", "see OPS-12"), "OPS-12"),
        ("ana", (f"arn:aws:iam::{ACCOUNT}:role/ROLE-1",), (), ""),
    ],
)
def test_the_ticket_of_the_session(session: str, chain: tuple[str, ...], labels: tuple[str, ...], ticket: str) -> None:
    made = write(event("PutBucketVersioning", userIdentity=assumed("admin", session)), chain=chain, labels=labels)
    answer = told(made)
    assert (answer.ticket, answer.chain) == (ticket, chain)


def test_in_a_gap_somebody_else_may_have_changed_it_again() -> None:
    likely = write(event("PutBucketVersioning", at=SEEN - 5 * HOUR))
    assert told(likely).confidence is Confidence.LIKELY
    assert told(likely, gaps=(gap(-4, -3),)).confidence is Confidence.POSSIBLE
    assert told(likely, gaps=(gap(-9, -8), gap(-4, -3, "us-west-2"))).confidence is Confidence.LIKELY
    assert told(suspended(at=SEEN - 5 * HOUR), gaps=(gap(-4, -3),)).confidence is Confidence.EXACT


def test_why_nobody_is_named() -> None:
    assert why(after=timedelta(minutes=3)) == "not delivered yet: CloudTrail takes 5\u201315 minutes"
    assert why(reach=None) == f"no logs of account {ACCOUNT} and region {REGION} were read"
    behind = RecordReach(ACCOUNT, REGION, SEEN - 9 * HOUR, hour_of(SEEN) - HOUR)
    assert why(reach=behind).endswith("the logs are read up to 2026-05-31 11:00Z")
    assert why(gaps=(gap(-9, -7),)) == "gap 2026-05-31 03:00\u201305:00Z in the logs"
    assert why(gaps=(gap(-13, -9),)) == "gap 2026-05-30 23:00\u20132026-05-31 03:00Z in the logs"
    assert why() == "the logs, which begin at 2026-05-27 08:00Z, have no such change"


def test_what_happens_to_global_services_is_in_the_logs_of_their_home() -> None:
    asked = question("MaxSessionDuration", 1, 2, urn=SHOP)
    answer = TRACER.trace(asked, [], [REACH], [], NOW)
    assert isinstance(answer, Untold)
    assert "us-east-1" in answer.reason


def test_what_is_looked_for() -> None:
    assert set(TRACER.names(ORDERS)) == {"orders", "arn:aws:s3:::orders"}


def test_how_it_reads() -> None:
    person = told(suspended(userIdentity=assumed("admin", "OPS-4711"), userAgent="console.amazonaws.com"))
    assert person.clause() == (
        f"changed by arn:aws:sts::{ACCOUNT}:assumed-role/admin/OPS-4711 at 2026-05-31 11:50:00Z, in the console from "
        "198.51.100.7, OPS-4711 (PutBucketVersioning; exact)"
    )
    service = told(suspended(userIdentity={"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}))
    assert service.clause() == (
        "reset by autoscaling.amazonaws.com at 2026-05-31 11:50:00Z (PutBucketVersioning; exact)"
    )
    for_ana = told(suspended(userIdentity={**assumed("ops", "ana"), "invokedBy": "config.amazonaws.com"}))
    assert for_ana.clause().startswith(f"reset by config.amazonaws.com for arn:aws:sts::{ACCOUNT}:assumed-role/ops/ana")
    assert Attribution.of(person.document()) == person


MINUTES = st.lists(st.tuples(st.integers(-2000, 60), st.sampled_from(["Suspended", "Enabled", ""])), max_size=8)


@given(MINUTES, st.randoms(use_true_random=False))
def test_the_order_of_the_record_means_nothing_and_later_changes_neither(
    minutes: list[tuple[int, str]], random: object
) -> None:
    writes = [suspended(status, at=SEEN + timedelta(minutes=each)) for each, status in minutes]
    shuffled = list(writes)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis types its generator as an object
    answer = TRACER.trace(ASKED, writes, [REACH], [], NOW)
    assert TRACER.trace(ASKED, shuffled, [REACH], [], NOW) == answer
    before = [each for each in writes if each.change.at <= SEEN]
    assert TRACER.trace(ASKED, before, [REACH], [], NOW) == answer
    exact = [
        each.change.at
        for each, (_, status) in zip(writes, minutes, strict=True)
        if status == "Suspended" and each in before
    ]
    if exact:
        assert isinstance(answer, Attribution)
        assert (answer.confidence, answer.change.at) == (Confidence.EXACT, max(exact))
