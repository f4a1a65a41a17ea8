"""A small production, made through boto3 as its teams would have made it, and the Terraform state that records it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from demo.aws_server import AwsServer

REGION: Final = "eu-west-1"
ACCOUNT: Final = "123456789012"
RECORDS: Final = "acme-prod-payments-records"
AUDIT: Final = "acme-prod-orders-audit"
IMAGES: Final = "acme-prod-catalog-images"
KEY_ALIAS: Final = "alias/production"

DECLARED: Final = Path(__file__).parent / "declared"
PRIVATE: Final = {
    "BlockPublicAcls": True,
    "IgnorePublicAcls": True,
    "BlockPublicPolicy": True,
    "RestrictPublicBuckets": True,
}


def create(aws: AwsServer) -> Mapping[str, str]:
    """The ids that AWS chose, by the names that `declared/payments.tfstate` leaves open."""
    key = _key(aws)
    vpc, web, database = _network(aws)
    _database(aws, key, database)
    _bucket(aws, RECORDS, "payments", f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}")
    _bucket(aws, AUDIT, "orders", KEY_ALIAS)
    _bucket(aws, IMAGES, "catalog", KEY_ALIAS)
    aws.client("s3").put_bucket_policy(Bucket=AUDIT, Policy=json.dumps(AUDIT_POLICY))
    _roles(aws)
    _trail(aws)
    return {"key": key, "vpc": vpc, "web": web, "database": database}


def write_terraform_state(ids: Mapping[str, str], target: Path) -> None:
    """The state as Terraform would have written it after the apply that made these ids."""
    text = (DECLARED / "payments.tfstate").read_text(encoding="utf-8")
    for name, value in ids.items():
        text = text.replace(f"@@{name}@@", value)
    target.write_text(text, encoding="utf-8")


def _tags(service: str) -> list[dict[str, str]]:
    return [{"Key": "service", "Value": service}]


def _key(aws: AwsServer) -> str:
    kms = aws.client("kms")
    root = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
    policy = _document(
        {"Sid": "AccountAdministers", "Effect": "Allow", "Principal": root, "Action": "kms:*", "Resource": "*"}
    )
    created = kms.create_key(
        Description="Encrypts what payments stores",
        Policy=json.dumps(policy),
        Tags=[{"TagKey": "service", "TagValue": "payments"}],
    )
    key = str(created["KeyMetadata"]["KeyId"])
    kms.enable_key_rotation(KeyId=key)
    kms.create_alias(AliasName=KEY_ALIAS, TargetKeyId=key)
    return key


def _network(aws: AwsServer) -> tuple[str, str, str]:
    ec2 = aws.client("ec2")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]

    def group(name: str, description: str, rule: Mapping[str, Any]) -> str:
        made = ec2.create_security_group(
            GroupName=name,
            Description=description,
            VpcId=vpc,
            TagSpecifications=[{"ResourceType": "security-group", "Tags": _tags("payments")}],
        )["GroupId"]
        ec2.authorize_security_group_ingress(GroupId=made, IpPermissions=[{"IpProtocol": "tcp", **rule}])
        return str(made)

    web = group(
        "payments-web",
        "What reaches the payments API",
        {"FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "HTTPS from anywhere"}]},
    )
    from_web = [{"GroupId": web, "Description": "PostgreSQL from the API"}]
    database = group(
        "payments-database",
        "What reaches the payments database",
        {"FromPort": 5432, "ToPort": 5432, "UserIdGroupPairs": from_web},
    )
    return vpc, web, database


def _database(aws: AwsServer, key: str, group: str) -> None:
    aws.client("rds").create_db_instance(
        DBInstanceIdentifier="payments",
        DBName="payments",
        Engine="postgres",
        EngineVersion="16.4",
        DBInstanceClass="db.t4g.medium",
        MasterUsername="payments_admin",
        MasterUserPassword="chosen-by-nobody-1",
        AllocatedStorage=50,
        StorageType="gp3",
        StorageEncrypted=True,
        KmsKeyId=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}",
        LicenseModel="postgresql-license",
        VpcSecurityGroupIds=[group],
        PubliclyAccessible=False,
        MultiAZ=True,
        DeletionProtection=True,
        BackupRetentionPeriod=1,
        CopyTagsToSnapshot=True,
        EnableIAMDatabaseAuthentication=True,
        AutoMinorVersionUpgrade=True,
        Port=5432,
        Tags=_tags("payments"),
    )


def _bucket(aws: AwsServer, name: str, service: str, key: str) -> None:
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption("aws:kms", key))
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": _tags(service)})


def encryption(algorithm: str, key: str | None = None) -> dict[str, Any]:
    """A bucket's encryption as `PutBucketEncryption` takes it."""
    default = {"SSEAlgorithm": algorithm} | ({"KMSMasterKeyID": key} if key else {})
    return {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": key is not None}]}


def _roles(aws: AwsServer) -> None:
    iam = aws.client("iam")
    trust = _document(
        {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}
    )
    iam.create_role(
        RoleName="payments-api",
        Description="What the payments API runs as",
        AssumeRolePolicyDocument=json.dumps(trust),
        Tags=_tags("payments"),
    )
    read = {"Effect": "Allow", "Action": ["s3:PutObject", "s3:GetObject"], "Resource": f"arn:aws:s3:::{RECORDS}/*"}
    iam.put_role_policy(RoleName="payments-api", PolicyName="read-records", PolicyDocument=json.dumps(_document(read)))
    iam.attach_role_policy(RoleName="payments-api", PolicyArn="arn:aws:iam::aws:policy/AmazonSQSReadOnlyAccess")

    iam.create_role(RoleName="orders-worker", AssumeRolePolicyDocument=json.dumps(trust), Tags=_tags("orders"))
    write = {"Effect": "Allow", "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{AUDIT}/orders/*"}
    iam.put_role_policy(
        RoleName="orders-worker", PolicyName="write-audit-records", PolicyDocument=json.dumps(_document(write))
    )
    iam.attach_role_policy(
        RoleName="orders-worker",
        PolicyArn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    )


def _trail(aws: AwsServer) -> None:
    trail = aws.client("cloudtrail")
    trail.create_trail(
        Name="production",
        S3BucketName=AUDIT,
        IsMultiRegionTrail=True,
        IncludeGlobalServiceEvents=True,
        EnableLogFileValidation=True,
        TagsList=_tags("orders"),
    )
    trail.start_logging(Name="production")


def _document(*statements: Mapping[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


AUDIT_POLICY: Final = _document(
    {
        "Sid": "TrailChecksTheBucket",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:GetBucketAcl",
        "Resource": f"arn:aws:s3:::{AUDIT}",
    },
    {
        "Sid": "TrailWrites",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{AUDIT}/AWSLogs/{ACCOUNT}/*",
        "Condition": {
            "StringEquals": {
                "s3:x-amz-acl": "bucket-owner-full-control",
                "aws:SourceArn": f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/production",
            }
        },
    },
    {
        "Sid": "NobodyInTheClear",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [f"arn:aws:s3:::{AUDIT}", f"arn:aws:s3:::{AUDIT}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    },
)
