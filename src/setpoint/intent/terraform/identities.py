"""What Terraform declares of IAM beside roles: users, groups and policies, with what it splits off from them.

Read for the identity plane alone (`intent/iam`); the configuration plane reads roles, in `iam`.
"""

from __future__ import annotations

from typing import Final

from setpoint.intent.terraform.attributes import Attributes, first_unknown
from setpoint.intent.terraform.iam import fold_attachment, fold_policy
from setpoint.intent.terraform.mapping import MappedType, Part, Properties

USER: Final = MappedType(
    type="AWS::IAM::User",
    terraform_type="aws_iam_user",
    identifier="name",
    table={
        "UserName": ("name", Attributes.text),
        "Path": ("path", Attributes.text),
        "PermissionsBoundary": ("permissions_boundary", Attributes.text),
        "Tags": ("tags", Attributes.tags),
    },
    parts={
        "aws_iam_user_policy": Part("user", fold_policy),
        "aws_iam_user_policy_attachment": Part("user", fold_attachment),
        "aws_iam_policy_attachment": Part("users", fold_attachment, may_name_none=True),
        "aws_iam_user_group_membership": Part("user", lambda user, part: _join(user, part, "groups")),
        "aws_iam_group_membership": Part("users", lambda user, part: _join(user, part, "group")),
    },
    is_global=True,
)

GROUP: Final = MappedType(
    type="AWS::IAM::Group",
    terraform_type="aws_iam_group",
    identifier="name",
    table={"GroupName": ("name", Attributes.text), "Path": ("path", Attributes.text)},
    parts={
        "aws_iam_group_policy": Part("group", fold_policy),
        "aws_iam_group_policy_attachment": Part("group", fold_attachment),
        "aws_iam_policy_attachment": Part("groups", fold_attachment, may_name_none=True),
    },
    is_global=True,
)

MANAGED_POLICY: Final = MappedType(
    type="AWS::IAM::ManagedPolicy",
    terraform_type="aws_iam_policy",
    identifier="arn",
    table={
        "ManagedPolicyName": ("name", Attributes.text),
        "Path": ("path", Attributes.text),
        "PolicyDocument": ("policy", Attributes.document),
    },
    is_global=True,
)

IDENTITIES: Final = (USER, GROUP, MANAGED_POLICY)


def _join(user: Properties, part: Attributes, named_by: str) -> None:
    held, more = user.get("Groups", []), part.texts(named_by)
    user["Groups"] = first_unknown([held, more]) or sorted({*held, *(more or [])})
