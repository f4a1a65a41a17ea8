"""Accounts in the format of `aws iam get-account-authorization-details`, with what each principal can become.

Each path of `shared/data/escalation-paths.json` is there in full and as near misses, in accounts of mixed population.
The expectations are literal: a table of what each path needs (`PATHS`) and of what each kind of near miss comes to
(`KINDS`), then accounts written by hand. Deterministic: `README.md` keeps the SHA-256 of the output.

    python -m bench.identity.make_accounts FOLDER
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

Json = dict[str, Any]

REGION: Final = "eu-west-1"
WHEN: Final = "2026-01-15T09:00:00+00:00"
STRANGER: Final = "210987654321"
"""An account outside of all this, which roles trust that nobody of the account shall be able to assume."""
AWS_POLICIES: Final = "arn:aws:iam::aws:policy/"
HARMLESS: Final = ("s3:ListAllMyBuckets", "cloudwatch:GetMetricData")
MFA: Final = {"Bool": {"aws:MultiFactorAuthPresent": "true"}}
OFFICE: Final = {"IpAddress": {"aws:SourceIp": "203.0.113.0/24"}}
ENDPOINT: Final = {"StringEquals": {"aws:SourceVpce": "vpce-0a1b2c3d"}}


def allow(action: str | Sequence[str], resource: str | Sequence[str] = "*", condition: Json | None = None) -> Json:
    return _statement("Allow", action, resource, condition)


def deny(action: str | Sequence[str], resource: str | Sequence[str] = "*", condition: Json | None = None) -> Json:
    return _statement("Deny", action, resource, condition)


def _statement(effect: str, action: str | Sequence[str], resource: str | Sequence[str], condition: Json | None) -> Json:
    statement: Json = {"Effect": effect, "Action": _plain(action), "Resource": _plain(resource)}
    return statement | ({"Condition": condition} if condition else {})


def _plain(value: str | Sequence[str]) -> str | list[str]:
    return value if isinstance(value, str) else list(value)


def document(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}


ADMINISTRATOR: Final = document(allow("*"))
MANAGED: Final[dict[str, Json]] = {
    "AdministratorAccess": ADMINISTRATOR,
    "IAMFullAccess": document(allow(["iam:*", "organizations:DescribeAccount"])),
    "ReadOnlyAccess": document(
        allow(["s3:Get*", "s3:List*", "ec2:Describe*", "iam:Get*", "iam:List*", "lambda:Get*", "lambda:List*"])
    ),
    "SecurityAudit": document(
        allow(["iam:GenerateCredentialReport", "iam:Get*", "iam:List*", "cloudtrail:DescribeTrails"])
    ),
    "PowerUserAccess": document(
        {"Effect": "Allow", "NotAction": ["iam:*", "organizations:*", "account:*"], "Resource": "*"},
        allow(["iam:CreateServiceLinkedRole", "iam:ListRoles", "organizations:DescribeOrganization"]),
    ),
    "AWSLambda_FullAccess": document(
        allow(["lambda:*", "iam:ListRoles", "logs:DescribeLogGroups"]),
        allow("iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}),
    ),
    "AmazonSSMFullAccess": document(allow(["ssm:*", "ds:CreateComputer", "ec2:DescribeInstanceStatus"])),
    "AmazonSSMManagedInstanceCore": document(
        allow(["ssm:UpdateInstanceInformation", "ssmmessages:*", "ec2messages:*"])
    ),
    "AmazonEC2ContainerServiceforEC2Role": document(
        allow(["ecs:RegisterContainerInstance", "ecs:Poll", "ecs:StartTelemetrySession"])
    ),
}
"""AWS's managed policies, shortened to what matters here."""


@dataclass(slots=True)
class Account:
    """One export, what exists beside IAM, and what is expected of each principal."""

    name: str
    number: str
    users: list[Json] = field(default_factory=list)
    groups: list[Json] = field(default_factory=list)
    roles: list[Json] = field(default_factory=list)
    policies: dict[str, Json] = field(default_factory=dict)
    resources: list[Json] = field(default_factory=list)
    expected: dict[str, Json] = field(default_factory=dict)

    def arn(self, rest: str) -> str:
        return f"arn:aws:iam::{self.number}:{rest}"

    def fill(self, text: str, me: str = "") -> str:
        """`@` is the start of an IAM ARN of this account, `%` the region and account in the middle of another."""
        return text.replace("@", self.arn("")).replace("%", f"{REGION}:{self.number}").replace("{me}", me)

    def policy(self, name: str, content: Json) -> str:
        """A customer managed policy."""
        return self._keep(self.arn(f"policy/{name}"), name, content)

    def managed(self, name: str) -> str:
        """One of AWS's."""
        return self._keep(f"{AWS_POLICIES}{name}", name, MANAGED[name])

    def _keep(self, arn: str, name: str, content: Json) -> str:
        version = {"Document": content, "VersionId": "v1", "IsDefaultVersion": True, "CreateDate": WHEN}
        self.policies[arn] = {
            "PolicyName": name,
            "PolicyId": _id("ANPA", arn),
            "Arn": arn,
            "Path": "/",
            "DefaultVersionId": "v1",
            "AttachmentCount": 1,
            "PermissionsBoundaryUsageCount": 0,
            "IsAttachable": True,
            "CreateDate": WHEN,
            "UpdateDate": WHEN,
            "PolicyVersionList": [version],
        }
        return arn

    def user(
        self,
        name: str,
        status: str = "none",
        paths: Sequence[str] = (),
        *,
        inline: Json | None = None,
        attached: Sequence[str] = (),
        groups: Sequence[str] = (),
        boundary: str = "",
        tags: Json | None = None,
    ) -> None:
        entry = self._entity("user", name, "AIDA", attached, boundary, tags or {"team": "web"})
        self.users.append(
            entry
            | {"UserName": name, "GroupList": list(groups), "UserPolicyList": _inline(inline)}
            | {"UserId": entry["UserId"]}
        )
        self._expect(entry["Arn"], status, paths)

    def role(
        self,
        name: str,
        trust: Sequence[Json],
        status: str = "none",
        paths: Sequence[str] = (),
        *,
        inline: Json | None = None,
        attached: Sequence[str] = (),
        boundary: str = "",
        profile: bool = False,
        path: str = "/",
    ) -> None:
        entry = self._entity("role", name, "AROA", attached, boundary, {}, path)
        about: Json = {
            "RoleName": name,
            "AssumeRolePolicyDocument": document(*trust),
            "RolePolicyList": _inline(inline),
        }
        entry |= about | {"InstanceProfileList": [], "RoleLastUsed": {}}
        self.roles.append(entry)
        if profile:
            bare = {
                key: entry[key]
                for key in ("Path", "RoleName", "RoleId", "Arn", "CreateDate", "AssumeRolePolicyDocument")
            }
            arn = self.arn(f"instance-profile/{name}")
            own = {"Path": "/", "InstanceProfileName": name, "InstanceProfileId": _id("AIPA", arn), "Arn": arn}
            entry["InstanceProfileList"] = [own | {"CreateDate": WHEN, "Roles": [bare]}]
        self._expect(entry["Arn"], status, paths)

    def group(self, name: str, *, inline: Json | None = None, attached: Sequence[str] = ()) -> str:
        entry = self._entity("group", name, "AGPA", attached, "", {})
        del entry["Tags"]
        self.groups.append(entry | {"GroupName": name, "GroupPolicyList": _inline(inline)})
        return name

    def resource(self, type_: str, **attributes: Any) -> None:
        """The attributes stand both beside the type and below `attributes`: the format leaves it open."""
        attributes = self._filled(attributes)
        self.resources.append({"type": type_, **attributes, "attributes": attributes})

    def _filled(self, value: Any) -> Any:
        if isinstance(value, dict):
            return {key: self._filled(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self._filled(each) for each in value]
        return self.fill(value) if isinstance(value, str) else value

    def details(self) -> Json:
        return {
            "UserDetailList": self.users,
            "GroupDetailList": self.groups,
            "RoleDetailList": self.roles,
            "Policies": list(self.policies.values()),
            "IsTruncated": False,
        }

    def _entity(
        self, kind: str, name: str, prefix: str, attached: Sequence[str], boundary: str, tags: Json, path: str = "/"
    ) -> Json:
        arn = self.arn(f"{kind}{path}{name}")
        entry: Json = {"Path": path, f"{kind.capitalize()}Id": _id(prefix, arn), "Arn": arn, "CreateDate": WHEN}
        entry["AttachedManagedPolicies"] = [
            {"PolicyName": each.rsplit("/", 1)[1], "PolicyArn": each} for each in attached
        ]
        entry["Tags"] = [{"Key": key, "Value": value} for key, value in tags.items()]
        if boundary:
            entry["PermissionsBoundary"] = {"PermissionsBoundaryType": "Policy", "PermissionsBoundaryArn": boundary}
        return entry

    def _expect(self, arn: str, status: str, paths: Sequence[str]) -> None:
        assert arn not in self.expected, arn
        self.expected[arn] = {"status": status, "paths": list(paths)}


def _id(prefix: str, arn: str) -> str:
    return prefix + hashlib.sha256(arn.encode()).hexdigest()[:16].upper()


def _inline(content: Json | None) -> list[Json]:
    return [{"PolicyName": "inline", "PolicyDocument": content}] if content else []


def trusts(service: str) -> list[Json]:
    return [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}]


