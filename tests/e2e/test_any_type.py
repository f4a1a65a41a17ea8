"""Types without a reader of their own, from the template to the verified revert, by a Cloud Control on loopback."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from tests.cloud_control import CloudControl, serving
from tests.e2e.account import Aws
from tests.e2e.program import ASSETS, REGION, Loop, Setpoint, eventually

TEMPLATE = """
Resources:
  Log:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: /shop/orders
      RetentionInDays: 90
      Tags: [{Key: service, Value: shop}]
"""
GROUP = "AWS::Logs::LogGroup"
NAME = "/shop/orders"
URN = f"aws:123456789012:{REGION}:{GROUP}:/shop/orders"


@pytest.fixture
def cloud(shop: Aws) -> CloudControl:
    cloud = CloudControl(behind=shop.url)
    tags = [{"Key": "service", "Value": "shop"}]
    model = {"LogGroupName": NAME, "RetentionInDays": 90, "LogGroupClass": "STANDARD", "Tags": tags}
    cloud.put(REGION, GROUP, NAME, model)
    return cloud


@pytest.fixture
def program(cloud: CloudControl, setpoint: Setpoint) -> Iterator[Setpoint]:
    """In front of everything that moto serves, there is a Cloud Control."""
    with serving(cloud) as url:
        setpoint.url = url
        template = setpoint.write("logs.yaml", TEMPLATE)
        setpoint.configure({"cloudformation": str(template)}, {"cloudformation": "shop.yaml"})
        setpoint.write("shop.yaml", (ASSETS / "shop.yaml").read_text(encoding="utf-8"))
        yield setpoint


def _areas(document: object) -> dict[str, str]:
    assert isinstance(document, dict)
    return {each["area"].split(":", 3)[3]: each["extent"] for each in document["coverage"]}


def _states(program: Setpoint) -> list[str]:
    return [each["state"] for each in program.run("remediations", "--json").json()]


def test_what_is_declared_is_read_and_compared(cloud: CloudControl, program: Setpoint) -> None:
    beat = program.run("beat", "--json")
    assert beat.code == 0, beat.out + beat.err
    assert _areas(beat.json())[GROUP] == "whole"
    cloud.model(REGION, GROUP, NAME)["RetentionInDays"] = 1
    assert program.run("beat").code == 1
    (drift,) = program.run("drift", "--json").json()["drift"]
    assert (drift["urn"], drift["path"], drift["intended"], drift["actual"]) == (URN, "RetentionInDays", 90, 1)
    cloud.drop(REGION, GROUP, NAME)
    assert program.run("beat").code == 1
    assert [each["kind"] for each in program.run("drift", "--json").json()["drift"]] == ["missing"]


def test_what_is_watched_and_was_never_declared_is_found(cloud: CloudControl, program: Setpoint) -> None:
    cloud.put(REGION, "AWS::IAM::User", "eve", {"UserName": "eve"})
    cloud.put(
        REGION, "AWS::IAM::ManagedPolicy", "arn:aws:iam::aws:policy/X", {"PolicyArn": "arn:aws:iam::aws:policy/X"}
    )
    assert program.run("beat").code == 1
    found = program.run("drift", "--json").json()["drift"]
    assert [(each["urn"], each["kind"]) for each in found] == [
        ("aws:123456789012:global:AWS::IAM::User:eve", "unmanaged")
    ]


def test_a_type_that_may_not_be_listed_could_not_be_told(cloud: CloudControl, program: Setpoint) -> None:
    cloud.fail("ListResources", GROUP, "AccessDeniedException")
    beat = program.run("beat", "--json")
    assert beat.code == 3
    assert _areas(beat.json())[GROUP] == "none"
    doctor = program.run("doctor")
    assert doctor.code == 3
    assert "cloudformation:ListResources denied" in doctor.out
    assert "logs:DescribeLogGroups" in doctor.out


def test_doctor_says_what_reading_takes(program: Setpoint) -> None:
    doctor = program.run("doctor", "--json")
    assert doctor.code == 0, doctor.out
    reading = doctor.json()["reading"]
    rows = {each["type"]: each for each in reading["types"]}
    assert (rows[GROUP]["through"], rows[GROUP]["because"]) == ("Cloud Control", "declared")
    assert rows[GROUP]["calls"] == 2
    assert rows["AWS::IAM::User"]["because"] == "watched"
    assert rows["AWS::S3::Bucket"]["through"] == "its own API"
    assert reading["calls_of_a_full_scan"] == sum(each["calls"] for each in rows.values())
    assert reading["dollars_a_month"] > 0
    assert "calls a second" in program.run("doctor").out


def test_the_permissions_that_it_takes_are_listed(program: Setpoint) -> None:
    reads, all_of_it = (program.run("permissions", *more).json()["Statement"] for more in ((), ("--enforce",)))
    assert {"cloudformation:GetResource", "cloudformation:ListResources", "logs:DescribeLogGroups", "iam:GetUser"} <= {
        action for each in reads for action in each["Action"]
    }
    writes = {action for each in all_of_it if each["Sid"] == "SetpointReverts" for action in each["Action"]}
    assert {"cloudformation:UpdateResource", "logs:PutRetentionPolicy"} <= writes
    assert not any(action.startswith("cloudformation:Update") for each in reads for action in each["Action"])


def test_a_misspelt_type_to_watch_is_told(program: Setpoint) -> None:
    aws = {"regions": [REGION], "endpoint_url": program.url, "watch": {"types": ["AWS::SNS::Topik"]}}
    program.configure(aws=aws)
    beat = program.run("beat")
    assert beat.code == 2
    assert "there is no type 'AWS::SNS::Topik'; did you mean 'AWS::SNS::Topic'?" in beat.complaint()


def test_drift_is_set_back_and_verified(cloud: CloudControl, program: Setpoint, start_loop: Callable[[], Loop]) -> None:
    program.configure({"cloudformation": "logs.yaml"}, {"cloudformation": "shop.yaml"}, mode="enforce")
    loop = start_loop()
    loop.await_beats(1)
    cloud.model(REGION, GROUP, NAME)["RetentionInDays"] = 1
    eventually("the retention is set back", lambda: cloud.model(REGION, GROUP, NAME)["RetentionInDays"] == 90)
    eventually("the revert is verified", lambda: _states(program) == ["verified"])
    assert cloud.patches == [[{"op": "replace", "path": "/RetentionInDays", "value": 90}]]
    assert loop.stop() == 0
