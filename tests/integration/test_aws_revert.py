"""An operator's changes on AWS, set back through its HTTP API, seen by reading again, and undone."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from tests.integration.aws_operators import (
    ACCOUNT,
    BUCKET,
    CASES,
    POLICY,
    REGION,
    Operator,
    make_bucket,
    make_bucket_policy,
    make_group,
    make_trail,
)
from urllib3 import HTTPResponse

from setpoint.act.interface import ActionError
from setpoint.act.revert.reverter import AwsReverter
from setpoint.aws import AwsClients
from setpoint.errors import TemporaryError
from setpoint.model.drift import Drift, DriftKind
from setpoint.model.remediation import Change, Plan
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn
from setpoint.observe.aws.observer import AwsObserver


def look(aws: AwsClients, urn: Urn) -> Resource:
    seen = AwsObserver(aws).look(urn)
    assert isinstance(seen, Resource)
    assert not seen.unread
    return seen


def drifts_of(intended: Resource, actual: Resource) -> list[Drift]:
    return [
        Drift(actual.urn, DriftKind.CHANGED, name, value, actual.properties.get(name))
        for name, value in intended.properties.items()
        if actual.properties.get(name) != value
    ]


def planned(aws: AwsClients, intended: Resource, actual: Resource) -> tuple[AwsReverter, Plan]:
    reverter = AwsReverter(aws, lambda _type: None)
    plan = reverter.plan(intended, actual, drifts_of(intended, actual))
    assert isinstance(plan, Plan)
    return reverter, plan


@pytest.mark.parametrize(
    ("type_name", "operator"),
    [
        pytest.param(type_name, operator, id=operator.__name__)
        for type_name, (_, _, operators) in CASES.items()
        for operator in operators
    ],
)
def test_what_an_operator_changed_is_set_back_and_can_be_undone(
    request: pytest.FixtureRequest, type_name: str, operator: Operator
) -> None:
    needs_managed_policies = type_name == "AWS::IAM::Role"
    aws: AwsClients = request.getfixturevalue("aws_with_managed_policies" if needs_managed_policies else "aws")
    region, make, _ = CASES[type_name]
    urn = Urn.aws("aws", ACCOUNT, region, type_name, make(aws))
    declared = look(aws, urn)
    operator(aws, urn.identifier)
    broken = look(aws, urn)
    assert broken.properties != declared.properties

    reverter, plan = planned(aws, declared, broken)
    assert plan.precondition == broken.digest()
    reverter.apply(plan)
    assert look(aws, urn).properties == declared.properties

    reverter.apply(plan)
    assert look(aws, urn).properties == declared.properties, "applying again does harm"

    undo = Plan(urn, tuple(change.undo() for change in plan.changes), look(aws, urn).digest(), plan.permissions)
    reverter.apply(undo)
    assert look(aws, urn).properties == broken.properties


def test_event_selectors_are_set_back(aws: AwsClients) -> None:
    name = make_trail(aws)
    urn = Urn.aws("aws", ACCOUNT, REGION, "AWS::CloudTrail::Trail", name)
    selectors = [
        {
            "ReadWriteType": "All",
            "IncludeManagementEvents": True,
            "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::records/"]}],
        }
    ]
    nothing = [{"ReadWriteType": "ReadOnly", "IncludeManagementEvents": False}]
    trails = aws.client("cloudtrail", REGION)
    trails.put_event_selectors(TrailName=name, EventSelectors=selectors)
    declared = look(aws, urn)
    trails.put_event_selectors(TrailName=name, EventSelectors=nothing)
    broken = look(aws, urn)
    assert broken.properties["EventSelectors"] == nothing

    reverter, plan = planned(aws, declared, broken)
    reverter.apply(plan)

    assert [change.path for change in plan.changes] == ["EventSelectors"]
    assert look(aws, urn).properties["EventSelectors"] == selectors


def test_a_bucket_policy_is_deleted_when_none_was_there(aws: AwsClients) -> None:
    urn = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::BucketPolicy", make_bucket_policy(aws))
    removal = Change("PolicyDocument", before=POLICY, after=None)
    reverter = AwsReverter(aws, lambda _type: None)
    reverter.apply(Plan(urn, (removal,), "", ()))
    assert not isinstance(AwsObserver(aws).look(urn), Resource)
    reverter.apply(Plan(urn, (removal.undo(),), "", ()))
    assert look(aws, urn).properties["PolicyDocument"] == POLICY


def test_a_range_that_is_declared_by_a_host_address_is_not_revoked(aws: AwsClients) -> None:
    group = make_group(aws)
    urn = Urn.aws("aws", ACCOUNT, REGION, "AWS::EC2::SecurityGroup", group)
    before = look(aws, urn).properties["SecurityGroupIngress"]
    after = [{**rule, "CidrIp": "10.1.2.3/8"} if "CidrIp" in rule else rule for rule in before]
    AwsReverter(aws, lambda _type: None).apply(Plan(urn, (Change("SecurityGroupIngress", before, after),), "", ()))
    assert look(aws, urn).properties["SecurityGroupIngress"] == before


def test_tags_that_aws_has_put_on_a_bucket_are_kept(aws: AwsClients) -> None:
    name = make_bucket(aws)
    s3 = aws.client("s3", REGION)
    system = {"Key": "aws:cloudformation:stack-name", "Value": "payments"}
    answer = (
        f"<Tagging><TagSet><Tag><Key>{system['Key']}</Key><Value>{system['Value']}</Value></Tag></TagSet></Tagging>"
    )
    sent: list[str] = []
    s3.meta.events.register("before-send.s3.GetBucketTagging", answering(200, answer))

    def take(request: Any, **more: Any) -> AWSResponse:
        sent.append(str(request.body))
        return answering(200, "")(request, **more)

    s3.meta.events.register("before-send.s3.PutBucketTagging", take)
    urn = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::Bucket", name)
    AwsReverter(aws, lambda _type: None).apply(
        Plan(urn, (Change("Tags", before=[], after=[{"Key": "service", "Value": "payments"}]),), "", ())
    )
    assert system["Key"] in sent[0]
    assert "service" in sent[0]


def answering(status: int, body: str) -> Callable[..., AWSResponse]:
    """Stands in for AWS at the wire: botocore itself parses what it says."""

    def answer(request: Any, **_: Any) -> AWSResponse:
        raw = HTTPResponse(body=io.BytesIO(body.encode()), status=status, preload_content=False)
        return AWSResponse(request.url, status, {}, raw)

    return answer


class TestRefusals:
    URN = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::Bucket", BUCKET)
    PLAN = Plan(URN, (Change("VersioningConfiguration", None, {"Status": "Enabled"}),), "", ())

    def refuse(self, aws: AwsClients, code: str, status: int) -> None:
        body = f"<Error><Code>{code}</Code><Message>You may not.</Message></Error>"
        events = aws.client("s3", REGION).meta.events
        events.register("before-send.s3.PutBucketVersioning", answering(status, body))

    def test_denied(self, aws: AwsClients) -> None:
        make_bucket(aws)
        self.refuse(aws, "AccessDenied", 403)
        with pytest.raises(ActionError) as caught:
            AwsReverter(aws, lambda _type: None).apply(self.PLAN)
        assert caught.value.diagnostics() == (
            f"{self.URN}: s3:PutBucketVersioning denied: You may not; allow s3:PutBucketVersioning to the role in use"
        )

    @pytest.mark.parametrize(("code", "status"), [("SlowDown", 503), ("InternalError", 500), ("OperationAborted", 409)])
    def test_not_now(self, aws: AwsClients, code: str, status: int) -> None:
        make_bucket(aws)
        self.refuse(aws, code, status)
        with pytest.raises(TemporaryError, match="s3:PutBucketVersioning"):
            AwsReverter(aws, lambda _type: None).apply(self.PLAN)

    def test_gone(self, aws: AwsClients) -> None:
        with pytest.raises(ActionError, match="NoSuchBucket"):
            AwsReverter(aws, lambda _type: None).apply(self.PLAN)

    def test_another_account(self, aws: AwsClients) -> None:
        urn = Urn.aws("aws", "210987654321", REGION, "AWS::S3::Bucket", make_bucket(aws))
        before = look(aws, self.URN)
        with pytest.raises(ActionError, match="of account 123456789012"):
            AwsReverter(aws, lambda _type: None).apply(
                Plan(urn, (Change("VersioningConfiguration", None, {"Status": "Suspended"}),), "", ())
            )
        assert look(aws, self.URN) == before

    @pytest.mark.parametrize(
        ("end", "complaint"), [({}, "names no range"), ({"CidrIp": "10.0.0.0/99"}, "cannot be set .*10.0.0.0/99")]
    )
    def test_a_rule_that_cannot_be_set_changes_nothing(
        self, aws: AwsClients, end: dict[str, str], complaint: str
    ) -> None:
        group = make_group(aws)
        urn = Urn.aws("aws", ACCOUNT, REGION, "AWS::EC2::SecurityGroup", group)
        before = look(aws, urn)
        rules = [{"IpProtocol": "tcp", "FromPort": 1, "ToPort": 1, **end}]
        change = Change("SecurityGroupIngress", before.properties["SecurityGroupIngress"], rules)
        with pytest.raises(ActionError, match=complaint):
            AwsReverter(aws, lambda _type: None).apply(Plan(urn, (change,), "", ()))
        assert look(aws, urn) == before