def trusts_aws(arn: str, condition: Json | None = None) -> list[Json]:
    statement: Json = {"Effect": "Allow", "Principal": {"AWS": arn}, "Action": "sts:AssumeRole"}
    return [statement | ({"Condition": condition} if condition else {})]


ELSEWHERE: Final = trusts_aws(f"arn:aws:iam::{STRANGER}:root")
IDLE: Final = trusts("backup.amazonaws.com")
"""A service that none of the paths goes through."""


@dataclass(frozen=True, slots=True)
class Need:
    """A permission of a path: the key one comes first, the one to leave out last."""

    action: str
    on: str | tuple[str, ...] = "*"
    away: str | tuple[str, ...] = ""
    """Where it is of no use; empty: as `on`."""


@dataclass(frozen=True, slots=True)
class Way:
    id: str
    family: str
    needs: tuple[Need, ...]
    service: str = ""
    """What the passed role trusts."""
    caller: str = "user"
    bare_caller: str = ""
    """Who calls where there is no target, if the caller's kind is what is missing; empty: the same; `-`: nobody."""
    bare_on: str = ""
    leave_out: int = -1
    """Which of the needs "lacking" lacks."""


def passing(id_: str, family: str, service: str, *needs: Need, caller: str = "user") -> Way:
    first = Need("iam:PassRole", f"@role/{family}-admin", f"@role/{family}-dead")
    return Way(id_, family, (first, *needs), service, caller)


def using(id_: str, family: str, *needs: Need, caller: str = "user", leave_out: int = -1) -> Way:
    return Way(id_, family, needs, "", caller, leave_out=leave_out)


def _iam(
    id_: str, *needs: Need, caller: str = "user", bare_caller: str = "", bare_on: str = "", leave_out: int = -1
) -> Way:
    return Way(id_, "iam", needs, "", caller, bare_caller, bare_on, leave_out)


INSTANCE: Final = ("arn:aws:ec2:%:instance/i-0aaaaaaaaaaaaaaa1", "arn:aws:ec2:%:instance/i-0dddddddddddddddd")
TEMPLATE: Final = (
    "arn:aws:ec2:%:launch-template/lt-0aaaaaaaaaaaaaaa1",
    "arn:aws:ec2:%:launch-template/lt-0dddddddddddddddd",
)
SHELL: Final = f"arn:aws:ssm:{REGION}::document/AWS-RunShellScript"
STACK: Final = ("arn:aws:cloudformation:%:stack/prod/*", "arn:aws:cloudformation:%:stack/dead/*")
STACKSET: Final = ("arn:aws:cloudformation:%:stackset/prod:*", "arn:aws:cloudformation:%:stackset/dead:*")
PROJECT: Final = ("arn:aws:codebuild:%:project/prod", "arn:aws:codebuild:%:project/dead")
FUNCTION: Final = ("arn:aws:lambda:%:function:prod", "arn:aws:lambda:%:function:dead")
ENDPOINT_: Final = ("arn:aws:glue:%:devEndpoint/prod", "arn:aws:glue:%:devEndpoint/dead")
NOTEBOOK: Final = ("arn:aws:sagemaker:%:notebook-instance/prod", "arn:aws:sagemaker:%:notebook-instance/dead")
RUNNER: Final = ("arn:aws:apprunner:%:service/prod/*", "arn:aws:apprunner:%:service/dead/*")
INTERPRETER: Final = (
    "arn:aws:bedrock-agentcore:%:code-interpreter-custom/prod-A1b2C3d4E5",
    "arn:aws:bedrock-agentcore:%:code-interpreter-custom/dead-A1b2C3d4E5",
)
CHIEF: Final = ("@user/chief", "@user/dead")
CLERK: Final = ("@user/clerk", "@user/dead")
WORKER: Final = ("@role/worker", "@role/dead")
BATCH: Final = ("@role/batch", "@role/dead")

