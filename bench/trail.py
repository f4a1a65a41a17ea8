"""A trail that nobody recorded: events as the AWS CloudTrail User Guide shows them, in files as CloudTrail writes them.

Roles that call data services all day, people in the console, a pipeline that assumes a role from a role, and somebody
who tries what he may not. About 1.7 kB an event, 2,000 events a file.
"""

from __future__ import annotations

import gzip
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
A_FILE: Final = 2_000
START: Final = datetime(2026, 5, 31, 10, 0, tzinfo=UTC)
AGENT: Final = (
    "[Boto3/1.44.5 md/Botocore#1.44.5 ua/2.1 os/linux#6.8 md/arch#x86_64 lang/python#3.11.9 md/pyimpl#CPython "
    "cfg/retry-mode#standard]"
)
CALLS: Final = (
    ("s3", "GetObject", 20),
    ("s3", "PutObject", 8),
    ("s3", "ListObjects", 4),
    ("s3", "HeadObject", 4),
    ("dynamodb", "GetItem", 12),
    ("dynamodb", "PutItem", 5),
    ("kms", "Decrypt", 14),
    ("kms", "GenerateDataKey", 5),
    ("lambda", "Invoke", 8),
    ("lambda", "GetFunction20150331v2", 2),
    ("sts", "AssumeRole", 6),
    ("ec2", "DescribeInstances", 8),
    ("ec2", "DescribeNetworkInterfaces", 4),
    ("secretsmanager", "GetSecretValue", 4),
    ("sqs", "ReceiveMessage", 4),
    ("logs", "CreateLogStream", 4),
    ("ssm", "GetParameter", 3),
    ("monitoring", "DescribeAlarms", 2),
    ("iam", "ListRoles", 1),
    ("iam", "PutRolePolicy", 1),
    ("signin", "ConsoleLogin", 1),
)


