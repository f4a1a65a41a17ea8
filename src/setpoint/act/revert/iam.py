"""Roles, users and groups: who may assume them, what they may do, and up to which boundary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.revert import iam_holders
from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.iam_holders import GONE, attached_policies, boundary, inline_policies, path, tags
from setpoint.act.revert.values import as_text
from setpoint.model.remediation import Change


def _set_trust(target: Target, changes: Mapping[str, Change]) -> None:
    with target.doing("iam:UpdateAssumeRolePolicy"):
        target.client("iam").update_assume_role_policy(
            RoleName=target.identifier, PolicyDocument=as_text(changes["AssumeRolePolicyDocument"].after)
        )


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


def _set_groups(target: Target, changes: Mapping[str, Change]) -> None:
    iam, change = target.client("iam"), changes["Groups"]
    before, after = set(change.before or []), set(change.after or [])
    for name in sorted(after - before):
        with target.doing("iam:AddUserToGroup"):
            iam.add_user_to_group(UserName=target.identifier, GroupName=name)
    for name in sorted(before - after):
        with target.doing("iam:RemoveUserFromGroup", fine=GONE):
            iam.remove_user_from_group(UserName=target.identifier, GroupName=name)


ROLE: Final = (
    Action(("AssumeRolePolicyDocument",), ("iam:UpdateAssumeRolePolicy",), _set_trust),
    boundary(iam_holders.ROLE),
    attached_policies(iam_holders.ROLE),
    inline_policies(iam_holders.ROLE),
    Action(("Description", "MaxSessionDuration"), ("iam:GetRole", "iam:UpdateRole"), _update),
    tags(iam_holders.ROLE),
)

USER: Final = (
    boundary(iam_holders.USER),
    Action(("Groups",), ("iam:AddUserToGroup", "iam:RemoveUserFromGroup"), _set_groups),
    attached_policies(iam_holders.USER),
    inline_policies(iam_holders.USER),
    path(iam_holders.USER),
    tags(iam_holders.USER),
)

GROUP: Final = (
    attached_policies(iam_holders.GROUP),
    inline_policies(iam_holders.GROUP),
    path(iam_holders.GROUP),
)