PATHS: Final = (
    _iam("iam-001", Need("iam:CreatePolicyVersion", "@policy/own-{me}", "@policy/dead")),
    _iam("iam-002", Need("iam:CreateAccessKey", *CHIEF)),
    _iam(
        "iam-003",
        Need("iam:CreateAccessKey", "@user/chief-two-keys", "@user/dead"),
        Need("iam:DeleteAccessKey", "@user/chief-two-keys", "@user/dead"),
        leave_out=0,
    ),
    _iam("iam-004", Need("iam:CreateLoginProfile", "@user/chief", "@user/dead"), caller="role"),
    _iam(
        "iam-005",
        Need("iam:PutRolePolicy", "@role/{me}", "@role/dead"),
        caller="role",
        bare_caller="user",
        bare_on="@role/*",
    ),
    _iam("iam-006", Need("iam:UpdateLoginProfile", "@user/chief-console", "@user/dead")),
    _iam("iam-007", Need("iam:PutUserPolicy", "@user/{me}", "@user/dead"), bare_caller="role", bare_on="@user/*"),
    _iam("iam-008", Need("iam:AttachUserPolicy", "@user/{me}", "@user/dead"), bare_caller="role", bare_on="@user/*"),
    _iam(
        "iam-009",
        Need("iam:AttachRolePolicy", "@role/{me}", "@role/dead"),
        caller="role",
        bare_caller="user",
        bare_on="@role/*",
    ),
    _iam("iam-010", Need("iam:AttachGroupPolicy", "@group/g-{me}", "@group/dead"), bare_on="@group/*"),
    _iam("iam-011", Need("iam:PutGroupPolicy", "@group/g-{me}", "@group/dead"), bare_on="@group/*"),
    _iam("iam-012", Need("iam:UpdateAssumeRolePolicy", "@role/admin-ops", "@role/dead")),
    _iam("iam-013", Need("iam:AddUserToGroup", "@group/admins", "@group/dead")),
    _iam("iam-014", Need("iam:AttachRolePolicy", *WORKER), Need("sts:AssumeRole", *WORKER)),
    _iam(
        "iam-015",
        Need("iam:AttachUserPolicy", *CLERK),
        Need("iam:CreateAccessKey", "@user/clerk", "@user/clerk-two"),
        bare_caller="-",
    ),
    _iam(
        "iam-016",
        Need("iam:CreatePolicyVersion", "@policy/worker-policy", "@policy/dead"),
        Need("sts:AssumeRole", *WORKER),
    ),
    _iam("iam-017", Need("iam:PutRolePolicy", *WORKER), Need("sts:AssumeRole", *WORKER), caller="role"),
    _iam(
        "iam-018",
        Need("iam:PutUserPolicy", *CLERK),
        Need("iam:CreateAccessKey", "@user/clerk", "@user/clerk-two"),
        caller="role",
        bare_caller="-",
    ),
    _iam(
        "iam-019",
        Need("iam:AttachRolePolicy", *BATCH),
        Need("iam:UpdateAssumeRolePolicy", "@role/batch", "@role/worker"),
        bare_caller="-",
    ),
    _iam(
        "iam-020",
        Need("iam:CreatePolicyVersion", "@policy/batch-policy", "@policy/dead"),
        Need("iam:UpdateAssumeRolePolicy", "@role/batch", "@role/worker"),
    ),
    _iam(
        "iam-021",
        Need("iam:PutRolePolicy", *BATCH),
        Need("iam:UpdateAssumeRolePolicy", "@role/batch", "@role/worker"),
        caller="role",
        bare_caller="-",
    ),
    _iam("sts-001", Need("sts:AssumeRole", "@role/admin-open", "@role/worker")),
    passing(
        "lambda-001", "lambda", "lambda.amazonaws.com", Need("lambda:CreateFunction"), Need("lambda:InvokeFunction")
    ),
    passing(
        "lambda-002",
        "lambda",
        "lambda.amazonaws.com",
        Need("lambda:CreateFunction"),
        Need("lambda:CreateEventSourceMapping"),
        caller="role",
    ),
    using("lambda-003", "lambda", Need("lambda:UpdateFunctionCode", *FUNCTION)),
    using(
        "lambda-004",
        "lambda",
        Need("lambda:UpdateFunctionCode", *FUNCTION),
        Need("lambda:InvokeFunction", *FUNCTION),
        leave_out=0,
    ),
    using(
        "lambda-005",
        "lambda",
        Need("lambda:UpdateFunctionCode", *FUNCTION),
        Need("lambda:AddPermission", *FUNCTION),
        leave_out=0,
    ),
    passing(
        "lambda-006", "lambda", "lambda.amazonaws.com", Need("lambda:CreateFunction"), Need("lambda:AddPermission")
    ),
    passing("ec2-001", "ec2", "ec2.amazonaws.com", Need("ec2:RunInstances")),
    using(
        "ec2-002",
        "ec2",
        Need("ec2:ModifyInstanceAttribute", *INSTANCE),
        Need("ec2:StopInstances", *INSTANCE),
        Need("ec2:StartInstances", *INSTANCE),
    ),
    passing("ec2-003", "ec2", "ec2.amazonaws.com", Need("ec2:RequestSpotInstances"), caller="role"),
    using(
        "ec2-004",
        "ec2",
        Need("ec2:CreateLaunchTemplateVersion", *TEMPLATE),
        Need("ec2:ModifyLaunchTemplate", *TEMPLATE),
    ),
    using(
        "ec2instanceconnect-003",
        "ec2",
        Need("ec2-instance-connect:SendSSHPublicKey", *INSTANCE),
        Need("ec2:DescribeInstances"),
        leave_out=0,
    ),
    using(
        "ssm-001",
        "ec2",
        Need(
            "ssm:StartSession",
            (INSTANCE[0], f"arn:aws:ssm:{REGION}::document/*"),
            (INSTANCE[1], f"arn:aws:ssm:{REGION}::document/*"),
        ),
    ),
    using("ssm-002", "ec2", Need("ssm:SendCommand", (INSTANCE[0], SHELL), (INSTANCE[1], SHELL)), caller="role"),
    passing(
        "ecs-001",
        "ecs-empty",
        "ecs-tasks.amazonaws.com",
        Need("ecs:RegisterTaskDefinition"),
        Need("ecs:CreateService"),
        Need("ecs:CreateCluster"),
    ),
    passing(
        "ecs-002",
        "ecs-empty",
        "ecs-tasks.amazonaws.com",
        Need("ecs:RegisterTaskDefinition"),
        Need("ecs:RunTask"),
        Need("ecs:CreateCluster"),
    ),
    passing("ecs-003", "ecs", "ecs-tasks.amazonaws.com", Need("ecs:RegisterTaskDefinition"), Need("ecs:CreateService")),
    passing("ecs-004", "ecs", "ecs-tasks.amazonaws.com", Need("ecs:RegisterTaskDefinition"), Need("ecs:RunTask")),
    passing(
        "ecs-005",
        "ecs",
        "ecs-tasks.amazonaws.com",
        Need("ecs:RegisterTaskDefinition"),
        Need("ecs:StartTask"),
        caller="role",
    ),
    passing("glue-001", "glue", "glue.amazonaws.com", Need("glue:CreateDevEndpoint")),
    using("glue-002", "glue", Need("glue:UpdateDevEndpoint", *ENDPOINT_)),
    passing("glue-003", "glue", "glue.amazonaws.com", Need("glue:CreateJob"), Need("glue:StartJobRun")),
    passing("glue-004", "glue", "glue.amazonaws.com", Need("glue:CreateJob"), Need("glue:CreateTrigger")),
    passing("glue-005", "glue", "glue.amazonaws.com", Need("glue:StartJobRun"), Need("glue:UpdateJob"), caller="role"),
    passing("glue-006", "glue", "glue.amazonaws.com", Need("glue:CreateTrigger"), Need("glue:UpdateJob")),
    passing("cloudformation-001", "cfn", "cloudformation.amazonaws.com", Need("cloudformation:CreateStack")),
    using("cloudformation-002", "cfn", Need("cloudformation:UpdateStack", *STACK)),
    passing(
        "cloudformation-003",
        "cfn",
        "cloudformation.amazonaws.com",
        Need("cloudformation:CreateStackSet"),
        Need("cloudformation:CreateStackInstances"),
    ),
    passing(
        "cloudformation-004", "cfn", "cloudformation.amazonaws.com", Need("cloudformation:UpdateStackSet", *STACKSET)
    ),
    using(
        "cloudformation-005",
        "cfn",
        Need("cloudformation:CreateChangeSet", *STACK),
        Need("cloudformation:ExecuteChangeSet", *STACK),
    ),
    passing(
        "codebuild-001",
        "build-new",
        "codebuild.amazonaws.com",
        Need("codebuild:CreateProject"),
        Need("codebuild:StartBuild"),
    ),
    using("codebuild-002", "build", Need("codebuild:StartBuild", *PROJECT)),
    using("codebuild-003", "build", Need("codebuild:StartBuildBatch", *PROJECT), caller="role"),
    passing(
        "codebuild-004",
        "build-new",
        "codebuild.amazonaws.com",
        Need("codebuild:StartBuildBatch"),
        Need("codebuild:CreateProject"),
    ),
    passing("sagemaker-001", "sagemaker", "sagemaker.amazonaws.com", Need("sagemaker:CreateNotebookInstance")),
    passing("sagemaker-002", "sagemaker", "sagemaker.amazonaws.com", Need("sagemaker:CreateTrainingJob")),
    passing(
        "sagemaker-003", "sagemaker", "sagemaker.amazonaws.com", Need("sagemaker:CreateProcessingJob"), caller="role"
    ),
    using("sagemaker-004", "sagemaker", Need("sagemaker:CreatePresignedNotebookInstanceUrl", *NOTEBOOK)),
    using(
        "sagemaker-005",
        "sagemaker",
        Need("sagemaker:UpdateNotebookInstance", *NOTEBOOK),
        Need("sagemaker:StopNotebookInstance", *NOTEBOOK),
        Need("sagemaker:StartNotebookInstance", *NOTEBOOK),
        Need("sagemaker:CreateNotebookInstanceLifecycleConfig"),
    ),
    passing("apprunner-001", "apprunner", "tasks.apprunner.amazonaws.com", Need("apprunner:CreateService")),
    using("apprunner-002", "apprunner", Need("apprunner:UpdateService", *RUNNER)),
    passing(
        "bedrock-001",
        "bedrock-new",
        "bedrock-agentcore.amazonaws.com",
        Need("bedrock-agentcore:CreateCodeInterpreter"),
        Need("bedrock-agentcore:StartCodeInterpreterSession"),
        Need("bedrock-agentcore:InvokeCodeInterpreter"),
    ),
    using(
        "bedrock-002",
        "bedrock",
        Need("bedrock-agentcore:StartCodeInterpreterSession", *INTERPRETER),
        Need("bedrock-agentcore:InvokeCodeInterpreter", *INTERPRETER),
        caller="role",
    ),
    passing(
        "datapipeline-001",
        "datapipeline",
        "datapipeline.amazonaws.com",
        Need("datapipeline:CreatePipeline"),
        Need("datapipeline:PutPipelineDefinition"),
        Need("datapipeline:ActivatePipeline"),
    ),
)

