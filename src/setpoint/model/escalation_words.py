"""The words in which escalation paths are told, each with its meaning: what a permission is on, what else must hold.

They are those of pathfinding.cloud's facts and a few of ours. `intent/iam/escalations` refuses any other word, and
`compare/identity/escalation` gives each its effect; docs/reference/escalation-paths.md lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """Something beside IAM that a path may use."""

    called: str
    arn: str
    """The pattern of its ARNs."""
    service: str = ""
    """Whom the role that it has trusts; empty where it has none."""


KINDS: Final[Mapping[str, Kind]] = {
    "function": Kind("Lambda function", "arn:*:lambda:*:*:function:*", "lambda.amazonaws.com"),
    "instance": Kind("EC2 instance", "arn:*:ec2:*:*:instance/*", "ec2.amazonaws.com"),
    "launch-template": Kind("launch template", "arn:*:ec2:*:*:launch-template/*", "ec2.amazonaws.com"),
    "service": Kind("App Runner service", "arn:*:apprunner:*:*:service/*/*", "tasks.apprunner.amazonaws.com"),
    "code-interpreter": Kind(
        "code interpreter of Bedrock AgentCore",
        "arn:*:bedrock-agentcore:*:*:code-interpreter-custom/*",
        "bedrock-agentcore.amazonaws.com",
    ),
    "stack": Kind("CloudFormation stack", "arn:*:cloudformation:*:*:stack/*/*", "cloudformation.amazonaws.com"),
    "stackset": Kind(
        "CloudFormation stack set", "arn:*:cloudformation:*:*:stackset/*:*", "cloudformation.amazonaws.com"
    ),
    "project": Kind("CodeBuild project", "arn:*:codebuild:*:*:project/*", "codebuild.amazonaws.com"),
    "dev-endpoint": Kind("Glue development endpoint", "arn:*:glue:*:*:devEndpoint/*", "glue.amazonaws.com"),
    "job": Kind("Glue job", "arn:*:glue:*:*:job/*", "glue.amazonaws.com"),
    "notebook": Kind(
        "SageMaker notebook instance", "arn:*:sagemaker:*:*:notebook-instance/*", "sagemaker.amazonaws.com"
    ),
    "cluster": Kind("ECS cluster", "arn:*:ecs:*:*:cluster/*"),
    "container-instance": Kind("ECS container instance", "arn:*:ecs:*:*:container-instance/*/*"),
}
"""ARNs as the Service Authorization Reference has them; whom the role has to trust by the services' user guides."""

EXISTING: Final = "existing:"
TRUSTS: Final = "role-trusts:"
"""Begins the word for whom a passed role has to trust; `|` stands between services either of which will do."""

RESOURCES: Final[Mapping[str, str]] = {
    "any": "any resource",
    "new": "what the caller makes by it, under a name that it chooses",
    "created": "what an earlier step made",
    "role:passed": "the role that is handed to a service",
    "role:self": "the caller's own role",
    "role:target": "the role that is reached",
    "user:self": "the caller itself",
    "user:target": "the user that is reached",
    "group:of-caller": "a group that the caller is in",
    "group:target": "the group that the caller joins",
    "policy:attached-to-caller": "a customer managed policy that is attached to the caller or to a group of it",
    "policy:attached-to-target-role": "a customer managed policy that is attached to the role that is reached",
} | {f"{EXISTING}{name}": f"an existing {kind.called}" for name, kind in KINDS.items()}

CHECKED: Final[Mapping[str, str]] = {
    "caller-is-user": "the caller is a user",
    "caller-is-role": "the caller is a role",
    "caller-in-group": "the caller is in the group",
    "boundary-on-caller": "the caller has a permissions boundary",
    "policy-attached-to-caller": "the policy is attached to the caller or to a group of it",
    "customer-managed-policy-on-target-role": "the policy is attached to the role that is reached",
    "admin-managed-policy-exists": "there is a managed policy that allows everything: AdministratorAccess always is",
    "admin-if:target-is-admin": "whoever is reached is an administrator, or gets there in turn",
    "group-is-admin": "the group makes the caller an administrator, or lets it get there",
    "role-trusts-caller": "the role's trust policy admits the caller",
    TRUSTS: "the passed role's trust policy admits one of these services",
    "instance-profile-for-role": "there is an instance profile with the role",
    "instance-role-allows-ssm": "the instance's role is allowed what the SSM agent needs",
    "project-has-batch-config": "the project has a batch configuration",
    "administration-role-may-assume-execution-role": "the passed role may assume the role that is reached",
    "existing:stackset-with-execution-role": "there is a stack set, and the passed role may assume its execution role",
} | {
    word: f"there is {RESOURCES[f'{EXISTING}{name}']}{having}"
    for name in KINDS
    for word, having in ((f"{EXISTING}{name}", ""), (f"{EXISTING}{name}-with-role", " that has the role"))
}
"""What is looked up in the account, or in the list of what exists; unknown where that list was not given."""

ASSUMED: Final[Mapping[str, str]] = {
    "target-user-keys<2": "the user has fewer than two access keys",
    "target-user-keys=2": "the user has an access key that can be deleted",
    "login-profile-absent": "the user has no password yet",
    "login-profile-present": "the user has a password",
    "instance-running": "the instance is running",
    "ssm-agent-running": "the SSM agent is running on it",
    "instance-connect-installed": "EC2 Instance Connect is installed on it",
    "network-ssh": "its SSH port can be reached",
    "subnet-available": "there is a subnet to launch into",
    "launch-happens-later": "something launches from the template later",
    "bucket-accessible": "there is a bucket to write to, which may be the caller's own",
    "event-source-exists": "there is an event source, which may be the caller's own",
    "function-gets-invoked": "something invokes the function",
    "notebook-in-service": "the notebook instance is in service",
    "code-interpreter-ready": "the code interpreter is ready",
    "buildspec-override-allowed": "the project lets a build bring its own commands",
    "stack-instance-exists-or-creatable": "the stack set has an instance in this account, or can be given one",
}
"""What changes from hour to hour or is the caller's to bring about: taken to hold, and told with the hop."""

PREREQUISITES: Final[Mapping[str, str]] = {**CHECKED, **ASSUMED}


def is_known(word: str, table: Mapping[str, str]) -> bool:
    return word in table or (TRUSTS in table and word.startswith(TRUSTS) and word != TRUSTS)
