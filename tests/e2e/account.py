"""An AWS account on loopback, and what the tests keep in it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.request import Request, urlopen

from demo.aws_server import CREDENTIALS, AwsServer
from demo.production import PRIVATE, encryption
from tests.e2e.program import PATIENCE, REGION, eventually

BUCKET: Final = "shop-orders"


class Aws(AwsServer):
    """The account as any other program would reach it; moto's own switches besides."""

    def empty(self) -> None:
        """An account as on its first day, in which everybody may do everything."""
        self.let_everybody()
        self._tell("reset")

    def let_everybody(self) -> None:
        """From now on nobody is asked who he is."""
        self._tell("reset-auth", "inf")

    def user_who_may_not(self, *actions: str) -> Mapping[str, str]:
        """The credentials of somebody to whom these actions are denied; from now on IAM is enforced."""
        iam = self.client("iam")
        iam.create_user(UserName="auditor")
        statements = [
            {"Effect": "Allow", "Action": "*", "Resource": "*"},
            {"Effect": "Deny", "Action": list(actions), "Resource": "*"},
        ]
        policy = json.dumps({"Version": "2012-10-17", "Statement": statements})
        iam.put_user_policy(UserName="auditor", PolicyName="auditor", PolicyDocument=policy)
        key = iam.create_access_key(UserName="auditor")["AccessKey"]
        self._tell("reset-auth", "0")
        return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}

    def answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(self._address) == 0

    def _tell(self, switch: str, value: str = "") -> None:
        request = Request(f"{self.url}/moto-api/{switch}", value.encode(), {"Content-Type": "text/plain"})  # noqa: S310
        with urlopen(request, timeout=PATIENCE) as response:  # noqa: S310 (loopback)
            assert response.status == 200


@contextmanager
def serve(folder: Path, **environment: str) -> Iterator[Aws]:
    """moto as a process of its own, on a free port."""
    port, log = free_port(), folder / "aws.log"
    aws = Aws(f"http://127.0.0.1:{port}", log)
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
            stdout=stream,
            stderr=stream,
            env={**os.environ, **CREDENTIALS, **environment},
        )
    try:
        eventually("AWS's API on loopback", lambda: process.poll() is not None or aws.answers())
        assert process.poll() is None, log.read_text(encoding="utf-8")
        yield aws
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def close_default_group(aws: Aws) -> None:
    """What every account should do first: the group that AWS made lets nothing pass."""
    ec2 = aws.client("ec2")
    for group in ec2.describe_security_groups(GroupNames=["default"])["SecurityGroups"]:
        rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group["GroupId"]]}])
        for rule in rules["SecurityGroupRules"]:
            revoke = ec2.revoke_security_group_egress if rule["IsEgress"] else ec2.revoke_security_group_ingress
            revoke(GroupId=group["GroupId"], SecurityGroupRuleIds=[rule["SecurityGroupRuleId"]])


def make_bucket(aws: Aws, name: str, service: str, key: str) -> None:
    """As every shipped guardrail wants it."""
    s3 = aws.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=PRIVATE)
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=encryption("aws:kms", key))
    s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": "service", "Value": service}]})


def open_the_bucket(aws: Aws) -> None:
    """The drift of most tests: the bucket's public-access block goes."""
    aws.client("s3").delete_public_access_block(Bucket=BUCKET)


def bucket_is_private(aws: Aws) -> bool:
    s3 = aws.client("s3")
    try:
        return bool(s3.get_public_access_block(Bucket=BUCKET)["PublicAccessBlockConfiguration"] == PRIVATE)
    except s3.exceptions.ClientError:
        return False
