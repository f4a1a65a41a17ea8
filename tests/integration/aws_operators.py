"""Entities as a team makes them on AWS, and what operators then do to them by hand. Used by the tests of reverting."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from setpoint.aws import AwsClients

ACCOUNT = "123456789012"
REGION = "eu-west-1"
BUCKET = "records"
PRIVATE = dict.fromkeys(("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets"), True)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"

Operator = Callable[[AwsClients, str], None]


def document(principal: object, action: str = "sts:AssumeRole", **more: str) -> dict[str, Any]:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, **more}
    return {"Version": "2012-10-17", "Statement": [statement]}


TRUST = document({"Service": "ec2.amazonaws.com"})
OPEN_TRUST = document({"AWS": "arn:aws:iam::210987654321:root"})
POLICY = document({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "s3:GetObject", Resource=f"arn:aws:s3:::{BUCKET}/*")
PUBLIC_POLICY = document("*", "s3:GetObject", Resource=f"arn:aws:s3:::{BUCKET}/*")
INLINE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]}
WIDE_INLINE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


# What the teams made.


def make_group(aws: AwsClients) -> str:
    ec2 = aws.client("ec2", REGION)
    vpc = ec2.describe_vpcs()["Vpcs"][0]["VpcId"]
    group = str(ec2.create_security_group(GroupName="database", Description="Database", VpcId=vpc)["GroupId"])
    ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            port(5432, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "inside"}]),
            port(5432, Ipv6Ranges=[{"CidrIpv6": "fd00::/8"}]),
            port(5432, UserIdGroupPairs=[{"GroupId": group}]),
            port(5432, PrefixListIds=[{"PrefixListId": "pl-1"}]),
        ],
    )
    ec2.create_tags(Resources=[group], Tags=[{"Key": "service", "Value": "payments"}])
    return group


def port(number: int, **peers: object) -> dict[str, Any]:
    return {"IpProtocol": "tcp", "FromPort": number, "ToPort": number, **peers}


def make_database(aws: AwsClients) -> str:
    aws.client("rds", REGION).create_db_instance(
        DBInstanceIdentifier="payments",
        DBInstanceClass="db.t4g.medium",
        Engine="postgres",
        AllocatedStorage=50,
        MasterUsername="chief",
        MasterUserPassword="chosen-by-nobody-1",
        PubliclyAccessible=False,
        DeletionProtection=True,
        MultiAZ=True,
        BackupRetentionPeriod=7,
        EnableCloudwatchLogsExports=["postgresql"],
        Tags=[{"Key": "service", "Value": "payments"}],
    )
    return "payments"


def make_bucket(aws: AwsClients) -> str:
    s3 = aws.client("s3", REGION)
    for name in (BUCKET, "logs"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps(LOG_DELIVERY))
    s3.put_public_access_block(Bucket=BUCKET, PublicAccessBlockConfiguration=PRIVATE)
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration=encryption("aws:kms", "alias/production"))
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_ownership_controls(
        Bucket=BUCKET, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    )
    s3.put_bucket_logging(
        Bucket=BUCKET, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "records/"}}
    )
    s3.put_bucket_tagging(Bucket=BUCKET, Tagging={"TagSet": [{"Key": "service", "Value": "payments"}]})
    return BUCKET


LOG_DELIVERY = document({"Service": "logging.s3.amazonaws.com"}, "s3:PutObject", Resource="arn:aws:s3:::logs/*")


def encryption(algorithm: str, key: str | None = None) -> dict[str, Any]:
    default = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": key is not None}]}


def make_bucket_policy(aws: AwsClients) -> str:
    s3 = aws.client("s3", REGION)
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps(POLICY))
    return BUCKET


def make_role(aws: AwsClients) -> str:
    iam = aws.client("iam", REGION)
    iam.create_role(
        RoleName="worker",
        Description="Works",
        MaxSessionDuration=7200,
        AssumeRolePolicyDocument=json.dumps(TRUST),
        PermissionsBoundary=READ_ONLY,
        Tags=[{"Key": "service", "Value": "orders"}],
    )
    iam.attach_role_policy(RoleName="worker", PolicyArn=READ_ONLY)
    iam.put_role_policy(RoleName="worker", PolicyName="inline", PolicyDocument=json.dumps(INLINE))
    return "worker"


def make_key(aws: AwsClients) -> str:
    kms = aws.client("kms", REGION)
    tags = [{"TagKey": "service", "TagValue": "payments"}]
    key = str(kms.create_key(Description="Encrypts", Tags=tags)["KeyMetadata"]["KeyId"])
    kms.enable_key_rotation(KeyId=key)
    return key


def make_trail(aws: AwsClients) -> str:
    s3 = aws.client("s3", REGION)
    for name in ("audit", "elsewhere"):
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    trails = aws.client("cloudtrail", REGION)
    trails.create_trail(
        Name="production",
        S3BucketName="audit",
        IsMultiRegionTrail=True,
        EnableLogFileValidation=True,
        TagsList=[{"Key": "service", "Value": "orders"}],
    )
    trails.start_logging(Name="production")
    return "production"


# What an operator does to it.


def open_group(aws: AwsClients, group: str) -> None:
    aws.client("ec2", REGION).authorize_security_group_ingress(
        GroupId=group, IpPermissions=[port(5432, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "just for now"}])]
    )


def exchange_rules(aws: AwsClients, group: str) -> None:
    ec2 = aws.client("ec2", REGION)
    rules = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=rules)
    ec2.authorize_security_group_ingress(
        GroupId=group, IpPermissions=[{"IpProtocol": "-1", "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}]
    )


def rename_rule(aws: AwsClients, group: str) -> None:
    aws.client("ec2", REGION).update_security_group_rule_descriptions_ingress(
        GroupId=group, IpPermissions=[port(5432, IpRanges=[{"CidrIp": "10.0.0.0/8", "Description": "outside"}])]
    )


def close_egress(aws: AwsClients, group: str) -> None:
    ec2 = aws.client("ec2", REGION)
    everywhere = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everywhere)
    ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[port(443, UserIdGroupPairs=[{"GroupId": group}])])


def retag_group(aws: AwsClients, group: str) -> None:
    aws.client("ec2", REGION).create_tags(Resources=[group], Tags=[{"Key": "service", "Value": "nobody"}])


def expose_database(aws: AwsClients, database: str) -> None:
    aws.client("rds", REGION).modify_db_instance(
        DBInstanceIdentifier=database,
        PubliclyAccessible=True,
        DeletionProtection=False,
        MultiAZ=False,
        BackupRetentionPeriod=1,
        CloudwatchLogsExportConfiguration={"EnableLogTypes": ["upgrade"], "DisableLogTypes": ["postgresql"]},
        ApplyImmediately=True,
    )


def retag_database(aws: AwsClients, database: str) -> None:
    arn = f"arn:aws:rds:{REGION}:{ACCOUNT}:db:{database}"
    aws.client("rds", REGION).add_tags_to_resource(ResourceName=arn, Tags=[{"Key": "service", "Value": "nobody"}])


def unblock_public_access(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).delete_public_access_block(Bucket=bucket)


def unblock_public_policies(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).put_public_access_block(
        Bucket=bucket, PublicAccessBlockConfiguration={**PRIVATE, "BlockPublicPolicy": False}
    )


def weaken_encryption(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).put_bucket_encryption(
        Bucket=bucket, ServerSideEncryptionConfiguration=encryption("AES256")
    )


def drop_encryption(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).delete_bucket_encryption(Bucket=bucket)


def suspend_versioning(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})


def stop_bucket_logging(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).put_bucket_logging(Bucket=bucket, BucketLoggingStatus={})


def give_up_ownership(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).delete_bucket_ownership_controls(Bucket=bucket)


def untag_bucket(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).delete_bucket_tagging(Bucket=bucket)


def publish_policy(aws: AwsClients, bucket: str) -> None:
    aws.client("s3", REGION).put_bucket_policy(Bucket=bucket, Policy=json.dumps(PUBLIC_POLICY))


def attach_administrator(aws: AwsClients, role: str) -> None:
    aws.client("iam", REGION).attach_role_policy(RoleName=role, PolicyArn=ADMINISTRATOR)


def exchange_policies(aws: AwsClients, role: str) -> None:
    iam = aws.client("iam", REGION)
    iam.detach_role_policy(RoleName=role, PolicyArn=READ_ONLY)
    iam.attach_role_policy(RoleName=role, PolicyArn=ADMINISTRATOR)
    iam.put_role_policy(RoleName=role, PolicyName="inline", PolicyDocument=json.dumps(WIDE_INLINE))


def open_trust(aws: AwsClients, role: str) -> None:
    aws.client("iam", REGION).update_assume_role_policy(RoleName=role, PolicyDocument=json.dumps(OPEN_TRUST))


def drop_boundary(aws: AwsClients, role: str) -> None:
    aws.client("iam", REGION).delete_role_permissions_boundary(RoleName=role)


def rewrite_role(aws: AwsClients, role: str) -> None:
    iam = aws.client("iam", REGION)
    iam.update_role(RoleName=role, Description="Rests", MaxSessionDuration=43200)
    iam.tag_role(RoleName=role, Tags=[{"Key": "service", "Value": "nobody"}])


def stop_rotation(aws: AwsClients, key: str) -> None:
    aws.client("kms", REGION).disable_key_rotation(KeyId=key)


def disable_key(aws: AwsClients, key: str) -> None:
    aws.client("kms", REGION).disable_key(KeyId=key)


def rewrite_key(aws: AwsClients, key: str) -> None:
    kms = aws.client("kms", REGION)
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=json.dumps(document("*", "kms:*", Resource="*")))
    kms.update_key_description(KeyId=key, Description="Does not")
    kms.tag_resource(KeyId=key, Tags=[{"TagKey": "service", "TagValue": "nobody"}])


def stop_trail(aws: AwsClients, trail: str) -> None:
    aws.client("cloudtrail", REGION).stop_logging(Name=trail)


def redirect_trail(aws: AwsClients, trail: str) -> None:
    trails = aws.client("cloudtrail", REGION)
    trails.update_trail(Name=trail, S3BucketName="elsewhere", EnableLogFileValidation=False, IsMultiRegionTrail=False)
    arn = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/{trail}"
    trails.remove_tags(ResourceId=arn, TagsList=[{"Key": "service", "Value": "orders"}])
    trails.add_tags(ResourceId=arn, TagsList=[{"Key": "service", "Value": "nobody"}])


CASES: Mapping[str, tuple[str, Callable[[AwsClients], str], tuple[Operator, ...]]] = {
    "AWS::EC2::SecurityGroup": (
        REGION,
        make_group,
        (open_group, exchange_rules, rename_rule, close_egress, retag_group),
    ),
    "AWS::RDS::DBInstance": (REGION, make_database, (expose_database, retag_database)),
    "AWS::S3::Bucket": (
        REGION,
        make_bucket,
        (
            unblock_public_access,
            unblock_public_policies,
            weaken_encryption,
            drop_encryption,
            suspend_versioning,
            stop_bucket_logging,
            give_up_ownership,
            untag_bucket,
        ),
    ),
    "AWS::S3::BucketPolicy": (REGION, make_bucket_policy, (publish_policy,)),
    "AWS::IAM::Role": (
        "global",
        make_role,
        (attach_administrator, exchange_policies, open_trust, drop_boundary, rewrite_role),
    ),
    "AWS::KMS::Key": (REGION, make_key, (stop_rotation, disable_key, rewrite_key)),
    "AWS::CloudTrail::Trail": (REGION, make_trail, (stop_trail, redirect_trail)),
}
