"""Quarantines of users and roles: two inline policies that deny, and access keys, which are never deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.iam_holders import GONE
from setpoint.act.revert.values import as_text
from setpoint.model.quarantine import ACCESS_KEYS, POLICY_NAMES, holder_of
from setpoint.model.remediation import Change


def _set_policies(target: Target, changes: Mapping[str, Change]) -> None:
    kind, holder = holder_of(target.urn)
    iam, whose = target.client("iam"), {f"{kind}Name": holder}
    for name, change in changes.items():
        policy = POLICY_NAMES[name]
        if change.after is None:
            with target.doing(f"iam:Delete{kind}Policy", fine=GONE):
                getattr(iam, f"delete_{kind.lower()}_policy")(**whose, PolicyName=policy)
        else:
            with target.doing(f"iam:Put{kind}Policy"):
                document = as_text(change.after)
                getattr(iam, f"put_{kind.lower()}_policy")(**whose, PolicyName=policy, PolicyDocument=document)


def _set_keys(target: Target, changes: Mapping[str, Change]) -> None:
    _, user = holder_of(target.urn)
    change = changes[ACCESS_KEYS]
    before = change.before or {}
    for key, status in sorted((change.after or {}).items()):
        if before.get(key) != status:
            with target.doing("iam:UpdateAccessKey", fine=GONE):
                target.client("iam").update_access_key(UserName=user, AccessKeyId=key, Status=status)


QUARANTINE: Final = (
    Action(
        tuple(POLICY_NAMES),
        tuple(f"iam:{verb}{kind}Policy" for kind in ("Role", "User") for verb in ("Put", "Delete")),
        _set_policies,
    ),
    Action((ACCESS_KEYS,), ("iam:UpdateAccessKey",), _set_keys),
)
