"""AWS::KMS::Key from `aws_kms_key`, with `aws_kms_key_policy` folded in."""

from __future__ import annotations

from typing import Final

from setpoint.intent.terraform.attributes import Attributes
from setpoint.intent.terraform.mapping import MappedType, Part, Properties, Table, put

_TABLE: Final[Table] = {
    "KeyId": ("key_id", Attributes.text),
    "Arn": ("arn", Attributes.text),
    "Description": ("description", Attributes.text),
    "Enabled": ("is_enabled", Attributes.flag),
    "EnableKeyRotation": ("enable_key_rotation", Attributes.flag),
    "RotationPeriodInDays": ("rotation_period_in_days", Attributes.number),
    "KeyPolicy": ("policy", Attributes.document),
    "KeySpec": ("customer_master_key_spec", Attributes.text),
    "KeyUsage": ("key_usage", Attributes.text),
    "MultiRegion": ("multi_region", Attributes.flag),
    "Tags": ("tags", Attributes.tags),
}


def _fold_policy(properties: Properties, part: Attributes) -> None:
    put(properties, "KeyPolicy", part.document("policy"))


KEY: Final = MappedType(
    type="AWS::KMS::Key",
    terraform_type="aws_kms_key",
    identifier="key_id",
    table=_TABLE,
    parts={"aws_kms_key_policy": Part("key_id", _fold_policy)},
)
