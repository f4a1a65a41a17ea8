"""What exists beside IAM, from a list with Terraform's names: `[{"type": "aws_lambda_function", "role": "app", …}]`.

The attributes stand beside `type`, or below `values` or `attributes`; a Terraform state and what `terraform show -json`
prints are read as well. Types that have no part in any path are passed over. Called by `wiring.identity`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.escalation import Existing

ANY: Final = "*"
OWN_ARNS: Final = ("arn", "id", "code_interpreter_arn")
"""Attributes that may have the ARN of the resource itself: of stacks, clusters and projects the id is one."""
REMEDY: Final = 'give a list of objects with Terraform\'s type and attributes: [{"type": "aws_instance", …}]'


@dataclass(frozen=True, slots=True)
class _Type:
    """How a type of Terraform's AWS provider tells what a path needs (its documentation, "Attribute Reference")."""

    kind: str
    arn: str
    """Made of the attributes where `arn` is not given."""
    role: tuple[str, ...] = ()
    """Where its role stands; `a.b` is an attribute of a block."""


_TYPES: Final[Mapping[str, _Type]] = {
    "aws_lambda_function": _Type("function", "lambda:{region}:{account}:function:{function_name}", ("role",)),
    "aws_instance": _Type("instance", "ec2:{region}:{account}:instance/{id}", ("iam_instance_profile",)),
    "aws_spot_instance_request": _Type(
        "instance", "ec2:{region}:{account}:instance/{spot_instance_id}", ("iam_instance_profile",)
    ),
    "aws_launch_template": _Type(
        "launch-template",
        "ec2:{region}:{account}:launch-template/{id}",
        ("iam_instance_profile.arn", "iam_instance_profile.name", "iam_instance_profile"),
    ),
    "aws_apprunner_service": _Type(
        "service",
        "apprunner:{region}:{account}:service/{service_name}/{service_id}",
        ("instance_configuration.instance_role_arn", "instance_role_arn"),
    ),
    "aws_bedrockagentcore_code_interpreter": _Type(
        "code-interpreter",
        "bedrock-agentcore:{region}:{account}:code-interpreter-custom/{code_interpreter_id}",
        ("execution_role_arn",),
    ),
    "aws_cloudformation_stack": _Type(
        "stack", "cloudformation:{region}:{account}:stack/{name}/*", ("iam_role_arn", "role_arn")
    ),
    "aws_cloudformation_stack_set": _Type(
        "stackset", "cloudformation:{region}:{account}:stackset/{name}:*", ("administration_role_arn",)
    ),
    "aws_codebuild_project": _Type("project", "codebuild:{region}:{account}:project/{name}", ("service_role",)),
    "aws_glue_dev_endpoint": _Type("dev-endpoint", "glue:{region}:{account}:devEndpoint/{name}", ("role_arn",)),
    "aws_glue_job": _Type("job", "glue:{region}:{account}:job/{name}", ("role_arn",)),
    "aws_sagemaker_notebook_instance": _Type(
        "notebook", "sagemaker:{region}:{account}:notebook-instance/{name}", ("role_arn",)
    ),
    "aws_ecs_cluster": _Type("cluster", "ecs:{region}:{account}:cluster/{name}"),
    "aws_autoscaling_group": _Type(
        "autoscaling-group", "autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{name}"
    ),
    "aws_ecs_container_instance": _Type(
        "container-instance", "ecs:{region}:{account}:container-instance/{cluster}/{id}"
    ),
    "aws_iam_instance_profile": _Type("instance-profile", "iam::{account}:instance-profile/{name}", ("role",)),
    "aws_iam_user_login_profile": _Type("login-profile", "iam::{account}:user/{user}", ("user",)),
    "aws_iam_access_key": _Type("access-key", "iam::{account}:user/{user}", ("user",)),
}


def read_existing(document: Json, where: str) -> tuple[Existing, ...]:
    """Whatever of it has a part in a path; `InputError` with the element for what is wrong."""
    return tuple(existing for resource, place in _resources(document, where) for existing in _existing(resource, place))


def _resources(document: Json, where: str) -> Iterator[tuple[Mapping[str, Json], str]]:
    if isinstance(document, Mapping):
        yield from _of_terraform(document, where)
        return
    if not isinstance(document, list):
        raise InputError("a list of what exists was expected", where=where, remedy=REMEDY)
    yield from _of_list(document, where)


