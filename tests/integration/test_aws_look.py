"""What one entity on AWS is now, read through its HTTP API alone."""

from __future__ import annotations

import json

import pytest
from tests.integration.aws_observing import (
    OTHER_REGION,
    REGION,
    TRUST,
    make_bucket,
    make_group,
    observe,
    refuse_xml,
    urn,
)

from setpoint.aws import AwsClients
from setpoint.errors import InputError
from setpoint.model.resource import Absent, Unread
from setpoint.model.urn import Urn
from setpoint.observe.aws.observer import READERS, AwsObserver


class TestLook:
    @pytest.mark.parametrize(
        ("type_name", "identifier", "region"),
        [
            ("AWS::EC2::SecurityGroup", "sg-0123456789abcdef0", REGION),
            ("AWS::RDS::DBInstance", "nothing", REGION),
            ("AWS::S3::Bucket", "nothing", REGION),
            ("AWS::S3::BucketPolicy", "nothing", REGION),
            ("AWS::IAM::Role", "nothing", "global"),
            ("AWS::KMS::Key", "11111111-2222-3333-4444-555555555555", REGION),
            ("AWS::CloudTrail::Trail", "nothing", REGION),
        ],
    )
    def test_what_does_not_exist_is_absent(self, aws: AwsClients, type_name: str, identifier: str, region: str) -> None:
        wanted = urn(type_name, identifier, region)
        assert AwsObserver(aws).look(wanted) == Absent(wanted)

    def test_sees_what_observing_sees(self, aws: AwsClients) -> None:
        make_group(aws)
        make_bucket(aws, "records")
        aws.client("s3", REGION).put_bucket_policy(Bucket="records", Policy='{"Version":"2012-10-17","Statement":[]}')
        aws.client("iam", REGION).create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
        aws.client("kms", REGION).create_key()
        aws.client("cloudtrail", REGION).create_trail(Name="production", S3BucketName="records")
        aws.client("rds", REGION).create_db_instance(
            DBInstanceIdentifier="payments", DBInstanceClass="db.t4g.medium", Engine="postgres"
        )

        resources, _ = observe(aws)

        assert {each.type for each in resources.values()} == {
            "AWS::EC2::SecurityGroup",
            "AWS::RDS::DBInstance",
            "AWS::S3::Bucket",
            "AWS::S3::BucketPolicy",
            "AWS::IAM::Role",
            "AWS::KMS::Key",
            "AWS::CloudTrail::Trail",
        }
        observer = AwsObserver(aws)
        assert {name: observer.look(name) for name in resources} == resources
        for resource in resources.values():
            assert resource.properties.keys() <= READERS[resource.type].properties

    def test_a_bucket_of_another_region_is_absent_here(self, aws: AwsClients) -> None:
        make_bucket(aws, "in-virginia", OTHER_REGION)
        here = urn("AWS::S3::Bucket", "in-virginia")
        assert AwsObserver(aws).look(here) == Absent(here)

    def test_what_is_refused_is_unread(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketPolicy", "AccessDenied")
        wanted = urn("AWS::S3::BucketPolicy", "records")
        assert AwsObserver(aws).look(wanted) == Unread(wanted, "s3:GetBucketPolicy denied")

    def test_another_account_or_region_is_unread(self, aws: AwsClients) -> None:
        observer = AwsObserver(aws)
        for foreign in (
            Urn.aws("aws", "210987654321", REGION, "AWS::S3::Bucket", "records"),
            urn("AWS::S3::Bucket", "records", "ap-northeast-1"),
        ):
            assert observer.look(foreign) == Unread(foreign, "it is not in an account and region that are read")

    def test_a_type_that_is_not_read_is_an_input_error(self, aws: AwsClients) -> None:
        with pytest.raises(InputError, match="AWS::Lambda::Function is not read from AWS"):
            AwsObserver(aws).look(urn("AWS::Lambda::Function", "handler"))