KINDS: Final = {
    "full": "escalates",
    "split": "escalates",
    "group": "escalates",
    "wild": "escalates",
    "met": "escalates",
    "passed": "escalates",
    "away": "none",
    "denied": "none",
    "bounded": "none",
    "impossible": "none",
    "lacking": "none",
    "misdirected": "none",
    "unknown": "conditional",
    "guarded": "conditional",
}
"""What each variant of a path comes to, where there is a target."""


def write_variants(account: Account, path: Way, turn: int) -> None:
    for kind, status in KINDS.items():
        if (kind == "group" and path.caller == "role") or (kind in {"passed", "misdirected"} and not path.service):
            continue
        if kind == "wild" and path.id in {"iam-010", "iam-011"}:
            continue  # the same as "group" there
        _write_variant(account, path, kind, status, turn)


def _write_variant(account: Account, path: Way, kind: str, status: str, turn: int) -> None:
    me = f"{path.id}-{kind}"
    needs = [_granted(account, need, me, away=kind == "away") for need in path.needs]
    more: Json = {"attached": [], "groups": []}
    if path.id == "iam-001":
        more["attached"].append(account.policy(f"own-{me}", document(allow(HARMLESS))))
    in_group: list[Json] = []
    if kind in ALTERED:
        ALTERED[kind](needs, account, path, me, turn)
    if kind == "split":
        more["attached"].append(account.policy(f"pol-{me}", document(*needs[1:] or needs)))
        needs = needs[:1] if needs[1:] else [allow(HARMLESS)]
    if kind == "denied" and turn % 3 == 1:
        more["attached"].append(account.policy(f"no-{me}", document(deny(path.needs[0].action))))
    elif kind == "denied" and turn % 3 == 2 and path.caller == "user":
        in_group.append(deny(path.needs[0].action.split(":")[0] + ":*"))
    elif kind == "denied":
        needs.append(deny([path.needs[0].action, "s3:DeleteBucket"]))
    if kind == "group":
        in_group, needs = needs, [allow(HARMLESS)]
    if in_group or path.id in {"iam-010", "iam-011"}:
        more["groups"].append(account.group(f"g-{me}", inline=document(*in_group or [allow(HARMLESS)])))
    if kind == "bounded":
        boundary = (
            document(allow("*"), deny(path.needs[0].action))
            if turn % 2
            else document(allow(["s3:*", "sqs:*", "logs:*"]))
        )
        more["boundary"] = account.policy(f"limit-{me}", boundary)
    _add(account, path.caller, me, status, [path.id] if status != "none" else [], document(*needs), more)


def _granted(account: Account, need: Need, me: str, *, away: bool) -> Json:
    places = (need.away or need.on) if away else need.on
    filled = [account.fill(each, me) for each in ([places] if isinstance(places, str) else places)]
    return allow(need.action, filled[0] if len(filled) == 1 else filled)


def _add(account: Account, caller: str, me: str, status: str, paths: list[str], inline: Json, more: Json) -> None:
    if caller == "user":
        account.user(me, status, paths, inline=inline, **more)
    else:
        more.pop("groups")
        account.role(me, ELSEWHERE, status, paths, inline=inline, **more)


def _wild(needs: list[Json], _account: Account, _path: Way, _me: str, _turn: int) -> None:
    for need in needs:
        service, name = str(need["Action"]).split(":")
        need["Action"] = f"{service.upper()}:{name[:-1].lower()}?"


def _met(needs: list[Json], account: Account, path: Way, me: str, turn: int) -> None:
    """What the export itself says to be so."""
    choices: list[Json] = [
        {"StringEquals": {"aws:PrincipalAccount": account.number}},
        {"ArnEquals": {"aws:PrincipalArn": account.arn(f"{path.caller}/{me}")}},
        {"DateGreaterThan": {"aws:CurrentTime": "2015-01-01T00:00:00Z"}},
    ]
    if path.caller == "user":
        choices += [{"StringEquals": {"aws:PrincipalTag/team": "web"}}, {"StringEquals": {"aws:username": me}}]
    needs[0]["Condition"] = choices[turn % len(choices)]


def _impossible(needs: list[Json], account: Account, path: Way, _me: str, turn: int) -> None:
    choices: list[Json] = [
        {"StringEquals": {"aws:PrincipalAccount": STRANGER}},
        {"ArnLike": {"aws:PrincipalArn": account.arn(f"{path.caller}/somebody-else")}},
        {"DateLessThan": {"aws:CurrentTime": "2015-01-01T00:00:00Z"}},
    ]
    if path.caller == "user":
        choices += [
            {"StringEquals": {"aws:PrincipalTag/team": "platform"}},
            {"StringEquals": {"aws:username": "somebody-else"}},
        ]
    needs[0]["Condition"] = choices[turn % len(choices)]


def _unknown(needs: list[Json], _account: Account, path: Way, _me: str, turn: int) -> None:
    choices = [OFFICE, ENDPOINT, MFA] if path.caller == "user" else [OFFICE, ENDPOINT]
    needs[0]["Condition"] = choices[turn % len(choices)]


