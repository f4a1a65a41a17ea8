"""The table of what each path of `shared/data/escalation-paths.json` needs, in full and astray."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from bench.identity.population.exports import REGION


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
