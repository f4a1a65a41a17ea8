"""Keys: their state, rotation, policy and description."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.values import as_text, tag_changes, with_elements
from setpoint.model.remediation import Change


def _set_state(target: Target, changes: Mapping[str, Change]) -> None:
    """Rotation can be set only while the key is enabled (AWS KMS Developer Guide, "Key states of AWS KMS keys")."""
    kms, enabled, rotation = target.client("kms"), changes.get("Enabled"), changes.get("EnableKeyRotation")
    if enabled and enabled.after is not False:
        with target.doing("kms:EnableKey"):
            kms.enable_key(KeyId=target.identifier)
    if rotation and rotation.after:
        with target.doing("kms:EnableKeyRotation"):
            kms.enable_key_rotation(KeyId=target.identifier)
    elif rotation:
        with target.doing("kms:DisableKeyRotation"):
            kms.disable_key_rotation(KeyId=target.identifier)
    if enabled and enabled.after is False:
        with target.doing("kms:DisableKey"):
            kms.disable_key(KeyId=target.identifier)


def _set_policy(target: Target, changes: Mapping[str, Change]) -> None:
    # KMS's own check stays on: a policy that would lock everyone out is refused.
    with target.doing("kms:PutKeyPolicy"):
        target.client("kms").put_key_policy(
            KeyId=target.identifier, PolicyName="default", Policy=as_text(changes["KeyPolicy"].after)
        )


def _set_description(target: Target, changes: Mapping[str, Change]) -> None:
    with target.doing("kms:UpdateKeyDescription"):
        target.client("kms").update_key_description(
            KeyId=target.identifier, Description=changes["Description"].after or ""
        )


def _set_tags(target: Target, changes: Mapping[str, Change]) -> None:
    kms, tags = target.client("kms"), tag_changes(changes["Tags"].before, changes["Tags"].after)
    if tags.put:
        with target.doing("kms:TagResource"):
            put = [{"TagKey": tag["Key"], "TagValue": tag["Value"]} for tag in tags.put]
            kms.tag_resource(KeyId=target.identifier, Tags=put)
    if tags.removed:
        with target.doing("kms:UntagResource"):
            kms.untag_resource(KeyId=target.identifier, TagKeys=list(tags.removed))


KEY: Final = (
    Action(("KeyPolicy",), ("kms:PutKeyPolicy",), _set_policy),
    Action(
        ("Enabled", "EnableKeyRotation"),
        ("kms:EnableKey", "kms:DisableKey", "kms:EnableKeyRotation", "kms:DisableKeyRotation"),
        _set_state,
    ),
    Action(("Description",), ("kms:UpdateKeyDescription",), _set_description),
    Action(("Tags",), ("kms:TagResource", "kms:UntagResource"), _set_tags, aim=with_elements("Key")),
)
