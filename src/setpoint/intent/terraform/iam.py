"""AWS::IAM::Role from `aws_iam_role`, with the policies and attachments that Terraform splits off.

The role's own lists hold what it had at the last apply or refresh. An empty one does not say *none may be there*, since
attachments may be declared elsewhere; only the `…_exclusive` resources say so, and they have the last word.
"""

from __future__ import annotations

from typing import Final

from setpoint.intent.terraform.attributes import Attributes, first_unknown
from setpoint.intent.terraform.mapping import MappedType, Part, Properties, Table, declare, without_unset
from setpoint.model.canonical import Json, Unknown

_ROLE: Final[Table] = {
    "RoleName": ("name", Attributes.text),
    "RoleId": ("unique_id", Attributes.text),
    "Arn": ("arn", Attributes.text),
    "Path": ("path", Attributes.text),
    "Description": ("description", Attributes.text),
    "MaxSessionDuration": ("max_session_duration", Attributes.number),
    "AssumeRolePolicyDocument": ("assume_role_policy", Attributes.document),
    "ManagedPolicyArns": ("managed_policy_arns", Attributes.texts),
    "PermissionsBoundary": ("permissions_boundary", Attributes.text),
    "Tags": ("tags", Attributes.tags),
}

_POLICY: Final[Table] = {
    "PolicyName": ("name", Attributes.text),
    "PolicyDocument": ("policy", Attributes.document),
}


def _inline_policies(attributes: Attributes) -> Properties:
    policies = attributes.each("inline_policy", lambda block: declare(block, _POLICY))
    if isinstance(policies, list):
        # `inline_policy {}`, which asks for no policy at all, is recorded as a policy without a name.
        policies = _by_name([policy for policy in policies if "PolicyName" in policy]) or None
    return without_unset({"Policies": policies})


def _by_name(policies: list[Json]) -> list[Json] | Unknown:
    """In the order of their names; of two with one name the later."""
    unknown = first_unknown(policy["PolicyName"] for policy in policies)
    named = {policy["PolicyName"]: policy for policy in policies}
    return unknown or [named[name] for name in sorted(named)]


def fold_policy(properties: Properties, part: Attributes) -> None:
    held = properties.get("Policies", [])
    policy = declare(part, _POLICY)
    if not isinstance(held, Unknown) and "PolicyName" in policy:
        properties["Policies"] = _by_name([*held, policy])


def fold_attachment(properties: Properties, part: Attributes) -> None:
    held, more = properties.get("ManagedPolicyArns", []), part.texts("policy_arn")
    properties["ManagedPolicyArns"] = first_unknown([held, more]) or sorted({*held, *(more or [])})


def _only_attachments(properties: Properties, part: Attributes) -> None:
    properties["ManagedPolicyArns"] = part.texts("policy_arns") or []


def _only_policies(properties: Properties, part: Attributes) -> None:
    names, held = part.texts("policy_names") or [], properties.get("Policies", [])
    unknown = first_unknown([names, held])
    if unknown is None:
        documents = {policy["PolicyName"]: policy for policy in held}
        properties["Policies"] = [documents.get(name) or _undocumented(name) for name in names]
    else:
        properties["Policies"] = unknown


def _undocumented(name: str) -> Json:
    return {
        "PolicyName": name,
        "PolicyDocument": Unknown("the Terraform source names this policy without its document"),
    }


ROLE: Final = MappedType(
    type="AWS::IAM::Role",
    terraform_type="aws_iam_role",
    identifier="name",
    table=_ROLE,
    derive=_inline_policies,
    parts={
        "aws_iam_role_policy": Part("role", fold_policy),
        "aws_iam_role_policy_attachment": Part("role", fold_attachment),
        "aws_iam_policy_attachment": Part("roles", fold_attachment, may_name_none=True),
        "aws_iam_role_policies_exclusive": Part("role_name", _only_policies),
        "aws_iam_role_policy_attachments_exclusive": Part("role_name", _only_attachments),
    },
    is_global=True,
)
