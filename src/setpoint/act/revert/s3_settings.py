"""The other way round: what is done with a bucket's objects and who hears of it, from CloudFormation's shape to S3's.

Named by the table in `s3`. Every call replaces the whole setting.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.interface import ActionError
from setpoint.act.revert.action import Action, Target
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change

TARGETS: Final = (
    ("LambdaConfigurations", "Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "Queue", "QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "Topic", "TopicConfigurations", "TopicArn"),
)
"""What is notified: CloudFormation's list and its member, the API's list and its member."""


def bucket(target: Target) -> dict[str, str]:
    """The bucket and whose it is, for every call: a name that was given up is free for anyone."""
    return {"Bucket": target.identifier, "ExpectedBucketOwner": target.account}


def _renamed(value: Mapping[str, Json], names: Mapping[str, str]) -> dict[str, Json]:
    return {names.get(name, name): member for name, member in value.items() if member is not None}


def _set_lifecycle(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["LifecycleConfiguration"].after
    with target.doing("s3:PutLifecycleConfiguration"):
        if after:
            size = {name: after[name] for name in ("TransitionDefaultMinimumObjectSize",) if name in after}
            rules = [_lifecycle_rule(rule) for rule in after.get("Rules", [])]
            s3.put_bucket_lifecycle_configuration(**bucket(target), **size, LifecycleConfiguration={"Rules": rules})
        else:
            s3.delete_bucket_lifecycle(**bucket(target))


def _lifecycle_rule(rule: Mapping[str, Json]) -> Json:
    same = ("Status", "AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
    dated = {"TransitionDate": "Date", "TransitionInDays": "Days"}
    noncurrent = {"TransitionInDays": "NoncurrentDays"}
    expirations = {
        "ExpirationDate": "Date",
        "ExpirationInDays": "Days",
        "ExpiredObjectDeleteMarker": "ExpiredObjectDeleteMarker",
    }
    shape = {
        **{name: rule.get(name) for name in same},
        "ID": rule.get("Id"),
        "Filter": _lifecycle_filter(rule),
        # Beside days or a date S3 refuses to be told about delete markers, even that they stay.
        "Expiration": {theirs: rule[ours] for ours, theirs in expirations.items() if rule.get(ours)},
        "Transitions": [_renamed(each, dated) for each in rule.get("Transitions", [])],
        "NoncurrentVersionTransitions": [
            _renamed(each, noncurrent) for each in rule.get("NoncurrentVersionTransitions", [])
        ],
    }
    return {name: value for name, value in shape.items() if value or name == "Filter"}


def _lifecycle_filter(rule: Mapping[str, Json]) -> Json:
    """One condition stands alone, several stand under `And`; none is every object."""
    sizes = ("ObjectSizeGreaterThan", "ObjectSizeLessThan")
    conditions: dict[str, Json] = {name: int(rule[name]) for name in sizes if rule.get(name) is not None}
    if rule.get("Prefix"):
        conditions["Prefix"] = rule["Prefix"]
    tags = rule.get("TagFilters") or []
    if len(conditions) + len(tags) > 1:
        return {"And": conditions | ({"Tags": tags} if tags else {})}
    return {"Tag": tags[0]} if tags else conditions or {"Prefix": ""}


def _set_cors(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["CorsConfiguration"].after
    names = {"Id": "ID", "ExposedHeaders": "ExposeHeaders", "MaxAge": "MaxAgeSeconds"}
    with target.doing("s3:PutBucketCORS"):
        if after:
            rules = [_renamed(rule, names) for rule in after.get("CorsRules", [])]
            s3.put_bucket_cors(**bucket(target), CORSConfiguration={"CORSRules": rules})
        else:
            s3.delete_bucket_cors(**bucket(target))


def _set_website(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["WebsiteConfiguration"].after
    if after:
        with target.doing("s3:PutBucketWebsite"):
            s3.put_bucket_website(**bucket(target), WebsiteConfiguration=_website(after))
    else:
        with target.doing("s3:DeleteBucketWebsite"):
            s3.delete_bucket_website(**bucket(target))


def _website(website: Mapping[str, Json]) -> Json:
    shape = dict(website)
    for document, member in (("IndexDocument", "Suffix"), ("ErrorDocument", "Key")):
        if document in website:
            shape[document] = {member: website[document]}
    if rules := website.get("RoutingRules"):
        names = {"RoutingRuleCondition": "Condition", "RedirectRule": "Redirect"}
        shape["RoutingRules"] = [_renamed(rule, names) for rule in rules]
    return shape


def _set_notification(target: Target, changes: Mapping[str, Change]) -> None:
    # There is no call that deletes it: an empty one says that nobody is notified.
    after = changes["NotificationConfiguration"].after or {}
    shape: dict[str, Json] = {
        theirs: [_notified(each, each[member], arn) for each in after.get(ours, [])]
        for ours, member, theirs, arn in TARGETS
    }
    if (after.get("EventBridgeConfiguration") or {}).get("EventBridgeEnabled"):
        shape["EventBridgeConfiguration"] = {}
    with target.doing("s3:PutBucketNotification"):
        target.client("s3").put_bucket_notification_configuration(
            **bucket(target), NotificationConfiguration={name: value for name, value in shape.items() if value != []}
        )


def _notified(configuration: Mapping[str, Json], receiver: Json, arn: str) -> Json:
    rules = configuration.get("Filter", {}).get("S3Key", {}).get("Rules", [])
    condition = {"Filter": {"Key": {"FilterRules": rules}}} if rules else {}
    return {arn: receiver, "Events": [configuration["Event"]], **condition}


def _set_replication(target: Target, changes: Mapping[str, Change]) -> None:
    s3, after = target.client("s3"), changes["ReplicationConfiguration"].after
    with target.doing("s3:PutReplicationConfiguration"):
        if after:
            rules = [_replication_rule(rule) for rule in after.get("Rules", [])]
            s3.put_bucket_replication(**bucket(target), ReplicationConfiguration={**after, "Rules": rules})
        else:
            s3.delete_bucket_replication(**bucket(target))


def _replication_rule(rule: Mapping[str, Json]) -> Json:
    shape = _renamed(rule, {"Id": "ID"})
    condition = shape.get("Filter")
    if condition is None:
        return {"Prefix": "", **shape}
    shape["Filter"] = _renamed(condition, {"TagFilter": "Tag"})
    if several := condition.get("And"):
        shape["Filter"]["And"] = _renamed(several, {"TagFilters": "Tags"})
    return shape


def _set_object_lock(target: Target, changes: Mapping[str, Change]) -> None:
    """Only the retention can be set back: what is locked stays locked."""
    change = changes["ObjectLockConfiguration"]
    if not change.before:
        raise ActionError(
            "Object Lock could never be switched off again, so Setpoint does not switch it on",
            where=target.urn,
            remedy="switch it on with the tool that declared it",
        )
    with target.doing("s3:PutBucketObjectLockConfiguration"):
        target.client("s3").put_object_lock_configuration(
            **bucket(target), ObjectLockConfiguration={**(change.after or {}), "ObjectLockEnabled": "Enabled"}
        )


def _set_acceleration(target: Target, changes: Mapping[str, Change]) -> None:
    # A bucket that was accelerated can only be suspended (Amazon S3 API Reference, PutBucketAccelerateConfiguration).
    after = changes["AccelerateConfiguration"].after or {"AccelerationStatus": "Suspended"}
    with target.doing("s3:PutAccelerateConfiguration"):
        target.client("s3").put_bucket_accelerate_configuration(
            **bucket(target), AccelerateConfiguration={"Status": after["AccelerationStatus"]}
        )


SETTINGS: Final = (
    Action(("LifecycleConfiguration",), ("s3:PutLifecycleConfiguration",), _set_lifecycle),
    Action(("CorsConfiguration",), ("s3:PutBucketCORS",), _set_cors),
    Action(("WebsiteConfiguration",), ("s3:PutBucketWebsite", "s3:DeleteBucketWebsite"), _set_website),
    Action(("NotificationConfiguration",), ("s3:PutBucketNotification",), _set_notification),
    Action(
        ("ReplicationConfiguration",),
        ("s3:PutReplicationConfiguration",),
        _set_replication,
        passes_role=frozenset({"ReplicationConfiguration"}),
    ),
    Action(("ObjectLockConfiguration",), ("s3:PutBucketObjectLockConfiguration",), _set_object_lock),
    Action(("AccelerateConfiguration",), ("s3:PutAccelerateConfiguration",), _set_acceleration),
)
