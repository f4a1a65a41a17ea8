"""Who made a difference, of all that was recorded, or why nobody is named."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cloud_trail import ACCOUNT, REGION, assumed
from tests.unit.observe.cloudtrail.writing import BEFORE, SEEN, SHOP, event, iam, question, write

from setpoint.errors import CouldNotTellError
from setpoint.model.attribution import Attribution, Confidence, RecordedWrite, Untold
from setpoint.model.permission_use import Gap, GapKind, RecordReach, hour_of
from setpoint.model.urn import GLOBAL, Urn
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


def test_who_may_have_done_it_is_not_named_while_the_record_may_lack_who_did() -> None:
    possible = write(event("PutBucketPolicy", at=SEEN - 2 * HOUR))

    def answer(*gaps: Gap, after: timedelta = 2 * HOUR) -> str:
        made = TRACER.trace(ASKED, [possible], [REACH], gaps, SEEN + after)
        return made.reason if isinstance(made, Untold) else str(made.confidence)

    assert answer() == "possible"
    assert answer(gap(-5, -4)) == "possible"
    assert answer(gap(-2, -1)) == "gap 2026-05-31 10:00\u201311:00Z in the logs"
    assert answer(after=timedelta(minutes=3)).startswith("not delivered yet")


def test_who_set_the_same_long_ago_is_not_named_while_another_may_be_under_way() -> None:
    writes = [suspended(at=SEEN - 5 * HOUR)]
    assert isinstance(TRACER.trace(ASKED, writes, [REACH], (), SEEN + timedelta(minutes=3)), Untold)
    recent = suspended(at=SEEN - timedelta(minutes=3))
    answer = TRACER.trace(ASKED, [*writes, recent], [REACH], (), SEEN + timedelta(minutes=3))
    assert isinstance(answer, Attribution)
    assert answer.change.id == recent.change.id


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
    assert set(TRACER.names(ASKED)) == {"orders", "arn:aws:s3:::orders"}
    deploy = f"arn:aws:iam::{ACCOUNT}:policy/deploy"
    granted = [f"{deploy}: Statement[0]", "arn:aws:iam::aws:policy/ReadOnlyAccess: Statement[0], through team"]
    asked = question("may s3:*", None, granted, urn=SHOP, permission={"aspect": "may"})
    assert set(TRACER.names(asked)) == {"shop", f"arn:aws:iam::{ACCOUNT}:role/shop", deploy, "team"}


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


POLICY = f"arn:aws:iam::{ACCOUNT}:policy/deploy"
MAY = question(
    "may s3:* on *",
    None,
    [f"{POLICY}: Statement[0]"],
    urn=SHOP,
    permission={"aspect": "may", "actions": ["s3:*"], "resources": ["*"]},
)
WIDE = '{"Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}'


def attached(hours: float) -> RecordedWrite:
    return write(iam("AttachRolePolicy", {"roleName": "shop", "policyArn": POLICY}, at=SEEN + hours * HOUR))


def changed(hours: float, document: str = WIDE) -> RecordedWrite:
    parameters = {"policyArn": POLICY, "policyDocument": document, "setAsDefault": True}
    return write(iam("CreatePolicyVersion", parameters, at=SEEN + hours * HOUR))


def granting(*writes: RecordedWrite) -> tuple[str, Confidence]:
    answer = TRACER.trace(MAY, writes, [REACH], (), NOW)
    assert isinstance(answer, Attribution)
    return answer.change.event, answer.confidence


def test_whoever_changed_a_policy_gave_what_it_grants() -> None:
    assert granting(attached(-2)) == ("AttachRolePolicy", Confidence.EXACT)
    assert granting(attached(-2), changed(-1)) == ("CreatePolicyVersion", Confidence.EXACT)
    assert granting(changed(-2), attached(-1)) == ("AttachRolePolicy", Confidence.EXACT)
    assert granting(attached(-2), changed(-1, "{}")) == ("CreatePolicyVersion", Confidence.LIKELY)


def test_whoever_changed_another_policy_did_not() -> None:
    other = iam("CreatePolicyVersion", {"policyArn": f"{POLICY}s", "policyDocument": WIDE})
    assert isinstance(TRACER.trace(MAY, [write(other)], [REACH], (), NOW), Untold)


def test_what_a_group_is_given_its_members_are() -> None:
    asked = question(
        "may s3:* on *",
        None,
        ["group/team: inline policy all: Statement[0], through team"],
        urn=Urn.aws("aws", ACCOUNT, GLOBAL, "AWS::IAM::User", "ana"),
        permission={"aspect": "may", "actions": ["s3:*"], "resources": ["*"]},
    )
    given = write(iam("PutGroupPolicy", {"groupName": "team", "policyName": "all", "policyDocument": WIDE}))
    elsewhere = write(iam("PutGroupPolicy", {"groupName": "others", "policyName": "all", "policyDocument": WIDE}))
    answer = TRACER.trace(asked, [given, elsewhere], [REACH], (), NOW)
    assert isinstance(answer, Attribution)
    assert (answer.change.id, answer.confidence) == (given.change.id, Confidence.EXACT)
    assert isinstance(TRACER.trace(asked, [elsewhere], [REACH], (), NOW), Untold)


OWN = f"arn:aws:sts::{ACCOUNT}:assumed-role/Setpoint/pod-1"


def test_setpoint_is_known_by_its_principal_where_that_can_be_told() -> None:
    tracer = CloudTrailTracer("x", lambda _account: OWN)
    own = {"userAgent": "Boto3/1.40 setpoint", "userIdentity": assumed("Setpoint", "pod-7")}
    by_cloud_control = {"userAgent": "cloudcontrolapi.amazonaws.com", "userIdentity": assumed("Setpoint", "pod-7")}
    forged = {"userAgent": "Boto3/1.40 setpoint", "userIdentity": assumed("admin", "eve")}
    for mine in (own, by_cloud_control):
        answer = tracer.trace(ASKED, [write(event("PutBucketVersioning", **mine))], [REACH], (), NOW)
        assert isinstance(answer, Untold)
    answer = tracer.trace(ASKED, [write(event("PutBucketVersioning", **forged))], [REACH], (), NOW)
    assert isinstance(answer, Attribution)
    assert answer.change.principal.endswith("/admin/eve")


def test_where_nobody_says_who_setpoint_is_its_user_agent_does() -> None:
    def unknown(_account: str) -> str:
        raise CouldNotTellError("STS does not answer")

    tracer = CloudTrailTracer("x", unknown)
    own = write(event("PutBucketVersioning", userAgent="Boto3/1.40 setpoint"))
    assert isinstance(tracer.trace(ASKED, [own], [REACH], (), NOW), Untold)
    assert isinstance(tracer.trace(ASKED, [suspended()], [REACH], (), NOW), Attribution)


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