def _guarded(needs: list[Json], _account: Account, path: Way, _me: str, turn: int) -> None:
    outside = {"NotIpAddress": {"aws:SourceIp": ["203.0.113.0/24", "198.51.100.0/24"]}}
    without = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    needs.append(deny(path.needs[0].action, "*", without if turn % 2 and path.caller == "user" else outside))


def _lacking(needs: list[Json], _account: Account, path: Way, _me: str, _turn: int) -> None:
    needs.pop(path.leave_out)
    needs.append(allow(["iam:ListRoles", "iam:GetRole", "iam:ListUsers", *HARMLESS]))


def _passed(needs: list[Json], _account: Account, path: Way, _me: str, _turn: int) -> None:
    needs[0]["Condition"] = {"StringEquals": {"iam:PassedToService": path.service}}


def _misdirected(needs: list[Json], _account: Account, _path: Way, _me: str, _turn: int) -> None:
    needs[0]["Condition"] = {"StringEquals": {"iam:PassedToService": "states.amazonaws.com"}}


ALTERED: Final[dict[str, Callable[[list[Json], Account, Way, str, int], None]]] = {
    "wild": _wild,
    "met": _met,
    "impossible": _impossible,
    "unknown": _unknown,
    "guarded": _guarded,
    "lacking": _lacking,
    "passed": _passed,
    "misdirected": _misdirected,
}


def write_without_target(account: Account, path: Way) -> None:
    """All permissions of the path where there is nothing that it leads to."""
    if path.bare_caller == "-":
        return
    me = f"{path.id}-no-target"
    needs = [_granted(account, need, me, away=False) for need in path.needs]
    if path.bare_on:
        needs[0]["Resource"] = account.fill(path.bare_on)
    if path.id == "iam-001":
        account.policy(f"own-{me}", document(allow(HARMLESS)))
    _add(account, path.bare_caller or path.caller, me, "none", [], document(*needs), {"attached": [], "groups": []})


def _iam_targets(account: Account, *, bare: bool) -> None:
    """Administrators of each kind, and the same without their power."""
    power = [] if bare else [account.managed("AdministratorAccess")]
    status = "none" if bare else "admin"
    for name in ("chief", "chief-two-keys", "chief-console"):
        account.user(name, status, attached=power)
    for name in ("dead", "clerk", "clerk-two"):
        account.user(name, inline=document(allow(HARMLESS)))
    account.group("admins", attached=power)
    account.group("dead")
    account.user("member-of-admins", status, groups=["admins"])
    account.role("admin-ops", ELSEWHERE, status, attached=power)
    account.role("admin-open", IDLE if bare else trusts_aws(account.arn("root")), status, attached=power)
    worker = account.policy("worker-policy", document(allow(HARMLESS)))
    account.role("worker", IDLE if bare else trusts_aws(account.arn("root")), attached=[worker])
    batch = account.policy("batch-policy", document(allow(HARMLESS)))
    account.role("batch", IDLE, attached=[] if bare else [batch])
    account.policy("dead", document(allow(HARMLESS)))
    account.role("dead", IDLE)
    account.resource("aws_iam_access_key", id="AKIA0000000000000001", user="chief-two-keys", status="Active")
    account.resource("aws_iam_access_key", id="AKIA0000000000000002", user="chief-two-keys", status="Active")
    account.resource("aws_iam_user_login_profile", id="chief-console", user="chief-console")
    linked = "/aws-service-role/autoscaling.amazonaws.com/"
    account.role(
        "AWSServiceRoleForAutoScaling",
        trusts("autoscaling.amazonaws.com"),
        inline=document(
            allow(["ec2:RunInstances", "ec2:TerminateInstances"]),
            allow("iam:PassRole", "*", {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}}),
        ),
        path=linked,
    )


def _iam_by_hand(account: Account) -> None:
    """Permissions that fit together only at first sight, and requests that the policy narrows."""
    on = account.fill
    split = {
        "iam-014-two-roles": [
            allow("iam:AttachRolePolicy", on("@role/batch")),
            allow("sts:AssumeRole", on("@role/worker")),
        ],
        "iam-015-two-users": [
            allow("iam:AttachUserPolicy", on("@user/clerk")),
            allow("iam:CreateAccessKey", on("@user/clerk-two")),
        ],
        "iam-016-two-roles": [
            allow("iam:CreatePolicyVersion", on("@policy/batch-policy")),
            allow("sts:AssumeRole", on("@role/worker")),
        ],
        "iam-017-two-roles": [
            allow("iam:PutRolePolicy", on("@role/batch")),
            allow("sts:AssumeRole", on("@role/worker")),
        ],
        "iam-018-two-users": [
            allow("iam:PutUserPolicy", on("@user/clerk")),
            allow("iam:CreateAccessKey", on("@user/clerk-two")),
        ],
        "iam-019-two-roles": [
            allow("iam:AttachRolePolicy", on("@role/batch")),
            allow("iam:UpdateAssumeRolePolicy", on("@role/dead")),
        ],
        "iam-021-two-roles": [
            allow("iam:PutRolePolicy", on("@role/batch")),
            allow("iam:UpdateAssumeRolePolicy", on("@role/dead")),
        ],
        "iam-012-service-linked": [allow("iam:UpdateAssumeRolePolicy", on("@role/aws-service-role/*"))],
        "iam-017-service-linked": [allow(["iam:PutRolePolicy", "sts:AssumeRole"], on("@role/aws-service-role/*"))],
        "iam-021-service-linked": [
            allow(["iam:PutRolePolicy", "iam:UpdateAssumeRolePolicy"], on("@role/aws-service-role/*"))
        ],
    }
    for name, statements in split.items():
        account.user(name, inline=document(*statements))
    readonly = {"ArnEquals": {"iam:PolicyARN": f"{AWS_POLICIES}ReadOnlyAccess"}}
    anything = {"ArnLike": {"iam:PolicyARN": f"{AWS_POLICIES}*"}}
    me = on("@user/iam-008-harmless-policy")
    account.user("iam-008-harmless-policy", inline=document(allow("iam:AttachUserPolicy", me, readonly)))
    me = on("@user/iam-008-any-managed-policy")
    account.user(
        "iam-008-any-managed-policy",
        "escalates",
        ["iam-008"],
        inline=document(allow("iam:AttachUserPolicy", me, anything)),
    )
    me = on("@role/iam-009-harmless-policy")
    account.role("iam-009-harmless-policy", ELSEWHERE, inline=document(allow("iam:AttachRolePolicy", me, readonly)))
    me = on("@user/iam-007-boundary-demanded")
    demanded = {"StringEquals": {"iam:PermissionsBoundary": on("@policy/dead")}}
    account.user("iam-007-boundary-demanded", inline=document(allow("iam:PutUserPolicy", me, demanded)))
    account.user(
        "iam-007-self-by-variable",
        "escalates",
        ["iam-007"],
        inline=document(allow("iam:PutUserPolicy", on("@user/${aws:username}"))),
    )
    account.user("iam-002-other-users-only", inline=document(allow("iam:*AccessKey*", on("@user/${aws:username}"))))
    account.user(
        "iam-002-not-resource",
        inline=document(
            {"Effect": "Allow", "Action": "iam:CreateAccessKey", "NotResource": on("@user/chief*")},
            deny(
                "iam:CreateAccessKey",
                [on("@user/iam-*"), on("@user/sts-*"), on("@user/member-of-admins"), on("@user/holder-*")],
            ),
        ),
    )
    own = account.policy("own-of-group", document(allow("iam:CreatePolicyVersion", on("@policy/own-of-group"))))
    account.user("iam-001-policy-of-group", "escalates", ["iam-001"], groups=[account.group("own", attached=[own])])
    account.user("holder-iam-full-access", "escalates", [], attached=[account.managed("IAMFullAccess")])
    account.user("holder-read-only", attached=[account.managed("ReadOnlyAccess"), account.managed("SecurityAudit")])
    account.user(
        "holder-admin-bounded",
        attached=[account.managed("AdministratorAccess")],
        boundary=account.policy("only-s3", document(allow("s3:*"))),
    )
    account.user("holder-admin-denied", attached=[account.managed("AdministratorAccess")], inline=document(deny("*")))
    account.user("holder-admin-inline", "admin", inline=document(allow(["*"])))
    account.user("holder-admin-with-mfa", "conditional", [], inline=document(allow("*", "*", MFA)))


