"""A large estate made from nothing but a number: documents as AWS would return them, and readers that serve them."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator
from typing import Any

import orjson

from setpoint.model.packed import PackedResources
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage, Coverage, Extent, Snapshot
from setpoint.model.urn import Urn
from setpoint.observe.interface import NOTHING, Declared

PARTITION, ACCOUNT, REGION = "aws", "123456789012", "eu-west-1"


def documents(count: int) -> Iterator[tuple[Urn, bytes]]:
    """`count` resources as JSON text, a third each of buckets, security groups and roles, 0.6 to 1.2 kB each."""
    dice = random.Random(count)
    makers = (_bucket, _security_group, _role)
    for number in range(count):
        type_name, identifier, properties = makers[number % 3](number, dice)
        region = "global" if type_name == "AWS::IAM::Role" else REGION
        yield Urn.aws(PARTITION, ACCOUNT, region, type_name, identifier), bytes(memoryview(orjson.dumps(properties)))


class ServedEstate:
    """Intent reader and observer of the same documents: parsed afresh at every reading, as an API client does."""

    def __init__(self, count: int) -> None:
        self._documents = dict(documents(count))

    def fingerprint(self) -> str:
        return "unchanged"

    def busy(self) -> str:
        return ""

    def read(self) -> Snapshot:
        return Snapshot(PackedResources(self._resources()), Coverage())

    def areas(self, _declared: Declared = NOTHING) -> Iterable[Area]:
        return sorted({Area.of(urn) for urn in self._documents})

    def observe(
        self, declared: Declared = NOTHING, only: Collection[Area] | None = None
    ) -> Iterator[Resource | AreaCoverage]:
        areas = [each for each in self.areas(declared) if only is None or each in only]
        if areas:
            yield from self._resources()
        for area in areas:
            yield AreaCoverage(area, Extent.WHOLE)

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        text = self._documents.get(urn)
        return Absent(urn) if text is None else Resource(urn, orjson.loads(text), "bench")

    def _resources(self) -> Iterator[Resource]:
        for urn, text in self._documents.items():
            yield Resource(urn, orjson.loads(text), "bench")


def _tags(number: int) -> list[dict[str, str]]:
    return [
        {"Key": "cost-centre", "Value": f"cc-{number % 97:03}"},
        {"Key": "environment", "Value": "production"},
        {"Key": "service", "Value": f"service-{number % 400:03}"},
    ]


def _bucket(number: int, _dice: random.Random) -> tuple[str, str, dict[str, Any]]:
    name = f"estate-{number:06}"
    key = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{number:032x}"
    return (
        "AWS::S3::Bucket",
        name,
        {
            "BucketName": name,
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "BucketKeyEnabled": True,
                        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key},
                    }
                ]
            },
            "VersioningConfiguration": {"Status": "Enabled"},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "Tags": _tags(number),
        },
    )


def _security_group(number: int, dice: random.Random) -> tuple[str, str, dict[str, Any]]:
    identifier = f"sg-{number:017x}"
    rules = [
        {
            "IpProtocol": "tcp",
            "FromPort": port,
            "ToPort": port,
            "CidrIp": f"10.{dice.randrange(256)}.{dice.randrange(256)}.0/24",
            "Description": f"port {port} from its neighbours",
        }
        for port in (443, 5432, 6379, 9092)
    ]
    return (
        "AWS::EC2::SecurityGroup",
        identifier,
        {
            "GroupName": f"group-{number}",
            "GroupDescription": "one of many",
            "VpcId": f"vpc-{number % 50:017x}",
            "SecurityGroupIngress": rules,
            "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
            "Tags": _tags(number),
        },
    )


def _role(number: int, _dice: random.Random) -> tuple[str, str, dict[str, Any]]:
    name = f"role-{number:06}"
    statements = [
        {"Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": f"arn:aws:s3:::estate-{number}/*"},
        {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": f"arn:aws:sqs:{REGION}:{ACCOUNT}:queue-{number}"},
    ]
    trust = {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    return (
        "AWS::IAM::Role",
        name,
        {
            "RoleName": name,
            "Path": "/",
            "MaxSessionDuration": 3600,
            "AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": [trust]},
            "Policies": [{"PolicyName": "work", "PolicyDocument": {"Version": "2012-10-17", "Statement": statements}}],
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess"],
            "Tags": _tags(number),
        },
    )
