"""Entities of real resource types, and how two states of one are compared. Used by the tests of real types."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from setpoint.model.drift import Comparison

ACCOUNT = "111122223333"

DATABASE_GROUP = {
    "GroupDescription": "database",
    "SecurityGroupIngress": [
        {"IpProtocol": "tcp", "FromPort": "5432", "ToPort": "5432", "SourceSecurityGroupId": "sg-1"}
    ],
    "SecurityGroupEgress": [{"IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}],
    "Tags": [{"Key": "service", "Value": "payments"}],
}
DATABASE = {
    "DBInstanceIdentifier": "Payments",
    "Engine": "postgres",
    "EngineVersion": "16",
    "AllocatedStorage": 20,
    "PubliclyAccessible": "false",
    "StorageEncrypted": True,
    "VPCSecurityGroups": ["sg-2", "sg-1"],
}
BUCKET = {
    "BucketName": "data",
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [
            {
                "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "1234"},
                "BucketKeyEnabled": True,
            }
        ]
    },
    "PublicAccessBlockConfiguration": {
        "BlockPublicAcls": True,
        "BlockPublicPolicy": True,
        "IgnorePublicAcls": True,
        "RestrictPublicBuckets": True,
    },
    "VersioningConfiguration": {"Status": "Enabled"},
}
ROLE = {
    "RoleName": "payments",
    "AssumeRolePolicyDocument": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": ACCOUNT}, "Action": "sts:AssumeRole"}],
    },
    "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
}
KEY = {"EnableKeyRotation": True, "KeyPolicy": ROLE["AssumeRolePolicyDocument"], "PendingWindowInDays": 7}
TRAIL = {"TrailName": "audit", "S3BucketName": "logs", "IsLogging": True, "EnableLogFileValidation": True}

Look = Callable[[str, Any, Any], Comparison]


def changed(state: Any, **changes: Any) -> Any:
    return {**copy.deepcopy(state), **changes}