def _service_targets(account: Account, service: str, family: str, *, bare: bool) -> None:
    """A role with power that trusts the service, one without, and what runs under either."""
    admin, profile = [account.managed("AdministratorAccess")], family == "ec2"
    account.role(
        f"{family}-admin",
        IDLE if bare and not profile else trusts(service),
        "admin",
        attached=admin,
        profile=profile and not bare,
    )
    core = [account.managed("AmazonSSMManagedInstanceCore")] if profile else []
    account.role(f"{family}-dead", trusts(service), attached=core, profile=profile)
    account.user("operator", inline=document(allow([*HARMLESS, "iam:ListRoles"])))
    account.role("auditor", trusts_aws(account.arn("root")), attached=[account.managed("ReadOnlyAccess")])
    for kind in ("dead",) if bare else ("prod", "dead"):
        role = f"{family}-{'admin' if kind == 'prod' else 'dead'}"
        for type_, attributes in _existing(family, kind, f"@role/{role}", role):
            account.resource(type_, **attributes)
    account.resource(
        "aws_s3_bucket",
        id=f"data-{account.number}",
        bucket=f"data-{account.number}",
        arn=f"arn:aws:s3:::data-{account.number}",
    )


def _existing(  # noqa: C901 -- a table, not a procedure
    family: str, kind: str, role: str, profile: str
) -> Iterator[tuple[str, Json]]:
    digit = "aaaaaaaaaaaaaaa1" if kind == "prod" else "dddddddddddddddd"
    match family:
        case "lambda":
            function = f"arn:aws:lambda:%:function:{kind}"
            yield (
                "aws_lambda_function",
                {
                    "id": kind,
                    "arn": function,
                    "function_name": kind,
                    "role": role,
                    "runtime": "python3.13",
                    "handler": "app.handler",
                },
            )
            queue = f"arn:aws:sqs:%:{kind}"
            yield "aws_sqs_queue", {"id": kind, "arn": queue, "name": kind}
            yield (
                "aws_lambda_event_source_mapping",
                {
                    "id": f"{kind}-1",
                    "function_name": function,
                    "function_arn": function,
                    "event_source_arn": queue,
                    "enabled": True,
                },
            )
        case "ec2":
            yield (
                "aws_instance",
                {
                    "id": f"i-0{digit}",
                    "arn": f"arn:aws:ec2:%:instance/i-0{digit}",
                    "iam_instance_profile": profile,
                    "instance_state": "running",
                    "public_ip": "198.51.100.20",
                },
            )
            yield (
                "aws_launch_template",
                {
                    "id": f"lt-0{digit}",
                    "arn": f"arn:aws:ec2:%:launch-template/lt-0{digit}",
                    "name": kind,
                    "iam_instance_profile": [{"name": profile}],
                    "default_version": 1,
                    "latest_version": 1,
                },
            )
            yield (
                "aws_autoscaling_group",
                {
                    "id": kind,
                    "name": kind,
                    "desired_capacity": 1,
                    "max_size": 4,
                    "launch_template": [{"id": f"lt-0{digit}", "name": kind, "version": "$Default"}],
                },
            )
        case "ecs":
            if kind == "prod":
                yield (
                    "aws_ecs_cluster",
                    {"id": "arn:aws:ecs:%:cluster/main", "arn": "arn:aws:ecs:%:cluster/main", "name": "main"},
                )
                yield (
                    "aws_instance",
                    {
                        "id": "i-0eeeeeeeeeeeeeeee",
                        "arn": "arn:aws:ec2:%:instance/i-0eeeeeeeeeeeeeeee",
                        "iam_instance_profile": "ecs-host",
                        "instance_state": "running",
                        "user_data": "ECS_CLUSTER=main",
                    },
                )
        case "glue":
            yield (
                "aws_glue_dev_endpoint",
                {
                    "id": kind,
                    "arn": f"arn:aws:glue:%:devEndpoint/{kind}",
                    "name": kind,
                    "role_arn": role,
                    "status": "READY",
                },
            )
            yield (
                "aws_glue_job",
                {
                    "id": f"nightly-{kind}",
                    "arn": f"arn:aws:glue:%:job/nightly-{kind}",
                    "name": f"nightly-{kind}",
                    "role_arn": "@role/glue-dead",
                },
            )
        case "cfn":
            stack = f"arn:aws:cloudformation:%:stack/{kind}/5f1d0c70-0000-11f0-8000-0a0000000001"
            yield "aws_cloudformation_stack", {"id": stack, "name": kind, "iam_role_arn": role}
            stackset = f"arn:aws:cloudformation:%:stackset/{kind}:5f1d0c70-0000-11f0-8000-0a0000000002"
            yield (
                "aws_cloudformation_stack_set",
                {
                    "id": kind,
                    "arn": stackset,
                    "name": kind,
                    "administration_role_arn": role,
                    "execution_role_name": "AWSCloudFormationStackSetExecutionRole" if kind == "prod" else "cfn-dead",
                    "permission_model": "SELF_MANAGED",
                },
            )
            if kind == "prod":
                yield (
                    "aws_cloudformation_stack_set_instance",
                    {"id": "prod,1,eu-west-1", "stack_set_name": "prod", "region": REGION},
                )
        case "build":
            batch = [{"service_role": role, "timeout_in_mins": 60}]
            yield (
                "aws_codebuild_project",
                {
                    "id": f"arn:aws:codebuild:%:project/{kind}",
                    "arn": f"arn:aws:codebuild:%:project/{kind}",
                    "name": kind,
                    "service_role": role,
                    "build_batch_config": batch,
                },
            )
        case "sagemaker":
            yield (
                "aws_sagemaker_notebook_instance",
                {
                    "id": kind,
                    "arn": f"arn:aws:sagemaker:%:notebook-instance/{kind}",
                    "name": kind,
                    "role_arn": role,
                    "url": f"{kind}.notebook.{REGION}.sagemaker.aws",
                },
            )
        case "apprunner":
            arn = f"arn:aws:apprunner:%:service/{kind}/0123456789abcdef0123456789abcdef"
            yield (
                "aws_apprunner_service",
                {
                    "id": arn,
                    "arn": arn,
                    "service_name": kind,
                    "status": "RUNNING",
                    "instance_configuration": [{"instance_role_arn": role, "cpu": "1024"}],
                },
            )
        case "bedrock":
            name = f"{kind}-A1b2C3d4E5"
            yield (
                "aws_bedrockagentcore_code_interpreter",
                {
                    "id": name,
                    "code_interpreter_id": name,
                    "code_interpreter_arn": f"arn:aws:bedrock-agentcore:%:code-interpreter-custom/{name}",
                    "arn": f"arn:aws:bedrock-agentcore:%:code-interpreter-custom/{name}",
                    "name": kind,
                    "execution_role_arn": role,
                },
            )