def write_trail(folder: Path, events: int, seed: int = 8) -> list[Path]:
    """Files of `A_FILE` events each, in the folders of an account, a region and a day."""
    source, files = random.Random(seed), []
    for number in range(-(-events // A_FILE)):
        at = START + timedelta(minutes=5 * number)
        home = folder / "AWSLogs" / ACCOUNT / "CloudTrail" / REGION / f"{at:%Y/%m/%d}"
        home.mkdir(parents=True, exist_ok=True)
        file = home / f"{ACCOUNT}_CloudTrail_{REGION}_{at:%Y%m%dT%H%MZ}_{number:016d}.json.gz"
        records = [event(source, at + timedelta(seconds=source.randrange(300))) for _ in range(A_FILE)]
        file.write_bytes(gzip.compress(orjson.dumps({"Records": records}), compresslevel=6))
        files.append(file)
    return files


def event(source: random.Random, at: datetime) -> dict[str, Any]:
    service, name, _ = source.choices(CALLS, [each[2] for each in CALLS])[0]
    parameters, resources = _about(source, service, name)
    denied = source.random() < 0.02
    made: dict[str, Any] = {
        "eventVersion": "1.11",
        "userIdentity": _identity(source, at),
        "eventTime": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "awsRegion": REGION,
        "sourceIPAddress": f"10.0.{source.randrange(256)}.{source.randrange(256)}",
        "userAgent": AGENT,
        "requestParameters": parameters,
        "responseElements": None,
        "additionalEventData": {
            "SignatureVersion": "SigV4",
            "CipherSuite": "TLS_AES_128_GCM_SHA256",
            "bytesTransferredIn": 0,
            "bytesTransferredOut": source.randrange(100_000),
            "AuthenticationMethod": "AuthHeader",
            "x-amz-id-2": f"{source.getrandbits(256):064x}",
        },
        "requestID": f"{source.getrandbits(64):016X}",
        "eventID": str(UUID(int=source.getrandbits(128))),
        "readOnly": name.startswith(("Get", "List", "Describe", "Head", "Decrypt", "Receive")),
        "resources": resources,
        "eventType": "AwsConsoleSignIn" if service == "signin" else "AwsApiCall",
        "managementEvent": service not in ("s3", "dynamodb", "lambda"),
        "recipientAccountId": ACCOUNT,
        "eventCategory": "Data" if service in ("s3", "dynamodb", "lambda") else "Management",
        "tlsDetails": {
            "tlsVersion": "TLSv1.3",
            "cipherSuite": "TLS_AES_128_GCM_SHA256",
            "clientProvidedHostHeader": f"{service}.{REGION}.amazonaws.com",
        },
    }
    if denied:
        made |= {"errorCode": "AccessDenied", "errorMessage": f"not authorized to perform: {service}:{name}"}
    return made


def _identity(source: random.Random, at: datetime) -> dict[str, Any]:
    if source.random() < 0.1:
        name = f"person-{source.randrange(40)}"
        return {
            "type": "IAMUser",
            "principalId": f"AIDA{name.upper():0>17}",
            "arn": f"arn:aws:iam::{ACCOUNT}:user/{name}",
            "accountId": ACCOUNT,
            "accessKeyId": f"AKIA{name.upper():0>16}",
            "userName": name,
        }
    role, session = f"service-{source.randrange(100)}", source.randrange(20)
    return {
        "type": "AssumedRole",
        "principalId": f"AROA{role.upper():0>17}:{role}-{session}",
        "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/{role}-{session}",
        "accountId": ACCOUNT,
        "accessKeyId": f"ASIA{role.upper()}{session:0>6}",
        "sessionContext": {
            "sessionIssuer": {
                "type": "Role",
                "principalId": f"AROA{role.upper():0>17}",
                "arn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                "accountId": ACCOUNT,
                "userName": role,
            },
            "attributes": {
                "creationDate": f"{at - timedelta(minutes=20):%Y-%m-%dT%H:%M:%SZ}",
                "mfaAuthenticated": "false",
            },
        },
    }


def _about(source: random.Random, service: str, name: str) -> tuple[dict[str, Any] | None, list[dict[str, str]] | None]:
    """Parameters and resources of a call."""
    number = source.randrange(30)
    home = f"arn:aws:{service}:{REGION}:{ACCOUNT}"
    bucket, key = f"bucket-{number}", f"part-{source.randrange(5)}/{source.getrandbits(64):016x}.parquet"
    role = f"arn:aws:iam::{ACCOUNT}:role/service-{number}"
    if name == "PutRolePolicy":
        return {"roleName": f"service-{number}", "policyName": "inline", "policyDocument": "{}"}, None
    parameters: dict[str, dict[str, Any]] = {
        "s3": {"bucketName": bucket, "Host": f"{bucket}.s3.{REGION}.amazonaws.com", "key": key},
        "dynamodb": {"tableName": f"table-{number}", "key": {"id": {"S": f"{source.getrandbits(64):x}"}}},
        "kms": {"encryptionContext": {"aws:s3:arn": f"arn:aws:s3:::{bucket}"}, "keySpec": "AES_256"},
        "lambda": {"functionName": f"function-{number}", "invocationType": "RequestResponse"},
        "sts": {"roleArn": role, "roleSessionName": f"session-{number}"},
        "secretsmanager": {"secretId": f"{home}:secret:secret-{number}-AbCdEf"},
        "sqs": {"queueUrl": f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/queue-{number}"},
        "logs": {"logGroupName": f"/aws/lambda/function-{number}", "logStreamName": f"{source.getrandbits(64):x}"},
        "ssm": {"name": f"/shop/parameter-{number}", "withDecryption": True},
        "ec2": {"maxResults": 100, "filterSet": {}},
    }
    resources = {
        "s3": [(f"arn:aws:s3:::{bucket}/{key}", "AWS::S3::Object"), (f"arn:aws:s3:::{bucket}", "AWS::S3::Bucket")],
        "dynamodb": [(f"{home}:table/table-{number}", "AWS::DynamoDB::Table")],
        "kms": [(f"{home}:key/{UUID(int=number)}", "AWS::KMS::Key")],
        "sts": [(role, "AWS::IAM::Role")],
    }
    listed = [{"accountId": ACCOUNT, "type": kind, "ARN": arn} for arn, kind in resources.get(service, ())]
    return parameters.get(service), listed or None
