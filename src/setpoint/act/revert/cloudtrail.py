"""Trails: where they log to and what, and last whether they log, so that they log as declared from the first event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.values import tag_changes, with_elements
from setpoint.model.remediation import Change

PARAMETERS: Final = {
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicName": "SnsTopicName",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "EnableLogFileValidation": "EnableLogFileValidation",
    "KMSKeyId": "KmsKeyId",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
}
"""CloudFormation's property → the parameter of UpdateTrail."""

SELECTORS: Final = ("EventSelectors", "AdvancedEventSelectors")

DEFAULT_SELECTOR: Final = {"ReadWriteType": "All", "IncludeManagementEvents": True}
"""What a trail records when nothing is declared (AWS CloudTrail API Reference, PutEventSelectors)."""


def _update(target: Target, changes: Mapping[str, Change]) -> None:
    # Empty text takes a topic, a key or a log group away again.
    parameters = {PARAMETERS[name]: "" if change.after is None else change.after for name, change in changes.items()}
    with target.doing("cloudtrail:UpdateTrail"):
        target.client("cloudtrail").update_trail(Name=target.identifier, **parameters)


def _set_event_selectors(target: Target, changes: Mapping[str, Change]) -> None:
    """A trail has selectors of one kind; putting the one replaces the other."""
    wanted = {name: change.after for name, change in changes.items() if change.after}
    with target.doing("cloudtrail:PutEventSelectors"):
        target.client("cloudtrail").put_event_selectors(
            TrailName=target.identifier, **(wanted or {"EventSelectors": [DEFAULT_SELECTOR]})
        )


def _set_insight_selectors(target: Target, changes: Mapping[str, Change]) -> None:
    with target.doing("cloudtrail:PutInsightSelectors"):
        target.client("cloudtrail").put_insight_selectors(
            TrailName=target.identifier, InsightSelectors=changes["InsightSelectors"].after or []
        )


def _set_tags(target: Target, changes: Mapping[str, Change]) -> None:
    cloudtrail, arn = target.client("cloudtrail"), target.arn("cloudtrail", f"trail/{target.identifier}")
    tags = tag_changes(changes["Tags"].before, changes["Tags"].after)
    if tags.put:
        with target.doing("cloudtrail:AddTags"):
            cloudtrail.add_tags(ResourceId=arn, TagsList=list(tags.put))
    if tags.removed:
        with target.doing("cloudtrail:RemoveTags"):
            # Removed are those whose key is the same: RemoveTags takes no keys alone.
            before = {tag["Key"]: tag for tag in changes["Tags"].before}
            cloudtrail.remove_tags(ResourceId=arn, TagsList=[before[key] for key in tags.removed])


def _set_logging(target: Target, changes: Mapping[str, Change]) -> None:
    cloudtrail = target.client("cloudtrail")
    if changes["IsLogging"].after:
        with target.doing("cloudtrail:StartLogging"):
            cloudtrail.start_logging(Name=target.identifier)
    else:
        with target.doing("cloudtrail:StopLogging"):
            cloudtrail.stop_logging(Name=target.identifier)


TRAIL: Final = (
    Action(tuple(PARAMETERS), ("cloudtrail:UpdateTrail",), _update, passes_role=frozenset({"CloudWatchLogsRoleArn"})),
    Action(SELECTORS, ("cloudtrail:PutEventSelectors",), _set_event_selectors),
    Action(("InsightSelectors",), ("cloudtrail:PutInsightSelectors",), _set_insight_selectors),
    Action(("IsLogging",), ("cloudtrail:StartLogging", "cloudtrail:StopLogging"), _set_logging),
    Action(("Tags",), ("cloudtrail:AddTags", "cloudtrail:RemoveTags"), _set_tags, aim=with_elements("Key")),
)