def _services_by_hand(account: Account, family: str) -> None:
    on = account.fill
    if family == "lambda":
        to_admin = allow("iam:PassRole", on("@role/lambda-admin"))
        account.user(
            "lambda-001-same-names",
            "escalates",
            ["lambda-001"],
            inline=document(
                to_admin,
                allow(["lambda:CreateFunction", "lambda:InvokeFunction"], on("arn:aws:lambda:%:function:team-*")),
            ),
        )
        account.user(
            "lambda-001-other-names",
            inline=document(
                to_admin,
                allow("lambda:CreateFunction", on("arn:aws:lambda:%:function:a-*")),
                allow("lambda:InvokeFunction", on("arn:aws:lambda:%:function:b-*")),
            ),
        )
        keep = {"Effect": "Deny", "Action": "iam:PassRole", "NotResource": on("@role/lambda-dead")}
        account.user(
            "lambda-001-deny-not-resource",
            inline=document(allow(["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"]), keep),
        )
        account.user(
            "holder-lambda-full",
            "escalates",
            ["lambda-001", "lambda-004"],
            attached=[account.managed("AWSLambda_FullAccess")],
        )
        account.user("holder-power-user", "escalates", ["lambda-004"], attached=[account.managed("PowerUserAccess")])
        account.user(
            "holder-power-user-bounded",
            attached=[account.managed("PowerUserAccess")],
            boundary=account.policy("only-s3", document(allow("s3:*"))),
        )
        account.user("holder-admin", "admin", attached=[account.managed("AdministratorAccess")])
    if family == "ec2":
        account.user(
            "holder-ssm-full", "escalates", ["ssm-001", "ssm-002"], attached=[account.managed("AmazonSSMFullAccess")]
        )
        account.user("ec2-001-without-role", inline=document(allow(["ec2:RunInstances", "ec2:Describe*"])))
    if family == "ecs":
        account.role(
            "ecs-host",
            trusts("ec2.amazonaws.com"),
            attached=[account.managed("AmazonEC2ContainerServiceforEC2Role")],
            profile=True,
        )
    if family == "cfn":
        account.role(
            "AWSCloudFormationStackSetExecutionRole",
            trusts_aws(on("@role/cfn-admin")),
            "admin",
            attached=[account.managed("AdministratorAccess")],
        )
    if family == "ecs-empty":
        for path in PATHS:
            if path.family == "ecs":
                extra = [
                    allow("iam:PassRole", on("@role/ecs-empty-admin")),
                    *(allow(need.action) for need in path.needs[1:]),
                ]
                account.user(f"{path.id}-no-cluster", inline=document(*extra))


SERVICES: Final = {"build": "codebuild.amazonaws.com", "bedrock": "bedrock-agentcore.amazonaws.com"}
"""Of families in which nothing is passed."""


def families() -> Iterator[Account]:
    order = list(dict.fromkeys(path.family for path in PATHS))
    for place, family in enumerate(order):
        full, bare = Account(family, f"{10 + place}0000000001"), Account(f"{family}-bare", f"{10 + place}0000000002")
        service = next(
            (path.service for path in PATHS if path.family == family and path.service), SERVICES.get(family, "")
        )
        for account in (full, bare):
            if family == "iam":
                _iam_targets(account, bare=account is bare)
            else:
                _service_targets(account, service, family, bare=account is bare)
        for turn, path in enumerate(PATHS):
            if path.family == family:
                write_variants(full, path, turn)
                write_without_target(bare, path)
        if family == "iam":
            _iam_by_hand(full)
        else:
            _services_by_hand(full, family)
        yield from (full, bare)


def chains() -> Account:  # noqa: PLR0915 -- a list, not a procedure
    """Roles that lead to roles; only the status counts where a way has several hops."""
    account = Account("chains", "300000000001")
    on, root = account.fill, account.arn("root")
    admin, harmless = [account.managed("AdministratorAccess")], document(allow(HARMLESS))

    def assume(*names: str) -> Json:
        return allow("sts:AssumeRole", [on(f"@role/{name}") for name in names])

    account.user("chief", "admin", attached=admin)
    account.role("top", trusts_aws(on("@role/middle")), "admin", attached=admin)
    account.role("middle", trusts_aws(root), "escalates", ["sts-001"], inline=document(assume("top")))
    account.user("two-hops", "escalates", inline=document(assume("middle")))
    account.user("two-hops-denied", inline=document(assume("middle"), deny("sts:AssumeRole")))
    account.user("two-hops-mfa", "conditional", inline=document(allow("sts:AssumeRole", on("@role/middle"), MFA)))
    account.user(
        "two-hops-bounded",
        inline=document(assume("middle")),
        boundary=account.policy("no-sts", document(allow("s3:*"))),
    )
    account.user("skips-the-middle", inline=document(assume("top")))
    account.role("first", trusts_aws(root), "escalates", inline=document(assume("middle")))
    account.user("three-hops", "escalates", inline=document(assume("first")))
    account.role("broken", trusts_aws(root), inline=document(assume("top")))
    account.user("broken-chain", inline=document(assume("broken")))
    account.role(
        "bounded",
        trusts_aws(root),
        inline=document(assume("middle")),
        boundary=account.policy("no-sts", document(allow("s3:*"))),
    )
    account.user("through-bounded", inline=document(assume("bounded")))
    account.role("circle-a", trusts_aws(root), inline=document(assume("circle-b")))
    account.role("circle-b", trusts_aws(root), inline=document(assume("circle-a")))
    account.user("into-the-circle", inline=document(assume("circle-a")))
    account.role("with-mfa", trusts_aws(root, MFA), "admin", attached=admin)
    account.user("trust-wants-mfa", "conditional", ["sts-001"], inline=document(assume("with-mfa")))
    account.role("in-office", trusts_aws(root, OFFICE), "admin", attached=admin)
    account.user("trust-wants-office", "conditional", ["sts-001"], inline=document(assume("in-office")))
    account.role(
        "for-tagged", trusts_aws(root, {"StringEquals": {"aws:PrincipalTag/team": "platform"}}), "admin", attached=admin
    )
    account.user(
        "has-the-tag", "escalates", ["sts-001"], inline=document(assume("for-tagged")), tags={"team": "platform"}
    )
    account.user("has-another-tag", inline=document(assume("for-tagged")))
    account.role("names-alice", trusts_aws(on("@user/alice")), "admin", attached=admin)
    account.user("alice", "escalates", ["sts-001"], inline=harmless)
    account.user("not-alice", inline=document(assume("names-alice")))
    account.role("names-bert", trusts_aws(on("@user/bert")), "admin", attached=admin)
    account.user("bert", inline=document(deny("sts:*")))
    account.role("by-number", trusts_aws(account.number), "admin", attached=admin)
    account.user("by-number-may", "escalates", ["sts-001"], inline=document(assume("by-number")))
    account.user("by-number-may-not", inline=harmless)
    deny_all = [{"Effect": "Deny", "Principal": {"AWS": on("@user/cleo")}, "Action": "sts:AssumeRole"}]
    account.role("not-cleo", [*trusts_aws(root), *deny_all], "admin", attached=admin)
    account.user("cleo", inline=document(assume("not-cleo")))
    account.user("dora", "escalates", ["sts-001"], inline=document(assume("not-cleo")))
    account.role(
        "puts-on-itself",
        trusts_aws(root),
        "escalates",
        ["iam-005"],
        inline=document(allow("iam:PutRolePolicy", on("@role/puts-on-itself"))),
    )
    account.user("to-one-that-escalates", "escalates", inline=document(assume("puts-on-itself")))
    account.role(
        "puts-with-mfa",
        trusts_aws(root),
        "conditional",
        ["iam-005"],
        inline=document(allow("iam:PutRolePolicy", on("@role/puts-with-mfa"), OFFICE)),
    )
    account.user("to-one-that-may", "conditional", inline=document(assume("puts-with-mfa")))
    account.role(
        "creates-functions",
        trusts_aws(root),
        inline=document(allow(["lambda:CreateFunction", "lambda:InvokeFunction"])),
    )
    account.role("runs-functions", trusts("lambda.amazonaws.com"), "admin", attached=admin)
    account.user(
        "halves-in-two-principals",
        inline=document(allow("iam:PassRole", on("@role/runs-functions")), assume("creates-functions")),
    )
    account.user(
        "key-of-one-that-escalates", "escalates", inline=document(allow("iam:CreateAccessKey", on("@user/three-hops")))
    )
    account.user("key-of-one-that-cannot", inline=document(allow("iam:CreateAccessKey", on("@user/broken-chain"))))
    account.role("external-only", ELSEWHERE, "admin", attached=admin)
    account.user("wants-external", inline=document(assume("external-only")))
    account.role("other-service", IDLE, "admin", attached=admin)
    account.user("wants-service-role", inline=document(assume("other-service")))
    account.role("pathed", trusts_aws(root), "admin", attached=admin, path="/teams/platform/")
    account.user("path-forgotten", inline=document(assume("pathed")))
    account.user("path-right", "escalates", ["sts-001"], inline=document(assume("teams/platform/pathed")))
    group = account.group("assumers", inline=document(assume("by-number")))
    account.user("through-group", "escalates", ["sts-001"], groups=[group])
    account.user("through-group-bounded", groups=[group], boundary=account.policy("no-sts", document(allow("s3:*"))))
    account.group("admins", attached=admin)
    account.user("group-admin", "admin", groups=["admins"])
    account.user("group-admin-bounded", groups=["admins"], boundary=account.policy("no-sts", document(allow("s3:*"))))
    return account


