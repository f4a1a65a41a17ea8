"""What exists is read in every form that Terraform's attributes come in."""

from __future__ import annotations

import pytest

from setpoint.errors import InputError
from setpoint.intent.iam.existing import read_existing
from setpoint.model.canonical import Json
from setpoint.model.escalation import Existing

ROLE = "arn:aws:iam::111122223333:role/app"
STACK = "arn:aws:cloudformation:eu-west-1:111122223333:stack/s"
INTERPRETER = "arn:aws:bedrock-agentcore:eu-west-1:111122223333:code-interpreter-custom/i-1"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"


@pytest.mark.parametrize(
    "document",
    [
        [{"type": "aws_lambda_function", "arn": FUNCTION, "role": ROLE}],
        [{"type": "aws_lambda_function", "values": {"arn": FUNCTION, "role": ROLE}}],
        [{"type": "aws_lambda_function", "name": "f", "attributes": {"arn": FUNCTION, "role": ROLE}}],
        {
            "version": 4,
            "resources": [
                {
                    "mode": "managed",
                    "type": "aws_lambda_function",
                    "instances": [{"attributes": {"arn": FUNCTION, "role": ROLE}}],
                }
            ],
        },
        {
            "values": {
                "root_module": {
                    "child_modules": [
                        {"resources": [{"type": "aws_lambda_function", "values": {"arn": FUNCTION, "role": ROLE}}]}
                    ]
                }
            }
        },
    ],
)
def test_forms(document: Json) -> None:
    assert read_existing(document, "resources.json") == (Existing("function", FUNCTION, ROLE),)


@pytest.mark.parametrize(
    ("resource", "arn", "role"),
    [
        (
            {"type": "aws_instance", "id": "i-1", "availability_zone": "eu-west-1a", "iam_instance_profile": "app"},
            "arn:*:ec2:eu-west-1:*:instance/i-1",
            "app",
        ),
        (
            {"type": "aws_launch_template", "id": "lt-1", "iam_instance_profile": [{"name": "app"}]},
            "arn:*:ec2:*:*:launch-template/lt-1",
            "app",
        ),
        (
            {
                "type": "aws_apprunner_service",
                "service_name": "s",
                "instance_configuration": [{"instance_role_arn": ROLE}],
            },
            "arn:*:apprunner:*:*:service/s/*",
            ROLE,
        ),
        (
            {"type": "aws_cloudformation_stack", "id": f"{STACK}/0a1b", "iam_role_arn": ROLE},
            f"{STACK}/0a1b",
            ROLE,
        ),
        (
            {"type": "aws_bedrockagentcore_code_interpreter", "name": "i", "code_interpreter_arn": INTERPRETER},
            INTERPRETER,
            "",
        ),
        ({"type": "aws_lambda_function", "function_name": "f"}, "arn:*:lambda:*:*:function:f", ""),
        ({"type": "aws_ecs_cluster", "name": "c"}, "arn:*:ecs:*:*:cluster/c", ""),
    ],
)
def test_what_is_not_told_of_an_arn_is_left_open(resource: Json, arn: str, role: str) -> None:
    (existing,) = read_existing([resource], "resources.json")
    assert (existing.arn, existing.role) == (arn, role)


def test_other_types_have_no_part_in_it() -> None:
    assert read_existing([{"type": "aws_s3_bucket"}, {"type": "aws_lambda_function", "mode": "data"}], "r.json") == ()


def test_batch_configurations_and_tags_are_known_where_they_are_told() -> None:
    documents = [
        {
            "type": "aws_codebuild_project",
            "name": "p",
            "build_batch_config": [{"timeout_in_mins": 5}],
            "tags": {"a": "b"},
        },
        {"type": "aws_codebuild_project", "name": "p", "build_batch_config": [], "tags": None},
        {"type": "aws_codebuild_project", "name": "p"},
    ]
    found = read_existing(documents, "resources.json")
    assert [each.facts.get("batch") for each in found] == ["yes", "no", None]
    assert [each.tags for each in found] == [{"a": "b"}, {}, None]


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ("nothing", "resources.json: a list of what exists was expected"),
        ([7], r"resources.json: \[0\]: an object was expected"),
        ([{"name": "f"}], r"resources.json: \[0\]: the type is missing"),
        ([{"type": "aws_instance", "values": 7}], r"resources.json: \[0\]: the attributes are not an object"),
        (
            {"resources": [{"type": "aws_instance", "instances": [7]}]},
            r"resources: \[0\].instances\[0\]: an object was",
        ),
        ({"values": {"root_module": 7}}, "resources.json: a module is an object"),
        ({"something": "else"}, "resources.json: this is no list, and nothing that Terraform writes"),
    ],
)
def test_what_is_wrong_is_told_by_its_element(document: Json, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_existing(document, "resources.json")
