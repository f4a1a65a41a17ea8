"""What exists on AWS, read through its HTTP API: shapes, areas, and what could not be read."""

from __future__ import annotations

import io
import itertools
import json
import socket
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.observe.aws.observer import READERS, AwsObserver

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


def refusing(status: int, body: str) -> Callable[..., AWSResponse]:
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
    _register(clients, service, region, operation, refusing(status, answer))


def refuse_json(clients: AwsClients, service: str, region: str, operation: str, code: str, status: int = 400) -> None:
    answer = json.dumps({"__type": code, "message": "no"})
    _register(clients, service, region, operation, refusing(status, answer))


def _register(clients: AwsClients, service: str, region: str, operation: str, answer: Callable[..., Any]) -> None:
    clients.client(service, region).meta.events.register(f"before-send.{service}.{operation}", answer)


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


class TestShapes:
    def test_security_group_has_one_rule_per_source(self, aws: AwsClients) -> None:
        group = make_group(aws)
        ec2 = aws.client("ec2", REGION)
        ec2.create_tags(Resources=[group], Tags=[{"Key": "service", "Value": "payments"}, {"Key": "a", "Value": ""}])
        ec2.authorize_security_group_ingress(
            GroupId=group,
            IpPermissions=[
                {
                    "IpProtocol": "tcp",
                    "FromPort": 5432,
                    "ToPort": 5432,
                    "IpRanges": [{"CidrIp": "10.0.0.0/8", "Description": "inside"}, {"CidrIp": "192.168.0.0/16"}],
                    "Ipv6Ranges": [{"CidrIpv6": "fd00::/8"}],
                    "PrefixListIds": [{"PrefixListId": "pl-1"}],
                    "UserIdGroupPairs": [{"GroupId": group}],
                },
                {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "172.16.0.0/12"}]},
            ],
        )

        resources, areas = observe(aws, "AWS::EC2::SecurityGroup")

        properties = resources[urn("AWS::EC2::SecurityGroup", group)].properties
        port = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
        expected = [
            {**port, "CidrIp": "10.0.0.0/8", "Description": "inside"},
            {**port, "CidrIp": "192.168.0.0/16"},
            {**port, "CidrIpv6": "fd00::/8"},
            {**port, "SourcePrefixListId": "pl-1"},
            {**port, "SourceSecurityGroupId": group},
            {"IpProtocol": "-1", "CidrIp": "172.16.0.0/12"},
        ]
        ingress = properties["SecurityGroupIngress"]
        assert sorted(ingress, key=json.dumps) == sorted(expected, key=json.dumps)
        assert properties["SecurityGroupEgress"] == [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}]
        assert properties["GroupName"] == "database"
        assert properties["GroupDescription"] == "Database"
        assert properties["GroupId"] == properties["Id"] == group
        assert properties["Tags"] == [{"Key": "a", "Value": ""}, {"Key": "service", "Value": "payments"}]
        assert areas[area("AWS::EC2::SecurityGroup")].extent is Extent.WHOLE
        assert areas[area("AWS::EC2::SecurityGroup", OTHER_REGION)].extent is Extent.WHOLE

    def test_default_security_groups_are_provided_by_aws(self, aws: AwsClients) -> None:
        group = make_group(aws)

        resources, _ = observe(aws, "AWS::EC2::SecurityGroup")

        provided = {each.properties["GroupName"] for each in resources.values() if each.provided_by}
        assert provided == {"default"}
        assert not resources[urn("AWS::EC2::SecurityGroup", group)].provided_by

    def test_database_instance(self, aws: AwsClients) -> None:
        group = make_group(aws)
        aws.client("rds", REGION).create_db_instance(
            DBInstanceIdentifier="Payments",
            DBInstanceClass="db.t4g.medium",
            Engine="postgres",
            AllocatedStorage=50,
            MasterUsername="chief",
            MasterUserPassword="never-to-be-read",
            Port=5433,
            StorageEncrypted=True,
            MultiAZ=True,
            DeletionProtection=True,
            PubliclyAccessible=True,
            BackupRetentionPeriod=7,
            EnableIAMDatabaseAuthentication=True,
            EnableCloudwatchLogsExports=["upgrade", "postgresql"],
            VpcSecurityGroupIds=[group],
            Tags=[{"Key": "service", "Value": "payments"}],
        )

        resources, areas = observe(aws, "AWS::RDS::DBInstance")

        (database,) = resources.values()
        expected = {
            "DBInstanceIdentifier": "payments",
            "AllocatedStorage": "50",
            "Port": "5433",
            "MasterUsername": "chief",
            "StorageEncrypted": True,
            "MultiAZ": True,
            "DeletionProtection": True,
            "PubliclyAccessible": True,
            "BackupRetentionPeriod": 7,
            "EnableIAMDatabaseAuthentication": True,
            "EnableCloudwatchLogsExports": ["postgresql", "upgrade"],
            "VPCSecurityGroups": [group],
            "Tags": [{"Key": "service", "Value": "payments"}],
        }
        assert database.urn == urn("AWS::RDS::DBInstance", "payments")
        assert {name: database.properties.get(name) for name in expected} == expected
        assert "never-to-be-read" not in repr(database)
        assert areas[area("AWS::RDS::DBInstance")].extent is Extent.WHOLE

    def test_bucket_and_its_policy(self, aws: AwsClients) -> None:
        s3 = aws.client("s3", REGION)
        make_bucket(aws, "records")
        make_bucket(aws, "records-logs")
        block = dict.fromkeys(
            ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True
        )
        s3.put_public_access_block(Bucket="records", PublicAccessBlockConfiguration=block)
        by_default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/production"}
        s3.put_bucket_encryption(
            Bucket="records",
            ServerSideEncryptionConfiguration={
                "Rules": [{"ApplyServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}]
            },
        )
        s3.put_bucket_versioning(Bucket="records", VersioningConfiguration={"Status": "Enabled"})
        s3.put_bucket_ownership_controls(
            Bucket="records", OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
        )
        s3.put_bucket_tagging(Bucket="records", Tagging={"TagSet": [{"Key": "service", "Value": "payments"}]})
        document = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Deny",
                    "Principal": "*",
                    "Action": "s3:*",
                    "Resource": "arn:aws:s3:::records/*",
                    "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                }
            ],
        }
        s3.put_bucket_policy(Bucket="records", Policy=json.dumps(document))

        resources, areas = observe(aws, "AWS::S3::Bucket", "AWS::S3::BucketPolicy")

        assert resources[urn("AWS::S3::Bucket", "records")].properties == {
            "BucketName": "records",
            "Arn": "arn:aws:s3:::records",
            "PublicAccessBlockConfiguration": block,
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": by_default, "BucketKeyEnabled": True}
                ]
            },
            "VersioningConfiguration": {"Status": "Enabled"},
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "Tags": [{"Key": "service", "Value": "payments"}],
        }
        policies = {urn: each.properties for urn, each in resources.items() if each.type == "AWS::S3::BucketPolicy"}
        assert policies == {urn("AWS::S3::BucketPolicy", "records"): {"Bucket": "records", "PolicyDocument": document}}
        assert {each.extent for each in areas.values()} == {Extent.WHOLE}

    def test_buckets_belong_to_their_own_region_and_other_regions_are_left_out(self, aws: AwsClients) -> None:
        make_bucket(aws, "at-home")
        make_bucket(aws, "in-virginia", OTHER_REGION)
        make_bucket(aws, "in-tokyo", "ap-northeast-1")

        resources, areas = observe(aws, "AWS::S3::Bucket")

        assert set(resources) == {
            urn("AWS::S3::Bucket", "at-home"),
            urn("AWS::S3::Bucket", "in-virginia", OTHER_REGION),
        }
        assert set(areas) == {area("AWS::S3::Bucket"), area("AWS::S3::Bucket", OTHER_REGION)}

    def test_role(self, aws_with_managed_policies: AwsClients) -> None:
        aws = aws_with_managed_policies
        iam = aws.client("iam", REGION)
        iam.create_role(
            RoleName="worker",
            Path="/jobs/",
            Description="Works",
            MaxSessionDuration=7200,
            AssumeRolePolicyDocument=json.dumps(TRUST),
            PermissionsBoundary="arn:aws:iam::aws:policy/PowerUserAccess",
            Tags=[{"Key": "service", "Value": "orders"}],
        )
        iam.put_role_policy(RoleName="worker", PolicyName="inline", PolicyDocument=json.dumps(INLINE))
        iam.attach_role_policy(RoleName="worker", PolicyArn="arn:aws:iam::aws:policy/ReadOnlyAccess")
        iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com")

        resources, areas = observe(aws, "AWS::IAM::Role")

        worker = resources[urn("AWS::IAM::Role", "worker", "global")]
        expected = {
            "RoleName": "worker",
            "Path": "/jobs/",
            "Description": "Works",
            "MaxSessionDuration": 7200,
            "AssumeRolePolicyDocument": TRUST,
            "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
            "Policies": [{"PolicyName": "inline", "PolicyDocument": INLINE}],
            "PermissionsBoundary": "arn:aws:iam::aws:policy/PowerUserAccess",
            "Tags": [{"Key": "service", "Value": "orders"}],
            "Arn": f"arn:aws:iam::{ACCOUNT}:role/jobs/worker",
        }
        assert {name: worker.properties.get(name) for name in expected} == expected
        assert not worker.provided_by
        assert [each.properties["Path"] for each in resources.values() if each.provided_by] == [
            "/aws-service-role/autoscaling.amazonaws.com/"
        ]
        assert set(areas) == {area("AWS::IAM::Role", "global")}

    def test_key(self, aws: AwsClients) -> None:
        kms = aws.client("kms", REGION)
        key = kms.create_key(Description="Encrypts", Tags=[{"TagKey": "service", "TagValue": "payments"}])
        identifier = key["KeyMetadata"]["KeyId"]
        kms.enable_key_rotation(KeyId=identifier)
        doomed = kms.create_key()["KeyMetadata"]["KeyId"]
        kms.schedule_key_deletion(KeyId=doomed, PendingWindowInDays=7)

        resources, _ = observe(aws, "AWS::KMS::Key")

        (seen,) = resources.values()
        assert seen.properties["KeyId"] == identifier
        assert seen.properties["Arn"] == f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{identifier}"
        assert seen.properties["Enabled"] is True
        assert seen.properties["EnableKeyRotation"] is True
        assert seen.properties["KeyPolicy"]["Statement"][0]["Action"] == "kms:*"
        assert seen.properties["Tags"] == [{"Key": "service", "Value": "payments"}]
        assert AwsObserver(aws).look(urn("AWS::KMS::Key", doomed)) == Absent(urn("AWS::KMS::Key", doomed))

    def test_trail_is_seen_in_its_home_region_only(self, aws: AwsClients) -> None:
        make_bucket(aws, "audit")
        trails = aws.client("cloudtrail", REGION)
        trails.create_trail(
            Name="production",
            S3BucketName="audit",
            IsMultiRegionTrail=True,
            EnableLogFileValidation=True,
            TagsList=[{"Key": "service", "Value": "orders"}],
        )
        trails.start_logging(Name="production")

        resources, _ = observe(aws, "AWS::CloudTrail::Trail")

        (trail,) = resources.values()
        assert trail.urn == urn("AWS::CloudTrail::Trail", "production")
        assert trail.properties == {
            "TrailName": "production",
            "Arn": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/production",
            "S3BucketName": "audit",
            "IncludeGlobalServiceEvents": True,
            "IsMultiRegionTrail": True,
            "IsOrganizationTrail": False,
            "EnableLogFileValidation": True,
            "IsLogging": True,
            "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}],
            "Tags": [{"Key": "service", "Value": "orders"}],
        }
        elsewhere = urn("AWS::CloudTrail::Trail", "production", OTHER_REGION)
        assert AwsObserver(aws).look(elsewhere) == Absent(elsewhere)

    def test_a_policy_that_holds_what_utf_8_cannot_is_still_read_and_hashed(self, aws: AwsClients) -> None:
        trust = json.dumps(TRUST).replace('"Effect"', r'"Sid": "\ud800", "Effect"')
        aws.client("iam", REGION).create_role(RoleName="odd", AssumeRolePolicyDocument=trust)

        resources, _ = observe(aws, "AWS::IAM::Role")

        (role,) = resources.values()
        assert role.properties["AssumeRolePolicyDocument"]["Statement"][0]["Sid"] == r"\ud800"
        assert role.digest()


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


