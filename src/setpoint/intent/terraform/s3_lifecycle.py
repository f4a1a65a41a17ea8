"""Which objects of a bucket expire, move to another storage class, or are locked. `s3` names what is here."""

from __future__ import annotations

from functools import partial
from typing import Final

from setpoint.intent.terraform.attributes import Attributes, first_unknown
from setpoint.intent.terraform.mapping import Properties, Table, declare, inside, put, without_unset
from setpoint.model.canonical import Json

_EXPIRATION: Final[Table] = {
    "ExpirationDate": ("date", Attributes.text),
    "ExpirationInDays": ("days", Attributes.positive),
    "ExpiredObjectDeleteMarker": ("expired_object_delete_marker", Attributes.flag),
}

_NONCURRENT_EXPIRATION: Final[Table] = {
    "NoncurrentDays": ("noncurrent_days", Attributes.positive),
    "NewerNoncurrentVersions": ("newer_noncurrent_versions", Attributes.numeral_or_number),
}

_NONCURRENT_TRANSITION: Final[Table] = {
    "TransitionInDays": ("noncurrent_days", Attributes.number),
    "NewerNoncurrentVersions": ("newer_noncurrent_versions", Attributes.numeral_or_number),
    "StorageClass": ("storage_class", Attributes.text),
}

_INLINE_NONCURRENT_EXPIRATION: Final[Table] = {"NoncurrentDays": ("days", Attributes.positive)}

_INLINE_NONCURRENT_TRANSITION: Final[Table] = {
    "TransitionInDays": ("days", Attributes.number),
    "StorageClass": ("storage_class", Attributes.text),
}

_ABORT: Final[Table] = {"DaysAfterInitiation": ("days_after_initiation", Attributes.positive)}

_RETENTION: Final[Table] = {
    "Mode": ("mode", Attributes.text),
    "Days": ("days", Attributes.positive),
    "Years": ("years", Attributes.positive),
}


def fold_lifecycle(properties: Properties, part: Attributes) -> None:
    rules = inside("Rules", part.each("rule", _rule))
    if isinstance(rules, dict):
        size = part.text("transition_default_minimum_object_size")
        rules |= without_unset({"TransitionDefaultMinimumObjectSize": size})
    put(properties, "LifecycleConfiguration", rules)


def _rule(rule: Attributes) -> Json:
    condition = rule.one("filter", _filter)
    expiration = rule.one("expiration", partial(declare, table=_EXPIRATION))
    unknown = first_unknown([condition, expiration])
    if unknown:
        return unknown
    shape = {
        "Id": rule.text("id"),
        "Status": rule.text("status"),
        "Prefix": rule.text("prefix"),
        "AbortIncompleteMultipartUpload": rule.one("abort_incomplete_multipart_upload", partial(declare, table=_ABORT)),
        "Transitions": rule.each("transition", _transition),
        "NoncurrentVersionExpiration": rule.one(
            "noncurrent_version_expiration", partial(declare, table=_NONCURRENT_EXPIRATION)
        ),
        "NoncurrentVersionTransitions": rule.each(
            "noncurrent_version_transition", partial(declare, table=_NONCURRENT_TRANSITION)
        ),
    }
    return without_unset(shape) | (condition or {}) | (expiration or {})


def _filter(block: Attributes) -> Json:
    """Several conditions stand in a block `and`."""
    several = block.one("and", partial(_conditions, unset_size=0))
    return _conditions(block) if several is None else several


def _conditions(block: Attributes, unset_size: int | None = None) -> Json:
    """`unset_size` is what stands for a size that is not set: in a block `and`, Terraform holds 0."""
    sizes = {
        f"ObjectSize{name}Than": block.numeral_or_number(f"object_size_{name.lower()}_than")
        for name in ("Greater", "Less")
    }
    return without_unset(
        {
            "Prefix": block.text("prefix"),
            "TagFilters": block.tags("tags") or block.each("tag", _tag),
            **{name: _as_text(size) for name, size in sizes.items() if size != unset_size},
        }
    )


def _as_text(size: Json) -> Json:
    return str(size) if isinstance(size, int) else size


def _tag(block: Attributes) -> Json:
    return {"Key": block.text("key"), "Value": block.text("value") or ""}


def _transition(block: Attributes) -> Json:
    # The days are 0 both when a transition is to be made at once and when a date is set instead.
    date = block.text("date")
    days = block.number("days") if date is None else None
    return without_unset(
        {"TransitionDate": date, "TransitionInDays": days, "StorageClass": block.text("storage_class")}
    )


def inline_lifecycle(attributes: Attributes) -> Json:
    """The blocks of the bucket itself, which follow an older API."""
    return inside("Rules", attributes.each("lifecycle_rule", _inline_rule))


def _inline_rule(rule: Attributes) -> Json:
    expiration = rule.one("expiration", partial(declare, table=_EXPIRATION))
    enabled = rule.flag("enabled")
    unknown = first_unknown([expiration, enabled])
    if unknown:
        return unknown
    shape = {
        "Id": rule.text("id"),
        "Status": "Enabled" if enabled else "Disabled",
        "Prefix": rule.text("prefix"),
        "TagFilters": rule.tags("tags"),
        "AbortIncompleteMultipartUpload": inside(
            "DaysAfterInitiation", rule.positive("abort_incomplete_multipart_upload_days")
        ),
        "Transitions": rule.each("transition", _transition),
        "NoncurrentVersionExpiration": rule.one(
            "noncurrent_version_expiration", partial(declare, table=_INLINE_NONCURRENT_EXPIRATION)
        ),
        "NoncurrentVersionTransitions": rule.each(
            "noncurrent_version_transition", partial(declare, table=_INLINE_NONCURRENT_TRANSITION)
        ),
    }
    return without_unset(shape) | (expiration or {})


def object_lock(attributes: Attributes) -> Properties:
    """Of the bucket itself: whether there is Object Lock, and a retention where one is set inline."""
    return without_unset(
        {
            "ObjectLockEnabled": attributes.flag("object_lock_enabled"),
            "ObjectLockConfiguration": attributes.one("object_lock_configuration", _lock),
        }
    )


def fold_object_lock(properties: Properties, part: Attributes) -> None:
    put(properties, "ObjectLockConfiguration", _lock(part))
    put(properties, "ObjectLockEnabled", value=True)


def _lock(block: Attributes) -> Json:
    retention = block.one("rule", lambda rule: rule.one("default_retention", partial(declare, table=_RETENTION)))
    return {"ObjectLockEnabled": "Enabled"} | without_unset({"Rule": inside("DefaultRetention", retention)})
