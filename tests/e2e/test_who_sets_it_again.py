"""Somebody opens a bucket again and again, until Setpoint hands it over and says who that is."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import boto3
import pytest
from tests.cloud_trail import CloudTrail, serving
from tests.e2e.account import BUCKET, Aws, bucket_is_private
from tests.e2e.program import ACCOUNT, REGION, Loop, Setpoint, eventually

EVE = f"arn:aws:iam::{ACCOUNT}:user/eve"
URN = f"aws:{ACCOUNT}:{REGION}:AWS::S3::Bucket:{BUCKET}"


@pytest.fixture
def trail(shop: Aws) -> CloudTrail:
    return CloudTrail(behind=shop.url)


@pytest.fixture
def program(trail: CloudTrail, setpoint: Setpoint) -> Iterator[Setpoint]:
    """In front of everything that moto serves, there is a CloudTrail that sees it."""
    with serving(trail) as url:
        setpoint.url = url
        setpoint.configure(mode="enforce")
        yield setpoint


@pytest.fixture
def open_it(trail: CloudTrail, shop: Aws, program: Setpoint) -> Callable[[], None]:
    """Another principal does, by an access key of her own."""
    iam = shop.client("iam")
    iam.create_user(UserName="eve")
    key = iam.create_access_key(UserName="eve")["AccessKey"]
    trail.principals[key["AccessKeyId"]] = {"type": "IAMUser", "arn": EVE, "userName": "eve", "accountId": ACCOUNT}
    s3 = boto3.client(
        "s3",
        region_name=REGION,
        endpoint_url=program.url,
        aws_access_key_id=key["AccessKeyId"],
        aws_secret_access_key=key["SecretAccessKey"],
    )
    return lambda: s3.delete_public_access_block(Bucket=BUCKET)


def await_states(loop: Loop, *wanted: str) -> None:
    """Until its beats have told that the remediations are in these states."""

    def are_so() -> bool:
        last = {each["id"]: each["state"] for beat in loop.beats() for each in beat["remediations"]}
        return [last[number] for number in sorted(last)] == list(wanted)

    eventually(f"they are {', '.join(wanted)}", are_so)


def test_the_fight_ends_with_a_name(
    trail: CloudTrail, shop: Aws, program: Setpoint, open_it: Callable[[], None], start_loop: Callable[[], Loop]
) -> None:
    loop = start_loop()
    loop.await_beats(1)
    for reverts in (1, 2):
        open_it()
        eventually("it is set back", lambda: bucket_is_private(shop))
        await_states(loop, *["verified"] * reverts)
    open_it()
    await_states(loop, "verified", "verified", "escalated")
    assert loop.stop() == 0
    assert not bucket_is_private(shop)
    document, plain, drift, drift_document, log, verified = program.run_each(
        ("remediations", "--json"),
        ("remediations",),
        ("drift",),
        ("drift", "--json"),
        ("audit", "export"),
        ("audit", "verify"),
    )
    change = document.json()[-1]["inquiry"]["change"]
    assert (change["principal"], change["event"]) == (EVE, "DeleteBucketPublicAccessBlock")
    assert change["source"] == "s3.amazonaws.com"
    told = f"set again by {EVE} (DeleteBucketPublicAccessBlock, "
    assert told in loop.errors(), "the alert names her"
    assert told in plain.out
    assert told in drift.out
    (drifting,) = drift_document.json()["set_again"]
    assert (drifting["urn"], drifting["remediation"], drifting["inquiry"]["change"]["principal"]) == (URN, 3, EVE)
    assert EVE in log.out
    assert verified.code == 0


def test_what_is_denied_is_said_by_doctor_and_printed_by_permissions(trail: CloudTrail, program: Setpoint) -> None:
    fine = program.run("doctor")
    assert fine.code == 0, fine.out + fine.err
    assert "Setpoint::CloudTrail::EventHistory" in fine.out
    trail.fail("AccessDeniedException")
    doctor = program.run("doctor")
    assert doctor.code == 3
    assert "allow cloudtrail:LookupEvents to the role in use" in doctor.out
    reads = program.run("permissions").json()["Statement"][0]
    assert "cloudtrail:LookupEvents" in reads["Action"]
    program.configure()
    audits = program.run("permissions").json()["Statement"][0]
    assert "cloudtrail:LookupEvents" not in audits["Action"], "what changes nothing fights with nobody"
