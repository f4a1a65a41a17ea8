"""Roles: who may assume them, what they may do, and up to which boundary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.values import as_text, tag_changes, with_elements
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change

GONE: Final = frozenset({"NoSuchEntity"})


def _set_trust(target: Target, changes: Mapping[str, Change]) -> None:
    with target.doing("iam:UpdateAssumeRolePolicy"):
        target.client("iam").update_assume_role_policy(
            RoleName=target.identifier, PolicyDocument=as_text(changes["AssumeRolePolicyDocument"].after)
        )


def _set_managed_policies(target: Target, changes: Mapping[str, Change]) -> None:
    iam, change = target.client("iam"), changes["ManagedPolicyArns"]
    before, after = set(change.before or []), set(change.after or [])
    for arn in sorted(after - before):
        with target.doing("iam:AttachRolePolicy"):
            iam.attach_role_policy(RoleName=target.identifier, PolicyArn=arn)
    for arn in sorted(before - after):
        with target.doing("iam:DetachRolePolicy", fine=GONE):
            iam.detach_role_policy(RoleName=target.identifier, PolicyArn=arn)


def _set_inline_policies(target: Target, changes: Mapping[str, Change]) -> None:
    iam, change = target.client("iam"), changes["Policies"]
    before, after = _by_name(change.before), _by_name(change.after)
    for name in sorted(after):
        if before.get(name) != after[name]:
            with target.doing("iam:PutRolePolicy"):
                iam.put_role_policy(RoleName=target.identifier, PolicyName=name, PolicyDocument=as_text(after[name]))
    for name in sorted(before.keys() - after.keys()):
        with target.doing("iam:DeleteRolePolicy", fine=GONE):
            iam.delete_role_policy(RoleName=target.identifier, PolicyName=name)


def _by_name(policies: Json) -> dict[str, Json]:
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in policies or []}


def _set_boundary(target: Target, changes: Mapping[str, Change]) -> None:
    iam, after = target.client("iam"), changes["PermissionsBoundary"].after
    if after:
        with target.doing("iam:PutRolePermissionsBoundary"):
            iam.put_role_permissions_boundary(RoleName=target.identifier, PermissionsBoundary=after)
    else:
        with target.doing("iam:DeleteRolePermissionsBoundary", fine=GONE):
            iam.delete_role_permissions_boundary(RoleName=target.identifier)


def _update(target: Target, changes: Mapping[str, Change]) -> None:
    """Both always, since a session duration that is left out goes back to one hour (IAM API Reference, UpdateRole)."""
    iam = target.client("iam")
    with target.doing("iam:GetRole"):
        role = iam.get_role(RoleName=target.identifier)["Role"]
    description, duration = role.get("Description", ""), role["MaxSessionDuration"]
    if "Description" in changes:
        description = changes["Description"].after or ""
    if "MaxSessionDuration" in changes:
        duration = changes["MaxSessionDuration"].after or 3600
    with target.doing("iam:UpdateRole"):
        iam.update_role(RoleName=target.identifier, Description=description, MaxSessionDuration=duration)


def _set_tags(target: Target, changes: Mapping[str, Change]) -> None:
    iam, tags = target.client("iam"), tag_changes(changes["Tags"].before, changes["Tags"].after)
    if tags.put:
        with target.doing("iam:TagRole"):
            iam.tag_role(RoleName=target.identifier, Tags=list(tags.put))
    if tags.removed:
        with target.doing("iam:UntagRole"):
            iam.untag_role(RoleName=target.identifier, TagKeys=list(tags.removed))


ROLE: Final = (
    Action(("AssumeRolePolicyDocument",), ("iam:UpdateAssumeRolePolicy",), _set_trust),
    Action(
        ("PermissionsBoundary",),
        ("iam:PutRolePermissionsBoundary", "iam:DeleteRolePermissionsBoundary"),
        _set_boundary,
    ),
    Action(("ManagedPolicyArns",), ("iam:AttachRolePolicy", "iam:DetachRolePolicy"), _set_managed_policies),
    Action(
        ("Policies",),
        ("iam:PutRolePolicy", "iam:DeleteRolePolicy"),
        _set_inline_policies,
        aim=with_elements("PolicyName"),
    ),
    Action(("Description", "MaxSessionDuration"), ("iam:GetRole", "iam:UpdateRole"), _update),
    Action(("Tags",), ("iam:TagRole", "iam:UntagRole"), _set_tags, aim=with_elements("Key")),
)