class TestCoverage:
    @pytest.mark.parametrize(
        ("service", "operation", "code", "type_name", "reason"),
        [
            ("ec2", "DescribeSecurityGroups", "UnauthorizedOperation", "AWS::EC2::SecurityGroup", "denied"),
            ("rds", "DescribeDBInstances", "Throttling", "AWS::RDS::DBInstance", "throttled"),
            ("kms", "ListKeys", "AccessDeniedException", "AWS::KMS::Key", "denied"),
            ("cloudtrail", "DescribeTrails", "ThrottlingException", "AWS::CloudTrail::Trail", "throttled"),
        ],
    )
    def test_a_refused_listing_means_that_nothing_is_known_of_its_region(
        self, aws: AwsClients, service: str, operation: str, code: str, type_name: str, reason: str
    ) -> None:
        refuse = refuse_json if service in ("kms", "cloudtrail") else refuse_xml
        refuse(aws, service, REGION, operation, code)

        resources, areas = observe(aws, type_name)

        assert not [each for each in resources if each.region == REGION]
        here = area(type_name)
        assert areas[here] == AreaCoverage(here, Extent.NONE, (f"{service}:{operation} {reason}",))
        assert areas[area(type_name, OTHER_REGION)].extent is Extent.WHOLE

    def test_a_refused_listing_of_buckets_means_that_nothing_is_known_of_any_region(self, aws: AwsClients) -> None:
        refuse_xml(aws, "s3", REGION, "ListBuckets", "AccessDenied")
        _, areas = observe(aws, "AWS::S3::Bucket")
        assert {(each.extent, each.reasons) for each in areas.values()} == {
            (Extent.NONE, ("s3:ListAllMyBuckets denied",))
        }
        assert len(areas) == 2

    def test_a_bucket_whose_region_is_not_known_makes_every_region_partial(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketLocation", "AccessDenied")
        resources, areas = observe(aws, "AWS::S3::Bucket")
        assert not resources
        assert {(each.extent, each.reasons) for each in areas.values()} == {
            (Extent.PARTIAL, ("s3:GetBucketLocation denied",))
        }

    def test_an_entity_that_cannot_be_read_makes_its_area_partial(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketPolicy", "AccessDenied")
        resources, areas = observe(aws, "AWS::S3::BucketPolicy")
        here = area("AWS::S3::BucketPolicy")
        assert not resources
        assert areas[here] == AreaCoverage(here, Extent.PARTIAL, ("s3:GetBucketPolicy denied",))
        assert areas[area("AWS::S3::BucketPolicy", OTHER_REGION)].extent is Extent.WHOLE

    @pytest.mark.parametrize(
        ("operation", "path", "action"),
        [
            ("GetPublicAccessBlock", "PublicAccessBlockConfiguration", "s3:GetBucketPublicAccessBlock"),
            ("GetBucketEncryption", "BucketEncryption", "s3:GetEncryptionConfiguration"),
            ("GetBucketVersioning", "VersioningConfiguration", "s3:GetBucketVersioning"),
            ("GetBucketLogging", "LoggingConfiguration", "s3:GetBucketLogging"),
            ("GetBucketOwnershipControls", "OwnershipControls", "s3:GetBucketOwnershipControls"),
            ("GetBucketTagging", "Tags", "s3:GetBucketTagging"),
            ("GetBucketLifecycleConfiguration", "LifecycleConfiguration", "s3:GetLifecycleConfiguration"),
            ("GetBucketCors", "CorsConfiguration", "s3:GetBucketCORS"),
            ("GetBucketWebsite", "WebsiteConfiguration", "s3:GetBucketWebsite"),
            ("GetBucketNotificationConfiguration", "NotificationConfiguration", "s3:GetBucketNotification"),
            ("GetBucketReplication", "ReplicationConfiguration", "s3:GetReplicationConfiguration"),
            ("GetBucketAccelerateConfiguration", "AccelerateConfiguration", "s3:GetAccelerateConfiguration"),
        ],
    )
    def test_a_property_that_cannot_be_read_is_unread_and_never_absent(
        self, aws: AwsClients, operation: str, path: str, action: str
    ) -> None:
        make_bucket(aws, "records")
        aws.client("s3", REGION).put_bucket_versioning(Bucket="records", VersioningConfiguration={"Status": "Enabled"})
        refuse_xml(aws, "s3", REGION, operation, "AccessDenied")

        resources, areas = observe(aws, "AWS::S3::Bucket")

        bucket = resources[urn("AWS::S3::Bucket", "records")]
        assert bucket.unread == {path: f"{action} denied"}
        assert path not in bucket.properties
        here = area("AWS::S3::Bucket")
        assert areas[here] == AreaCoverage(here, Extent.PARTIAL, (f"{action} denied",))

    def test_one_refused_call_may_leave_several_properties_unread(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        aws.client("s3", REGION).put_bucket_versioning(Bucket="records", VersioningConfiguration={"Status": "Enabled"})
        refuse_xml(aws, "s3", REGION, "GetObjectLockConfiguration", "AccessDenied")
        resources, _ = observe(aws, "AWS::S3::Bucket")
        assert resources[urn("AWS::S3::Bucket", "records")].unread == dict.fromkeys(
            ("ObjectLockConfiguration", "ObjectLockEnabled"), "s3:GetBucketObjectLockConfiguration denied"
        )

    def test_where_acceleration_is_not_offered_there_is_none(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketAccelerateConfiguration", "MethodNotAllowed", 405)
        resources, areas = observe(aws, "AWS::S3::Bucket")
        assert "AccelerateConfiguration" not in resources[urn("AWS::S3::Bucket", "records")].properties
        assert areas[area("AWS::S3::Bucket")].extent is Extent.WHOLE

    def test_an_inline_policy_that_cannot_be_read_makes_all_of_them_unread(self, aws: AwsClients) -> None:
        iam = aws.client("iam", REGION)
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="worker", PolicyName="inline", PolicyDocument=json.dumps(INLINE))
        refuse_xml(aws, "iam", REGION, "GetAccountAuthorizationDetails", "AccessDenied")
        refuse_xml(aws, "iam", REGION, "GetRolePolicy", "AccessDenied")
        resources, areas = observe(aws, "AWS::IAM::Role")
        (role,) = resources.values()
        assert role.unread == {"Policies": "iam:GetRolePolicy denied"}
        assert "Policies" not in role.properties
        assert areas[area("AWS::IAM::Role", "global")].extent is Extent.PARTIAL

    def test_roles_are_read_alike_at_once_and_one_by_one(self, aws: AwsClients) -> None:
        iam = aws.client("iam", REGION)
        for name in ("worker", "api"):
            trust = json.dumps(TRUST)
            iam.create_role(RoleName=name, Description="Works", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
            for policy in ("b", "a"):
                iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(INLINE))
        at_once, _ = observe(aws, "AWS::IAM::Role")
        alone = {each: AwsObserver(aws).look(each) for each in at_once}
        assert alone == at_once
        refuse_xml(aws, "iam", REGION, "GetAccountAuthorizationDetails", "AccessDenied")
        assert observe(aws, "AWS::IAM::Role") == (
            at_once,
            {area("AWS::IAM::Role", "global"): AreaCoverage(area("AWS::IAM::Role", "global"), Extent.WHOLE)},
        )

    def test_an_entity_that_vanishes_after_the_listing_is_not_there(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketTagging", "NoSuchBucket", 404)
        resources, areas = observe(aws, "AWS::S3::Bucket")
        assert not resources
        assert areas[area("AWS::S3::Bucket")].extent is Extent.WHOLE

    def test_a_listing_that_breaks_off_leaves_its_area_partial(self, aws: AwsClients) -> None:
        kms = aws.client("kms", REGION)
        first = kms.create_key()["KeyMetadata"]["KeyId"]
        page = json.dumps({"Keys": [{"KeyId": first}], "Truncated": True, "NextMarker": "next"})
        answers = itertools.chain(
            [refusing(200, page)], itertools.repeat(refusing(400, '{"__type": "AccessDeniedException"}'))
        )
        _register(aws, "kms", REGION, "ListKeys", lambda request, **_: next(answers)(request))
        resources, areas = observe(aws, "AWS::KMS::Key")
        assert set(resources) == {urn("AWS::KMS::Key", first)}
        assert areas[area("AWS::KMS::Key")].extent is Extent.PARTIAL
        assert areas[area("AWS::KMS::Key")].reasons == ("kms:ListKeys denied",)

    def test_nothing_listens(self, aws: AwsClients) -> None:
        aws.identity()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
        aws.settings = replace(aws.settings, endpoint_url=closed)
        _, areas = observe(aws)
        assert {each.extent for each in areas.values()} == {Extent.NONE}
        assert all("EndpointConnectionError" in each.reasons[0] for each in areas.values())

    def test_nobody_answers(self, aws: AwsClients) -> None:
        aws.identity()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            aws.settings = replace(aws.settings, endpoint_url=url, timeout=0.2)
            _, areas = observe(aws, "AWS::IAM::Role")
        here = area("AWS::IAM::Role", "global")
        assert areas == {here: AreaCoverage(here, Extent.NONE, ("iam:ListRoles timed out",))}

    def test_without_an_account_there_is_no_area(self, aws: AwsClients) -> None:
        refuse_xml(aws, "sts", REGION, "GetCallerIdentity", "ExpiredToken")
        with pytest.raises(CouldNotTellError, match=r"sts:GetCallerIdentity failed .*renew the credentials"):
            list(AwsObserver(aws).observe())
        wanted = urn("AWS::S3::Bucket", "records")
        assert AwsObserver(aws).look(wanted) == Unread(wanted, "sts:GetCallerIdentity failed (ExpiredToken)")


class TestProbe:
    def test_says_what_can_and_cannot_be_read(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        make_bucket(aws, "reports")
        refuse_xml(aws, "s3", REGION, "GetBucketEncryption", "AccessDenied")
        refuse_json(aws, "kms", OTHER_REGION, "ListKeys", "AccessDeniedException")

        probed = {each.area: each for each in AwsObserver(aws).probe()}

        assert set(probed) == set(AwsObserver(aws).areas())
        doubtful: Mapping[Area, tuple[str, ...]] = {
            each.area: each.reasons for each in probed.values() if each.extent is not Extent.WHOLE
        }
        assert doubtful == {
            area("AWS::S3::Bucket"): ("s3:GetEncryptionConfiguration denied",),
            area("AWS::KMS::Key", OTHER_REGION): ("kms:ListKeys denied",),
        }


def test_many_entities_over_several_pages_are_all_seen(aws: AwsClients) -> None:
    iam = aws.client("iam", REGION)
    names = {f"role-{number:03}" for number in range(150)}
    for name in names:
        iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
    resources, areas = observe(aws, "AWS::IAM::Role")
    assert {each.identifier for each in resources} == names
    assert areas[area("AWS::IAM::Role", "global")].extent is Extent.WHOLE


def test_whoever_stops_listening_leaves_no_call_behind(aws: AwsClients) -> None:
    for number in range(20):
        make_bucket(aws, f"bucket-{number}")
    items = AwsObserver(aws).observe()
    next(items)
    items.close()  # type: ignore[attr-defined]  # the promise is an Iterator; what keeps it is a generator
