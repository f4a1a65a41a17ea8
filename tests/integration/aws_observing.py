"""An account on AWS to observe, with what is in it and what is refused. Used by the tests of observing."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from setpoint.aws import AwsClients
from setpoint.model.resource import Resource
from setpoint.model.snapshot import Area, AreaCoverage
from setpoint.model.urn import Urn
from setpoint.observe.aws.observer import AwsObserver

ACCOUNT = "123456789012"
REGION = "eu-west-1"
OTHER_REGION = "us-east-1"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
INLINE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]}

Seen = tuple[dict[Urn, Resource], dict[Area, AreaCoverage]]


def observe(clients: AwsClients, *types: str) -> Seen:
    resources: dict[Urn, Resource] = {}
    areas: dict[Area, AreaCoverage] = {}
    for item in AwsObserver(clients, types or None).observe():
        if isinstance(item, Resource):
            assert Area.of(item.urn) not in areas, "a resource came after the coverage of its area"
            resources[item.urn] = item
        else:
            assert item.area not in areas
            areas[item.area] = item
    return resources, areas


def urn(type_name: str, identifier: str, region: str = REGION) -> Urn:
    return Urn.aws("aws", ACCOUNT, region, type_name, identifier)


def area(type_name: str, region: str = REGION) -> Area:
    return Area("aws", ACCOUNT, region, type_name)


def answering(status: int, body: str) -> Callable[..., AWSResponse]:
    """Stands in for AWS at the wire: botocore itself parses what it says."""

    def answer(request: Any, **_: Any) -> AWSResponse:
        raw = HTTPResponse(body=io.BytesIO(body.encode()), status=status, preload_content=False)
        return AWSResponse(request.url, status, {}, raw)

    return answer


def refuse_xml(clients: AwsClients, service: str, region: str, operation: str, code: str, status: int = 403) -> None:
    answer = f"<ErrorResponse><Error><Code>{code}</Code><Message>no</Message></Error></ErrorResponse>"
    if service == "s3":
        answer = f"<Error><Code>{code}</Code><Message>no</Message></Error>"
    elif service == "ec2":
        answer = f"<Response><Errors><Error><Code>{code}</Code><Message>no</Message></Error></Errors></Response>"
    _register(clients, service, region, operation, answering(status, answer))


def refuse_json(clients: AwsClients, service: str, region: str, operation: str, code: str, status: int = 400) -> None:
    answer = json.dumps({"__type": code, "message": "no"})
    _register(clients, service, region, operation, answering(status, answer))


def _register(clients: AwsClients, service: str, region: str, operation: str, answer: Callable[..., Any]) -> None:
    clients.client(service, region).meta.events.register(f"before-send.{service}.{operation}", answer)


def ignore_limits(clients: AwsClients, *buckets: str) -> None:
    """Every listing of buckets names these, without their regions, whatever it is limited to."""
    listed = "".join(f"<Bucket><Name>{name}</Name></Bucket>" for name in buckets)
    answer = answering(200, f"<ListAllMyBucketsResult><Buckets>{listed}</Buckets></ListAllMyBucketsResult>")
    for region in clients.settings.regions:
        _register(clients, "s3", region, "ListBuckets", answer)


def make_bucket(clients: AwsClients, name: str, region: str = REGION) -> None:
    s3 = clients.client("s3", region)
    if region == "us-east-1":
        s3.create_bucket(Bucket=name)
    else:
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})


def make_group(clients: AwsClients, name: str = "database") -> str:
    ec2 = clients.client("ec2", REGION)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    return str(ec2.create_security_group(GroupName=name, Description="Database", VpcId=vpc)["GroupId"])
