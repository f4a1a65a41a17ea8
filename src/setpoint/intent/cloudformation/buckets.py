"""Settings of a bucket that a template may declare in more than one way, in the spelling that S3 answers in.

Called by `shape`. What is not known, or not of the form that CloudFormation takes, stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from setpoint.model.canonical import Json

BUCKET: Final = "AWS::S3::Bucket"

Members = dict[str, Json]


def bucket_settings(properties: Mapping[str, Json]) -> Members:
    result: Json = properties
    for path, spell in _SPELLINGS:
        result = _at(path, result, spell)
    if str(result.get("ObjectLockEnabled")).lower() == "true":
        # Object Lock takes versions: S3 switches versioning on with it
        # (Amazon S3 User Guide, "Locking objects with Object Lock").
        return {"VersioningConfiguration": {"Status": "Enabled"}, **result}
    return dict(result)


def _at(path: Sequence[str], value: Json, spell: Callable[[Members], Members]) -> Json:
    """`value` with every object at `path` spelled anew."""
    if isinstance(value, list):
        return [_at(path, each, spell) for each in value]
    if not isinstance(value, Mapping):
        return value
    if not path:
        return spell(dict(value))
    return {**value, path[0]: _at(path[1:], value[path[0]], spell)} if path[0] in value else value


def _without_deprecated(rule: Members) -> Members:
    """One transition as the list that it was replaced by ("AWS::S3::Bucket Rule")."""
    for one, many in (
        ("Transition", "Transitions"),
        ("NoncurrentVersionTransition", "NoncurrentVersionTransitions"),
    ):
        if one in rule:
            rule.setdefault(many, [rule.pop(one)])
    if "NoncurrentVersionExpirationInDays" in rule:
        days = rule.pop("NoncurrentVersionExpirationInDays")
        rule.setdefault("NoncurrentVersionExpiration", {"NoncurrentDays": days})
    return rule


def _without_fraction(members: Members) -> Members:
    """Dates are at midnight always; CloudFormation takes them with milliseconds too."""
    for name in ("ExpirationDate", "TransitionDate"):
        if isinstance(members.get(name), str):
            members[name] = members[name].replace(".000Z", "Z")
    return members


def _lower_name(rule: Members) -> Members:
    """`Prefix` is `prefix`."""
    return rule | ({"Name": rule["Name"].lower()} if isinstance(rule.get("Name"), str) else {})


_RULES: Final = ("LifecycleConfiguration", "Rules")

_SPELLINGS: Final[Sequence[tuple[Sequence[str], Callable[[Members], Members]]]] = (
    (_RULES, _without_deprecated),
    (_RULES, _without_fraction),
    ((*_RULES, "Transitions"), _without_fraction),
    *(
        (("NotificationConfiguration", targets, "Filter", "S3Key", "Rules"), _lower_name)
        for targets in ("LambdaConfigurations", "QueueConfigurations", "TopicConfigurations")
    ),
)
