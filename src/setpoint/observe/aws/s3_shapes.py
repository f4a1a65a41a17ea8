"""The settings of a bucket, from S3's answers to CloudFormation's shape; None is what is not set.

`s3_settings` says which call each answer is of. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from setpoint.model.canonical import Json
from setpoint.observe.aws.shape import filled, ordered, tags

Answer = Mapping[str, Any]
Properties = Mapping[str, Json]


def _renamed(value: Answer, names: Mapping[str, str]) -> dict[str, Json]:
    """The filled members, those of `names` (the API's → CloudFormation's) under their other name."""
    return filled({names.get(name, name): member for name, member in value.items()})


def public_access_block(answer: Answer) -> Properties:
    return {"PublicAccessBlockConfiguration": answer["PublicAccessBlockConfiguration"]}


def encryption(answer: Answer) -> Properties:
    names = {"ApplyServerSideEncryptionByDefault": "ServerSideEncryptionByDefault"}
    rules = [_renamed(rule, names) for rule in answer["ServerSideEncryptionConfiguration"]["Rules"]]
    return {"BucketEncryption": {"ServerSideEncryptionConfiguration": rules}}


def versioning(answer: Answer) -> Properties:
    status = answer.get("Status")
    return {"VersioningConfiguration": {"Status": status} if status else None}


def logging(answer: Answer) -> Properties:
    enabled = answer.get("LoggingEnabled")
    if not enabled:
        return {}
    names = {"TargetBucket": "DestinationBucketName", "TargetPrefix": "LogFilePrefix"}
    # Grants on the log's objects have no place in CloudFormation.
    return {"LoggingConfiguration": _renamed({**enabled, "TargetGrants": None}, names)}


def ownership(answer: Answer) -> Properties:
    return {"OwnershipControls": {"Rules": answer["OwnershipControls"]["Rules"]}}


def bucket_tags(answer: Answer) -> Properties:
    return {"Tags": tags(answer["TagSet"])}


def lifecycle(answer: Answer) -> Properties:
    shape = {
        "Rules": [_lifecycle_rule(rule) for rule in answer["Rules"]],
        "TransitionDefaultMinimumObjectSize": answer.get("TransitionDefaultMinimumObjectSize"),
    }
    return {"LifecycleConfiguration": filled(shape)}


def _lifecycle_rule(rule: Answer) -> Json:
    """The filter and the expiration stand in the rule itself."""
    same = ("Status", "AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
    expiration, condition = rule.get("Expiration", {}), rule.get("Filter", {})
    several = condition.get("And", condition)
    single = [condition["Tag"]] if "Tag" in condition else []
    return filled(
        {name: rule.get(name) for name in same}
        | {name: _number_as_text(several.get(name)) for name in ("ObjectSizeGreaterThan", "ObjectSizeLessThan")}
        | {
            "Id": rule.get("ID"),
            "Prefix": several.get("Prefix") or rule.get("Prefix"),
            "TagFilters": [*several.get("Tags", []), *single],
            "ExpirationDate": _date(expiration.get("Date")),
            "ExpirationInDays": expiration.get("Days"),
            "ExpiredObjectDeleteMarker": expiration.get("ExpiredObjectDeleteMarker"),
            "Transitions": [_transition(each) for each in rule.get("Transitions", [])],
            "NoncurrentVersionTransitions": [
                _renamed(each, {"NoncurrentDays": "TransitionInDays"})
                for each in rule.get("NoncurrentVersionTransitions", [])
            ],
        }
    )


def _transition(transition: Answer) -> Json:
    date = {"TransitionDate": _date(transition.get("Date")), "Date": None}
    return _renamed({**transition, **date}, {"Days": "TransitionInDays"})


def _date(value: datetime | None) -> str | None:
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if value else None


def _number_as_text(value: int | None) -> str | None:
    return None if value is None else str(value)


def cors(answer: Answer) -> Properties:
    names = {"ID": "Id", "ExposeHeaders": "ExposedHeaders", "MaxAgeSeconds": "MaxAge"}
    return {"CorsConfiguration": {"CorsRules": [_renamed(rule, names) for rule in answer["CORSRules"]]}}


def website(answer: Answer) -> Properties:
    names = {"Condition": "RoutingRuleCondition", "Redirect": "RedirectRule"}
    shape = {
        "IndexDocument": answer.get("IndexDocument", {}).get("Suffix"),
        "ErrorDocument": answer.get("ErrorDocument", {}).get("Key"),
        "RedirectAllRequestsTo": answer.get("RedirectAllRequestsTo"),
        "RoutingRules": [_renamed(rule, names) for rule in answer.get("RoutingRules", [])],
    }
    return {"WebsiteConfiguration": filled(shape)}


TARGETS: Final = (
    ("LambdaConfigurations", "Function", "LambdaFunctionConfigurations", "LambdaFunctionArn"),
    ("QueueConfigurations", "Queue", "QueueConfigurations", "QueueArn"),
    ("TopicConfigurations", "Topic", "TopicConfigurations", "TopicArn"),
)
"""What is notified: CloudFormation's list and its member, the API's list and its member."""


def notification(answer: Answer) -> Properties:
    """The API gathers events under one configuration; CloudFormation has a configuration for each."""
    shape: dict[str, Json] = {
        ours: ordered(each for one in answer.get(theirs, []) for each in _one_an_event(one, member, one[arn]))
        for ours, member, theirs, arn in TARGETS
    }
    if "EventBridgeConfiguration" in answer:
        shape["EventBridgeConfiguration"] = {"EventBridgeEnabled": True}
    return {"NotificationConfiguration": filled(shape) or None}


def _one_an_event(configuration: Answer, member: str, arn: str) -> Iterator[Json]:
    listed: Sequence[Answer] = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    # S3 answers with capitals (`Prefix`) whatever it was given.
    rules = ordered({"Name": rule["Name"].lower(), "Value": rule.get("Value", "")} for rule in listed)
    condition = {"Filter": {"S3Key": {"Rules": rules}}} if rules else {}
    for event in configuration["Events"]:
        yield {member: arn, "Event": event, **condition}


def replication(answer: Answer) -> Properties:
    configuration = answer["ReplicationConfiguration"]
    rules = [_replication_rule(rule) for rule in configuration["Rules"]]
    return {"ReplicationConfiguration": {"Role": configuration["Role"], "Rules": rules}}


def _replication_rule(rule: Answer) -> Json:
    # Whether objects are replicated that were there before the rule has no place in CloudFormation.
    shape = _renamed({**rule, "ExistingObjectReplication": None}, {"ID": "Id"})
    if condition := rule.get("Filter"):
        shape["Filter"] = _renamed(condition, {"Tag": "TagFilter"})
        if several := condition.get("And"):
            shape["Filter"]["And"] = _renamed(several, {"Tags": "TagFilters"})
    return shape


def object_lock(answer: Answer) -> Properties:
    configuration = answer["ObjectLockConfiguration"]
    enabled = configuration.get("ObjectLockEnabled") == "Enabled"
    shape = {"ObjectLockEnabled": configuration.get("ObjectLockEnabled")}
    if retention := configuration.get("Rule", {}).get("DefaultRetention"):
        # In days or in years: 0 says that it is the other.
        shape["Rule"] = {"DefaultRetention": {name: value for name, value in retention.items() if value}}
    return {"ObjectLockEnabled": enabled or None, "ObjectLockConfiguration": filled(shape)}


def acceleration(answer: Answer) -> Properties:
    status = answer.get("Status")
    return {"AccelerateConfiguration": {"AccelerationStatus": status} if status else None}
