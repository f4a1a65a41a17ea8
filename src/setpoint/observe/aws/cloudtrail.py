"""Trails: whether they log, where to, and what. A trail is read in its home region only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, VanishedError
from setpoint.observe.aws.shape import filled, ordered, tags

NAMES: Final = {
    "TrailName": "Name",
    "Arn": "TrailARN",
    "S3BucketName": "S3BucketName",
    "S3KeyPrefix": "S3KeyPrefix",
    "SnsTopicArn": "SnsTopicARN",
    "IncludeGlobalServiceEvents": "IncludeGlobalServiceEvents",
    "IsMultiRegionTrail": "IsMultiRegionTrail",
    "IsOrganizationTrail": "IsOrganizationTrail",
    "EnableLogFileValidation": "LogFileValidationEnabled",
    "KMSKeyId": "KmsKeyId",
    "CloudWatchLogsLogGroupArn": "CloudWatchLogsLogGroupArn",
    "CloudWatchLogsRoleArn": "CloudWatchLogsRoleArn",
}
"""CloudFormation's property → the API's member."""

SELECTORS: Final = ("EventSelectors", "AdvancedEventSelectors")
"""A trail has selectors of one kind or the other."""

DEFAULT_SELECTORS: Final = [{"ReadWriteType": "All", "IncludeManagementEvents": True}]
"""Of every new trail (AWS CloudTrail API Reference, PutEventSelectors)."""


class TrailReader(Reader):
    type: ClassVar[str] = "AWS::CloudTrail::Trail"
    lists: ClassVar[str] = "cloudtrail:DescribeTrails"
    calls: ClassVar[int] = 3
    permissions: ClassVar[tuple[str, ...]] = (
        lists,
        "cloudtrail:GetTrailStatus",
        "cloudtrail:GetEventSelectors",
        "cloudtrail:GetInsightSelectors",
        "cloudtrail:ListTags",
    )
    properties: ClassVar[frozenset[str]] = frozenset(
        {*NAMES, *SELECTORS, "SnsTopicName", "IsLogging", "InsightSelectors", "Tags"}
    )
    gone: ClassVar[frozenset[str]] = frozenset({"TrailNotFoundException", "InvalidTrailNameException"})

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        # Not paginated: a region has five trails at most (AWS CloudTrail User Guide, "Quotas in AWS CloudTrail").
        trails = place.client("cloudtrail").describe_trails(includeShadowTrails=False)["trailList"]
        yield [Listed(trail["Name"], said=trail) for trail in trails if _is_at_home(trail, place)]

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        cloudtrail, trail = place.client("cloudtrail"), entity.said
        if trail is None:
            with reading.whole(self.lists):
                answer = cloudtrail.describe_trails(trailNameList=[entity.identifier], includeShadowTrails=False)
            trail = next(
                (
                    each
                    for each in answer["trailList"]
                    if each["Name"] == entity.identifier and _is_at_home(each, place)
                ),
                None,
            )
            if trail is None:
                raise VanishedError
        for ours, theirs in NAMES.items():
            reading.put(ours, trail.get(theirs))
        reading.put("SnsTopicName", _topic(trail))
        _read_logging(cloudtrail, trail, reading)
        _read_event_selectors(cloudtrail, trail, reading)
        _read_insight_selectors(cloudtrail, trail, reading)
        _read_tags(cloudtrail, trail, reading)


def _is_at_home(trail: Mapping[str, Json], place: Place) -> bool:
    """Neither the shadow of another region's trail nor an organisation's trail that another account owns."""
    return bool(trail["HomeRegion"] == place.region and trail["TrailARN"].split(":")[4] == place.account)


def _topic(trail: Mapping[str, Json]) -> Json:
    """A topic beside the trail goes by its name, any other by its ARN: elsewhere the same name is another topic."""
    arn = trail.get("SnsTopicARN")
    if not arn:
        return trail.get("SnsTopicName")
    home, _, name = arn.rpartition(":")
    beside = home.split(":")[3:] == trail["TrailARN"].split(":")[3:5]
    return name if beside else arn


def _read_logging(cloudtrail: Any, trail: Mapping[str, Json], reading: Reading) -> None:
    with reading.part("IsLogging", "cloudtrail:GetTrailStatus"):
        reading.put("IsLogging", cloudtrail.get_trail_status(Name=trail["TrailARN"])["IsLogging"])


def _read_event_selectors(cloudtrail: Any, trail: Mapping[str, Json], reading: Reading) -> None:
    """A trail that was given none has the default one, whether CloudTrail spells it out or not."""
    with reading.part("EventSelectors", "cloudtrail:GetEventSelectors"):
        answer = cloudtrail.get_event_selectors(TrailName=trail["TrailARN"])
        listed = {name: ordered(filled(each) for each in answer.get(name, [])) for name in SELECTORS}
        if not any(listed.values()) and not trail.get("HasCustomEventSelectors"):
            listed["EventSelectors"] = DEFAULT_SELECTORS
        for name, selectors in listed.items():
            reading.put(name, selectors or None)
    if "EventSelectors" in reading.unread:
        reading.unread["AdvancedEventSelectors"] = reading.unread["EventSelectors"]


def _read_insight_selectors(cloudtrail: Any, trail: Mapping[str, Json], reading: Reading) -> None:
    if not trail.get("HasInsightSelectors"):
        return
    unset = {"InsightNotEnabledException"}
    with reading.part("InsightSelectors", "cloudtrail:GetInsightSelectors", absent=unset):
        answer = cloudtrail.get_insight_selectors(TrailName=trail["TrailARN"])
        reading.put("InsightSelectors", ordered(answer.get("InsightSelectors", [])) or None)


def _read_tags(cloudtrail: Any, trail: Mapping[str, Json], reading: Reading) -> None:
    with reading.part("Tags", "cloudtrail:ListTags"):
        pages = cloudtrail.get_paginator("list_tags").paginate(ResourceIdList=[trail["TrailARN"]])
        listed = [tag for page in pages for resource in page["ResourceTagList"] for tag in resource["TagsList"]]
        reading.put("Tags", tags(listed))
