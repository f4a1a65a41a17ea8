"""What exists on AWS, read through its HTTP API: the shapes, and all of many pages."""

from __future__ import annotations

import json

from tests.integration.aws_observing import (
    ACCOUNT,
    INLINE,
    OTHER_REGION,
    REGION,
    TRUST,
    area,
    make_bucket,
    make_group,
    observe,
    urn,
)
from tests.integration.aws_operators import make_trail

from setpoint.aws import AwsClients
from setpoint.model.resource import Absent
from setpoint.model.snapshot import Extent
from setpoint.observe.aws.observer import AwsObserver


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
        make_trail(aws)

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
