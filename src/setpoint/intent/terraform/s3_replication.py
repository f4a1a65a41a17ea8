"""Where the objects of a bucket are replicated to. `s3` names what is here."""

from __future__ import annotations

from functools import partial
from typing import Final

from setpoint.intent.terraform.attributes import Attributes, first_unknown
from setpoint.intent.terraform.mapping import Properties, Table, declare, inside, put, without_unset
from setpoint.model.canonical import Json, Unknown

_DESTINATION: Final[Table] = {
    "Bucket": ("bucket", Attributes.text),
    "Account": ("account", Attributes.text),
    "StorageClass": ("storage_class", Attributes.text),
}

_INLINE_DESTINATION: Final[Table] = {**_DESTINATION, "Account": ("account_id", Attributes.text)}

_OWNER: Final[Table] = {"Owner": ("owner", Attributes.text)}

_KEY: Final[Table] = {"ReplicaKmsKeyID": ("replica_kms_key_id", Attributes.text)}

_STATUS: Final[Table] = {"Status": ("status", Attributes.text)}


def fold_replication(properties: Properties, part: Attributes) -> None:
    put(properties, "ReplicationConfiguration", _configuration(part, part.each("rule", _rule)))


def inline_replication(attributes: Attributes) -> Json:
    """The block of the bucket itself, which follows an older API."""
    return attributes.one(
        "replication_configuration", lambda block: _configuration(block, block.each("rules", _inline_rule))
    )


def _configuration(attributes: Attributes, rules: Json) -> Json:
    return without_unset({"Role": attributes.text("role"), "Rules": rules})


def _rule(rule: Attributes) -> Json:
    return _shape(
        rule,
        rule.one("filter", _filter),
        {
            "DeleteMarkerReplication": rule.one("delete_marker_replication", partial(declare, table=_STATUS)),
            "SourceSelectionCriteria": rule.one("source_selection_criteria", _criteria),
            "Destination": rule.one("destination", _destination),
        },
    )


def _shape(rule: Attributes, condition: Json, others: Properties) -> Json:
    unknown = first_unknown([condition])
    if unknown:
        return unknown
    # Without a filter the rule follows the first version of the API, in which rules have no priority.
    first_version = condition is None
    return without_unset(
        {
            "Id": rule.text("id"),
            "Status": rule.text("status"),
            "Prefix": rule.text("prefix"),
            "Filter": condition,
            "Priority": rule.positive("priority") if first_version else rule.number("priority"),
            **others,
        }
    )


def _filter(block: Attributes) -> Json:
    several = block.one("and", _conditions)
    if several is not None:
        return inside("And", several)
    return without_unset({"Prefix": block.text("prefix") or "", "TagFilter": block.one("tag", _tag)})


def _conditions(block: Attributes) -> Json:
    return without_unset({"Prefix": block.text("prefix"), "TagFilters": block.tags("tags")})


def _tag(block: Attributes) -> Json:
    return {"Key": block.text("key"), "Value": block.text("value") or ""}


def _criteria(block: Attributes) -> Json:
    status = partial(declare, table=_STATUS)
    return without_unset(
        {
            "ReplicaModifications": block.one("replica_modifications", status),
            "SseKmsEncryptedObjects": block.one("sse_kms_encrypted_objects", status),
        }
    )


def _destination(block: Attributes) -> Json:
    return declare(block, _DESTINATION) | without_unset(
        {
            "AccessControlTranslation": block.one("access_control_translation", partial(declare, table=_OWNER)),
            "EncryptionConfiguration": block.one("encryption_configuration", partial(declare, table=_KEY)),
            "Metrics": block.one("metrics", partial(_timed, name="EventThreshold", attribute="event_threshold")),
            "ReplicationTime": block.one("replication_time", partial(_timed, name="Time", attribute="time")),
        }
    )


def _timed(block: Attributes, name: str, attribute: str) -> Json:
    minutes = block.one(attribute, lambda inner: inner.positive("minutes"))
    return declare(block, _STATUS) | without_unset({name: inside("Minutes", minutes)})


def _inline_rule(rule: Attributes) -> Json:
    delete_markers = rule.text("delete_marker_replication_status")
    return _shape(
        rule,
        rule.one("filter", _inline_filter),
        {
            "DeleteMarkerReplication": inside("Status", delete_markers),
            "SourceSelectionCriteria": rule.one("source_selection_criteria", _inline_criteria),
            "Destination": rule.one("destination", _inline_destination),
        },
    )


def _inline_filter(block: Attributes) -> Json:
    tags = block.tags("tags")
    if isinstance(tags, Unknown):
        return tags
    prefix = block.text("prefix")
    if not tags:
        return {"Prefix": prefix or ""}
    if len(tags) == 1 and prefix is None:
        return {"TagFilter": tags[0]}
    return {"And": without_unset({"Prefix": prefix, "TagFilters": tags})}


def _inline_criteria(block: Attributes) -> Json:
    encrypted = block.one("sse_kms_encrypted_objects", lambda inner: inner.flag("enabled"))
    if isinstance(encrypted, bool):
        encrypted = "Enabled" if encrypted else "Disabled"
    return without_unset({"SseKmsEncryptedObjects": inside("Status", encrypted)})


def _inline_destination(block: Attributes) -> Json:
    return declare(block, _INLINE_DESTINATION) | without_unset(
        {
            "AccessControlTranslation": block.one("access_control_translation", partial(declare, table=_OWNER)),
            "EncryptionConfiguration": inside("ReplicaKmsKeyID", block.text("replica_kms_key_id")),
            "Metrics": block.one("metrics", partial(_inline_timed, name="EventThreshold")),
            "ReplicationTime": block.one("replication_time", partial(_inline_timed, name="Time")),
        }
    )


def _inline_timed(block: Attributes, name: str) -> Json:
    return declare(block, _STATUS) | without_unset({name: inside("Minutes", block.positive("minutes"))})
