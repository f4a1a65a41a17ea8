"""The families of services that act by a role: what exists of them, and principals written by hand."""

from __future__ import annotations

from collections.abc import Iterator

from bench.identity.population.exports import (
    HARMLESS,
    IDLE,
    REGION,
    Account,
    Json,
    allow,
    document,
    trusts,
    trusts_aws,
)
from bench.identity.population.paths import PATHS


def service_targets(account: Account, service: str, family: str, *, bare: bool) -> None:
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


def services_by_hand(account: Account, family: str) -> None:
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
