"""Where, and under which names, CloudTrail keeps what happens to an entity. What it answers: tests/integration."""

from __future__ import annotations

import botocore.session
import pytest

from setpoint.model.globals import GLOBAL_TYPES
from setpoint.model.urn import PARTITIONS, Urn
from setpoint.observe.aws.change_record import HOME, home_of, names_of


def urn(type_name: str, identifier: str, region: str = "eu-west-1", partition: str = "aws") -> Urn:
    return Urn.aws(partition, "123456789012", region, type_name, identifier)


@pytest.mark.parametrize(
    ("type_name", "identifier", "names"),
    [
        ("AWS::S3::Bucket", "orders", ["orders", "arn:aws:s3:::orders"]),
        ("AWS::KMS::Key", "1234-ab", ["1234-ab", "arn:aws:kms:eu-west-1:123456789012:key/1234-ab"]),
        ("AWS::SNS::Topic", "arn:aws:sns:eu-west-1:1:alarms", ["arn:aws:sns:eu-west-1:1:alarms", "alarms"]),
        ("AWS::SQS::Queue", "https://sqs.eu-west-1/1/jobs", ["https://sqs.eu-west-1/1/jobs", "jobs"]),
        ("AWS::ECS::Service", "arn:aws:ecs:e:1:service/c/s|c", ["arn:aws:ecs:e:1:service/c/s|c",
                                                               "arn:aws:ecs:e:1:service/c/s", "c", "s"]),
        ("AWS::Logs::LogGroup", "/shop/orders", ["/shop/orders"]),
    ],
)  # fmt: skip
def test_every_name_that_an_event_may_know_it_by(type_name: str, identifier: str, names: list[str]) -> None:
    assert names_of(urn(type_name, identifier)) == names


def test_what_has_a_region_is_recorded_there() -> None:
    assert home_of(urn("AWS::S3::Bucket", "orders", "eu-central-1")) == "eu-central-1"


@pytest.mark.parametrize(
    ("partition", "type_name", "home"),
    [
        ("aws", "AWS::IAM::Role", "us-east-1"),
        ("aws", "AWS::GlobalAccelerator::Accelerator", "us-west-2"),
        ("aws-cn", "AWS::IAM::Role", "cn-north-1"),
        ("aws-cn", "AWS::Route53::HostedZone", "cn-northwest-1"),
        ("aws-us-gov", "AWS::IAM::Role", "us-gov-west-1"),
    ],
)
def test_what_has_none_is_recorded_at_home(partition: str, type_name: str, home: str) -> None:
    assert home_of(urn(type_name, "x", "global", partition)) == home


def test_every_partition_has_a_home_where_its_global_services_are() -> None:
    described = {
        each["partition"]: each["services"]
        for each in botocore.session.get_session().get_data("endpoints")["partitions"]
    }
    assert set(HOME) == set(PARTITIONS)
    for partition, services in described.items():
        for prefix in GLOBAL_TYPES:
            service = services.get(prefix.split("::")[1].lower(), {})
            endpoint = service.get("endpoints", {}).get(service.get("partitionEndpoint"), {})
            signed_in = endpoint.get("credentialScope", {}).get("region")
            assert signed_in in (None, home_of(urn(f"{prefix}X", "x", "global", partition))), (partition, prefix)
