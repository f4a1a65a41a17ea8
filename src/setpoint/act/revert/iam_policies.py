"""Managed policies: what they say, and to whom they are attached.

What a policy said before is one of its versions, until there are five of them: going back makes that one the default
again. Only where there is no room for a new version the oldest is deleted, which the log tells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.iam_holders import GONE
from setpoint.act.revert.values import as_text
from setpoint.logs import logger
from setpoint.model.canonical import Json, digest
from setpoint.model.remediation import Change

MOST_VERSIONS: Final = 5
"""Of one policy (IAM User Guide, "IAM and AWS STS quotas")."""

HOLDERS: Final = {"Users": "User", "Groups": "Group", "Roles": "Role"}
"""CloudFormation's property → the kind of holder, as IAM's calls spell it."""


def _set_document(target: Target, changes: Mapping[str, Change]) -> None:
    iam, wanted = target.client("iam"), changes["PolicyDocument"].after
    with target.doing("iam:ListPolicyVersions"):
        pages = iam.get_paginator("list_policy_versions").paginate(PolicyArn=target.identifier)
        versions = [each for page in pages for each in page["Versions"]]
    kept = next((each for each in versions if _says(target, each["VersionId"], wanted)), None)
    if kept is None:
        _make_room(target, versions)
        with target.doing("iam:CreatePolicyVersion"):
            iam.create_policy_version(PolicyArn=target.identifier, PolicyDocument=as_text(wanted), SetAsDefault=True)
    elif not kept["IsDefaultVersion"]:
        with target.doing("iam:SetDefaultPolicyVersion"):
            iam.set_default_policy_version(PolicyArn=target.identifier, VersionId=kept["VersionId"])


def _says(target: Target, version: str, wanted: Json) -> bool:
    with target.doing("iam:GetPolicyVersion"):
        answer = target.client("iam").get_policy_version(PolicyArn=target.identifier, VersionId=version)
    return digest(answer["PolicyVersion"]["Document"]) == digest(wanted)


def _make_room(target: Target, versions: Sequence[Mapping[str, Any]]) -> None:
    if len(versions) < MOST_VERSIONS:
        return
    oldest = min((each for each in versions if not each["IsDefaultVersion"]), key=lambda each: each["CreateDate"])
    logger(__name__).warning(
        "the oldest version of a policy is deleted, since it may have no more than five",
        policy=target.identifier,
        version=oldest["VersionId"],
    )
    with target.doing("iam:DeletePolicyVersion", fine=GONE):
        target.client("iam").delete_policy_version(PolicyArn=target.identifier, VersionId=oldest["VersionId"])


def _set_holders(target: Target, changes: Mapping[str, Change]) -> None:
    iam, arn = target.client("iam"), target.identifier
    for name, change in changes.items():
        kind = HOLDERS[name]
        before, after = set(change.before or []), set(change.after or [])
        for holder in sorted(after - before):
            with target.doing(f"iam:Attach{kind}Policy"):
                getattr(iam, f"attach_{kind.lower()}_policy")(**{f"{kind}Name": holder}, PolicyArn=arn)
        for holder in sorted(before - after):
            with target.doing(f"iam:Detach{kind}Policy", fine=GONE):
                getattr(iam, f"detach_{kind.lower()}_policy")(**{f"{kind}Name": holder}, PolicyArn=arn)


MANAGED_POLICY: Final = (
    Action(
        ("PolicyDocument",),
        (
            "iam:ListPolicyVersions",
            "iam:GetPolicyVersion",
            "iam:CreatePolicyVersion",
            "iam:SetDefaultPolicyVersion",
            "iam:DeletePolicyVersion",
        ),
        _set_document,
    ),
    Action(
        tuple(HOLDERS),
        tuple(f"iam:{verb}{kind}Policy" for kind in HOLDERS.values() for verb in ("Attach", "Detach")),
        _set_holders,
    ),
)
