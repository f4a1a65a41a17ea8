"""Keys with their policy and rotation; never key material."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, VanishedError
from setpoint.observe.aws.shape import document, tags

PAGE: Final = 1000
"""The largest page (KMS API Reference, ListKeys, Limit)."""

DELETED: Final = frozenset({"PendingDeletion", "PendingReplicaDeletion"})
"""Such a key can be neither used nor changed, only saved from deletion, which is how KMS deletes: it counts as absent
(AWS KMS Developer Guide, "Key states of AWS KMS keys" and "Delete an AWS KMS key")."""

SAME: Final = ("KeyId", "Arn", "Description", "Enabled", "KeySpec", "KeyUsage", "MultiRegion", "Origin")
"""Spelled by the API as by CloudFormation."""

UNSAID: Final = {"KeyUsage": "ENCRYPT_DECRYPT", "MultiRegion": False}
"""What a key is where the answer leaves it out: both fields are optional (KMS API Reference, KeyMetadata; the values
are those of CreateKey)."""

EVERY_YEAR: Final = 365
"""The period of a rotation that was given none (KMS API Reference, EnableKeyRotation, RotationPeriodInDays)."""

ROTATED: Final = "SYMMETRIC_DEFAULT"
"""The only kind of key that rotates (KMS API Reference, GetKeyRotationStatus)."""

OUTSIDE: Final = frozenset({"AWS_CLOUDHSM", "EXTERNAL_KEY_STORE"})
"""Origins of keys in custom key stores, which do not rotate either."""

IMPORTED: Final = "EXTERNAL"
"""The origin of keys whose material AWS did not make: rotation cannot be enabled (GetKeyRotationStatus again)."""

ROTATION: Final = ("EnableKeyRotation", "RotationPeriodInDays")
"""What one answer tells (KMS API Reference, GetKeyRotationStatus)."""


class KeyReader(Reader):
    type: ClassVar[str] = "AWS::KMS::Key"
    lists: ClassVar[str] = "kms:ListKeys"
    calls: ClassVar[int] = 3
    permissions: ClassVar[tuple[str, ...]] = (
        lists,
        "kms:DescribeKey",
        "kms:GetKeyPolicy",
        "kms:GetKeyRotationStatus",
        "kms:ListResourceTags",
    )
    properties: ClassVar[frozenset[str]] = frozenset({*SAME, "KeyPolicy", *ROTATION, "Tags"})
    gone: ClassVar[frozenset[str]] = frozenset({"NotFoundException"})

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        paginator = place.client("kms").get_paginator("list_keys")
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE}):
            yield [Listed(key["KeyId"], said=key) for key in page["Keys"]]

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        kms = place.client("kms")
        with reading.whole("kms:DescribeKey"):
            key = kms.describe_key(KeyId=entity.identifier)["KeyMetadata"]
        replica = key.get("MultiRegionConfiguration", {}).get("MultiRegionKeyType") == "REPLICA"
        # A replica is of a type of its own, AWS::KMS::ReplicaKey; an alias leads to a key but is none.
        if key["KeyState"] in DELETED or replica or key["KeyId"] != entity.identifier:
            raise VanishedError
        for name in SAME:
            said = key.get(name)
            reading.put(name, UNSAID.get(name) if said is None else said)
        _read_policy(kms, entity.identifier, reading)
        if key.get("KeyManager") == "AWS":
            # AWS rotates it every year, which nobody can change, and it cannot be tagged
            # (AWS KMS Developer Guide, "Rotate AWS KMS keys" and "Tags in AWS KMS").
            reading.provided_by = "AWS: a key that AWS manages"
            for name, value in zip(ROTATION, (True, EVERY_YEAR), strict=True):
                reading.put(name, value)
            return
        _read_rotation(kms, key, reading)
        _read_tags(kms, entity.identifier, reading)


def _read_policy(kms: Any, key: str, reading: Reading) -> None:
    with reading.part("KeyPolicy", "kms:GetKeyPolicy"):
        reading.put("KeyPolicy", document(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]))


def _read_rotation(kms: Any, key: Mapping[str, Any], reading: Reading) -> None:
    """As far as it does not follow from what the key is."""
    enabled, period = ROTATION
    if key.get("KeySpec", ROTATED) != ROTATED or key.get("Origin") in OUTSIDE:
        return
    if key.get("Origin") == IMPORTED:
        reading.properties[enabled] = False
        return
    with reading.part(enabled, "kms:GetKeyRotationStatus", absent={"UnsupportedOperationException"}):
        status = kms.get_key_rotation_status(KeyId=key["KeyId"])
        reading.put(enabled, status["KeyRotationEnabled"])
        # Where nothing rotates, the answer has no period, and the property means nothing.
        reading.put(period, status.get(period) or (EVERY_YEAR if status["KeyRotationEnabled"] else None))
    if enabled in reading.unread:
        reading.unread[period] = reading.unread[enabled]


def _read_tags(kms: Any, key: str, reading: Reading) -> None:
    with reading.part("Tags", "kms:ListResourceTags"):
        pages = kms.get_paginator("list_resource_tags").paginate(KeyId=key)
        listed = [tag for page in pages for tag in page["Tags"]]
        reading.put("Tags", tags(listed, key="TagKey", value="TagValue"))