def federated() -> Account:
    """Roles that others come into: CI by OIDC, people by SAML; what counts is what the role can become."""
    account = Account("federated", "300000000002")
    on, admin = account.fill, [account.managed("AdministratorAccess")]
    hub, claims = on("@oidc-provider/token.actions.githubusercontent.com"), "token.actions.githubusercontent.com"

    def ci(subject: str, operator: str = "StringEquals") -> list[Json]:
        condition: Json = {"StringEquals": {f"{claims}:aud": "sts.amazonaws.com"}}
        condition.setdefault(operator, {})[f"{claims}:sub"] = subject
        return [
            {
                "Effect": "Allow",
                "Principal": {"Federated": hub},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": condition,
            }
        ]

    saml: Json = {
        "Effect": "Allow",
        "Principal": {"Federated": on("@saml-provider/corp")},
        "Action": "sts:AssumeRoleWithSAML",
    }
    people = [saml | {"Condition": {"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}}}]
    account.role("ci-main", ci("repo:acme/shop:ref:refs/heads/main"), "admin", attached=admin)
    account.role(
        "ci-any-branch",
        ci("repo:acme/shop:*", "StringLike"),
        "escalates",
        ["iam-005"],
        inline=document(allow("iam:PutRolePolicy", on("@role/ci-*"))),
    )
    account.role(
        "ci-deployer",
        ci("repo:acme/shop:environment:prod"),
        "escalates",
        ["cloudformation-001"],
        inline=document(allow("iam:PassRole", on("@role/cfn-exec")), allow("cloudformation:CreateStack")),
    )
    account.role(
        "ci-limited",
        ci("repo:acme/docs:ref:refs/heads/main"),
        inline=document(allow("s3:PutObject", "arn:aws:s3:::docs/*")),
    )
    account.role(
        "ci-bounded",
        ci("repo:acme/infra:ref:refs/heads/main"),
        attached=admin,
        boundary=account.policy("ci-limit", document(allow("s3:*"))),
    )
    account.role("cfn-exec", trusts("cloudformation.amazonaws.com"), "admin", attached=admin)
    account.role("people-admin", people, "admin", attached=admin)
    account.role("people-read", people, attached=[account.managed("ReadOnlyAccess")])
    account.role("people-break-glass", [*people, *trusts_aws(account.arn("root"), MFA)], "admin", attached=admin)
    account.user("assumes-anything", "conditional", ["sts-001"], inline=document(allow("sts:*")))
    account.user(
        "assumes-ci", inline=document(allow(["sts:AssumeRole", "sts:AssumeRoleWithWebIdentity"], on("@role/ci-*")))
    )
    account.user(
        "assumes-people", inline=document(allow("sts:AssumeRole", [on("@role/people-admin"), on("@role/people-read")]))
    )
    account.user(
        "opens-a-trust",
        "escalates",
        ["iam-012"],
        inline=document(allow("iam:UpdateAssumeRolePolicy", on("@role/people-admin"))),
    )
    account.user("opens-a-dull-trust", inline=document(allow("iam:UpdateAssumeRolePolicy", on("@role/people-read"))))
    pod = on(f"@oidc-provider/oidc.eks.{REGION}.amazonaws.com/id/ABCDEF")
    claim = f"oidc.eks.{REGION}.amazonaws.com/id/ABCDEF:sub"
    account.role(
        "pod",
        [
            {
                "Effect": "Allow",
                "Principal": {"Federated": pod},
                "Action": "sts:AssumeRoleWithWebIdentity",
                "Condition": {"StringEquals": {claim: "system:serviceaccount:shop:web"}},
            }
        ],
        inline=document(allow("dynamodb:GetItem")),
    )
    for name, service in (("AWSServiceRoleForSupport", "support"), ("AWSServiceRoleForOrganizations", "organizations")):
        account.role(
            name,
            trusts(f"{service}.amazonaws.com"),
            inline=document(allow(["iam:List*", "iam:DeleteRole", "ec2:*"])),
            path=f"/aws-service-role/{service}.amazonaws.com/",
        )
    return account


def accounts() -> Iterator[Account]:
    yield from families()
    yield chains()
    yield federated()


def write(folder: Path) -> str:
    """Writes `NAME.json`, `NAME.resources.json` and `expected.json`; the digest is of all of it."""
    folder.mkdir(parents=True, exist_ok=True)
    digest, expected = hashlib.sha256(), {}
    made = list(accounts())
    for account in made:
        expected[account.name] = account.expected
    contents: dict[str, Any] = {"expected.json": expected}
    for account in made:
        contents[f"{account.name}.json"] = account.details()
        contents[f"{account.name}.resources.json"] = account.resources
    for name, content in sorted(contents.items()):
        text = json.dumps(content, indent=1) + "\n"
        (folder / name).write_text(text, encoding="utf-8")
        digest.update(f"{name}\0{text}".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    print(write(Path(sys.argv[1])))