def _of_list(entries: Sequence[Json], where: str) -> Iterator[tuple[Mapping[str, Json], str]]:
    for index, each in enumerate(entries):
        place = f"{where}: [{index}]"
        if not isinstance(each, Mapping):
            raise InputError("an object was expected", where=place, remedy=REMEDY)
        yield each, place


def _of_terraform(document: Mapping[str, Json], where: str) -> Iterator[tuple[Mapping[str, Json], str]]:
    """A state, or the output of `terraform show -json`."""
    if isinstance(document.get("resources"), list):
        yield from _of_list(document["resources"], f"{where}: resources")
        return
    values = document.get("planned_values") or document.get("values")
    if not isinstance(values, Mapping):
        raise InputError("this is no list, and nothing that Terraform writes", where=where, remedy=REMEDY)
    yield from _of_module(values.get("root_module"), where)


def _of_module(module: Json, where: str) -> Iterator[tuple[Mapping[str, Json], str]]:
    if module is None:
        return
    if not isinstance(module, Mapping):
        raise InputError("a module is an object", where=where, remedy=REMEDY)
    resources, children = module.get("resources") or [], module.get("child_modules") or []
    if not isinstance(resources, list) or not isinstance(children, list):
        raise InputError("resources and child_modules are lists", where=where, remedy=REMEDY)
    yield from _of_list(resources, where)
    for each in children:
        yield from _of_module(each, where)


def _existing(resource: Mapping[str, Json], where: str) -> Iterator[Existing]:
    type_name = resource.get("type")
    if not isinstance(type_name, str) or not type_name:
        raise InputError("the type is missing", where=where, remedy=REMEDY)
    known = _TYPES.get(type_name)
    if known is None or resource.get("mode", "managed") != "managed":
        return
    for attributes in _instances(resource, where):
        yield Existing(
            kind=known.kind,
            arn=_arn(known, attributes),
            role=next((found for found in (_text(attributes, path) for path in known.role) if found), ""),
            facts=_facts(known.kind, attributes),
            tags=_tags(attributes),
        )


def _instances(resource: Mapping[str, Json], where: str) -> Iterator[Mapping[str, Json]]:
    """The attributes of each; Terraform's state has a resource's instances in a list."""
    instances = resource.get("instances")
    if isinstance(instances, list):
        for index, each in enumerate(instances):
            place = f"{where}.instances[{index}]"
            if not isinstance(each, Mapping):
                raise InputError("an object was expected", where=place, remedy=REMEDY)
            yield from _instances({"type": resource["type"], **each}, place)
        return
    attributes = resource.get("values", resource.get("attributes", resource))
    if not isinstance(attributes, Mapping):
        raise InputError("the attributes are not an object", where=where, remedy=REMEDY)
    yield attributes


def _text(attributes: Json, path: str) -> str:
    """An attribute, or one of a block, which Terraform keeps in a list; empty where it is not there."""
    value: Json = attributes
    for name in path.split("."):
        if isinstance(value, list):
            value = value[0] if value else None
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _arn(known: _Type, attributes: Mapping[str, Json]) -> str:
    """What is not told is left open; where AWS ends a name by an id of its own, that is, too."""
    arn = next((each for each in (_text(attributes, name) for name in OWN_ARNS) if each.startswith("arn:")), "")
    if arn:
        return arn
    zone = _text(attributes, "availability_zone")
    told = _Told(attributes)
    told["region"] = _text(attributes, "region") or (zone[:-1] if zone else ANY)
    told["account"] = ANY
    return f"arn:{ANY}:{known.arn.format_map(told)}"


class _Told(dict[str, str]):
    """Attributes by name; what is not told is any text."""

    def __init__(self, attributes: Mapping[str, Json]) -> None:
        super().__init__()
        self._attributes = attributes

    def __missing__(self, name: str) -> str:
        return _text(self._attributes, name) or (_text(self._attributes, "id") if name.endswith("name") else "") or ANY


def _facts(kind: str, attributes: Mapping[str, Json]) -> dict[str, str]:
    if kind == "instance":
        state = _text(attributes, "instance_state") or _text(attributes, "state")
        return {"state": state} if state else {}
    if kind == "project" and "build_batch_config" in attributes:
        return {"batch": "yes" if attributes["build_batch_config"] else "no"}
    return {}


def _tags(attributes: Mapping[str, Json]) -> dict[str, str] | None:
    """Those of the provider's defaults, too; None where neither is told."""
    told = [attributes[name] for name in ("tags", "tags_all") if name in attributes]
    if not told:
        return None
    return {str(name): str(value) for each in told if isinstance(each, Mapping) for name, value in each.items()}
