"""What could not be read is *could not tell*, with its reason and exit code 3: never *missing*, never clean."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.e2e.account import Aws, free_port
from tests.e2e.program import ACCOUNT, ASSETS, REGION, Loop, Setpoint, eventually

BUCKETS = "aws:123456789012:eu-west-1:AWS::S3::Bucket"


def _doubts(document: Any) -> dict[str, tuple[str, list[str]]]:
    """Area → how much of it was read, and why no more, where it was not all."""
    return {
        each["area"]: (each["extent"], each["reasons"]) for each in document["coverage"] if each["extent"] != "whole"
    }


def test_aws_that_was_never_reached(lonely_setpoint: Setpoint) -> None:
    beat, doctor = lonely_setpoint.run_each(("beat",), ("doctor",))
    unreached = (
        f"sts:GetCallerIdentity failed (EndpointConnectionError); see whether {lonely_setpoint.url} can be reached"
    )
    assert (beat.code, beat.complaint().startswith(unreached)) == (3, True)
    assert (doctor.code, f"could not tell: {unreached}" in doctor.out) == (3, True)
    assert "1 resource declared" in doctor.out
    assert "everything can be read" not in doctor.out
    drift, findings, gate = lonely_setpoint.run_each(
        ("drift",), ("findings",), ("gate", "--service", "shop", "--release", "1")
    )
    assert [each.code for each in (drift, findings, gate)] == [3, 3, 1]
    assert gate.out.startswith("could not tell: ")
    assert drift.complaint() == findings.complaint() == "no heartbeat was recorded yet; run one with: setpoint beat"
    assert "no heartbeat is recorded" in gate.out


def test_what_cannot_be_read_keeps_the_doctor_from_nothing_else(setpoint: Setpoint, shop: Aws) -> None:
    setpoint.write("cut.tfstate", "{")
    setpoint.configure(
        {"cloudformation": str(ASSETS / "shop.yaml")}, {"terraform": "cut.tfstate"}, {"terraform": "missing.tfstate"}
    )
    doctor = setpoint.run("doctor", "--json")
    found = doctor.json()
    assert doctor.code == 2
    assert [each.partition(":")[0] for each in found["faults"]] == ["cut.tfstate", "missing.tfstate"]
    assert found["declared"] > 0
    assert "whole" in {each["extent"] for each in found["coverage"]}
    assert found["unread"] == []


def test_aws_that_is_no_longer_reached(setpoint: Setpoint, shop: Aws) -> None:
    assert setpoint.run("beat").code == 0
    setpoint.url = f"http://127.0.0.1:{free_port()}"
    setpoint.configure()
    beat = setpoint.run("beat")
    assert beat.code == 3
    assert "EndpointConnectionError" in beat.complaint()
    assert setpoint.run("drift", "--json").json()["drift"] == []


def test_what_was_denied_is_not_missing(setpoint: Setpoint, shop: Aws) -> None:
    setpoint.environment |= shop.user_who_may_not("s3:ListAllMyBuckets")
    beat = setpoint.run("beat", "--json")
    assert beat.code == 3
    denied = ("none", ["s3:ListAllMyBuckets denied"])
    assert _doubts(beat.json()) == {BUCKETS: denied, f"{BUCKETS}Policy": denied}
    drift, findings, doctor, plain, plain_findings = setpoint.run_each(
        ("drift", "--json"), ("findings", "--json"), ("doctor",), ("drift",), ("findings",)
    )
    assert [each.code for each in (drift, findings, doctor, plain, plain_findings)] == [3, 3, 3, 3, 3]
    assert drift.json()["drift"] == findings.json() == []
    assert _doubts(drift.json()) == _doubts(beat.json())
    for told in (plain, plain_findings):
        assert "could not tell:\n" in told.out
        assert f"{BUCKETS}  " in told.out
        assert "s3:ListAllMyBuckets denied" in told.out
    assert "reading these types wholly needs:" in doctor.out
    assert "s3:ListAllMyBuckets" in doctor.out


def test_what_was_seen_before_it_was_denied_is_not_gone(setpoint: Setpoint, shop: Aws) -> None:
    assert setpoint.run("beat").code == 0
    setpoint.environment |= shop.user_who_may_not("s3:GetBucketTagging")
    beat = setpoint.run("beat", "--json")
    assert beat.code == 3
    assert _doubts(beat.json()) == {BUCKETS: ("partial", ["s3:GetBucketTagging denied"])}
    drift = setpoint.run("drift", "--json")
    assert drift.code == 3
    assert drift.json()["drift"] == []
    assert [(each["path"], each["kind"]) for each in drift.json()["gaps"]] == [("Tags", "unread")]


def test_the_loop_outlives_a_time_in_which_it_is_denied(
    setpoint: Setpoint, shop: Aws, start_loop: Callable[[], Loop]
) -> None:
    setpoint.environment |= shop.user_who_may_not("s3:ListAllMyBuckets")
    loop = start_loop()
    loop.await_beats(1)
    assert _doubts(loop.beats()[-1])
    shop.let_everybody()
    eventually("all is read", lambda: not _doubts(loop.beats()[-1]))
    assert loop.beats()[-1]["open_findings"] == 0
    assert setpoint.run("drift").code == 0
    assert loop.stop() == 0


def test_a_region_that_is_taken_out_is_forgotten_and_the_log_says_so(setpoint: Setpoint, shop: Aws) -> None:
    both = {"regions": [REGION, "eu-central-1"], "account": ACCOUNT, "endpoint_url": setpoint.url}
    setpoint.configure(aws=both)
    assert setpoint.run("beat").code == 1
    (group, *_) = found = {each["urn"] for each in setpoint.run("findings", "--json").json()}
    assert ":eu-central-1:AWS::EC2::SecurityGroup:" in group, "the one that AWS made there, which nobody closed"
    setpoint.configure(aws={**both, "regions": [REGION]})
    assert setpoint.run("beat").code == 0
    assert setpoint.run("findings", "--json").json() == []
    rows = [json.loads(line) for line in setpoint.run("audit", "export").out.splitlines()]
    reason = "AWS::EC2::SecurityGroup in eu-central-1 is not read any more: the configuration leaves it out"
    told = {(row["action"], row["subject"]) for row in rows if row["details"].get("reason") == reason}
    area = group.rpartition(":")[0]
    assert told == {("area forgotten", area), *(("finding closed", urn) for urn in found)}
    assert setpoint.run("audit", "verify").code == 0
