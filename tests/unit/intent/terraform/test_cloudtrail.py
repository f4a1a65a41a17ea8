"""Trails, with their selectors."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from setpoint.model.snapshot import Snapshot

Properties = Callable[..., Mapping[str, Any]]


def test_the_fleets_trail(sample: Callable[[str], Snapshot]) -> None:
    urn = "aws:123456789012:eu-west-1:AWS::CloudTrail::Trail:audit"
    (trail,) = (each for each in sample("fleet.tfstate").resources.values() if each.urn == urn)
    assert trail.properties == {
        "TrailName": "audit",
        "Arn": "arn:aws:cloudtrail:eu-west-1:123456789012:trail/audit",
        "S3BucketName": "access-logs",
        "S3KeyPrefix": "trail",
        "IncludeGlobalServiceEvents": True,
        "IsMultiRegionTrail": True,
        "IsOrganizationTrail": False,
        "EnableLogFileValidation": True,
        "IsLogging": True,
    }


def test_a_trail_lives_in_its_home_region(declared: Callable[..., Snapshot]) -> None:
    (urn,) = declared(("aws_cloudtrail", {"name": "audit", "home_region": "us-west-2"})).resources
    assert urn.region == "us-west-2"


def test_the_default_selectors_are_declared_where_they_are_written(properties: Properties) -> None:
    selector = {
        "read_write_type": "All",
        "include_management_events": True,
        "exclude_management_event_sources": [],
        "data_resource": [],
    }
    assert properties(("aws_cloudtrail", {"name": "audit", "event_selector": [selector]})) == {
        "TrailName": "audit",
        "EventSelectors": [{"ReadWriteType": "All", "IncludeManagementEvents": True}],
    }


def test_selectors_of_every_kind(properties: Properties) -> None:
    attributes = {
        "name": "audit",
        "event_selector": [
            {
                "read_write_type": "WriteOnly",
                "include_management_events": False,
                "exclude_management_event_sources": ["kms.amazonaws.com"],
                "data_resource": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3:::b/", "arn:aws:s3:::a/"]}],
            }
        ],
        "advanced_event_selector": [
            {"name": "data", "field_selector": [{"field": "eventCategory", "equals": ["Data"], "not_equals": []}]}
        ],
        "insight_selector": [{"insight_type": "ApiErrorRateInsight"}],
    }
    assert properties(("aws_cloudtrail", attributes)) == {
        "TrailName": "audit",
        "EventSelectors": [
            {
                "ReadWriteType": "WriteOnly",
                "IncludeManagementEvents": False,
                "ExcludeManagementEventSources": ["kms.amazonaws.com"],
                "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::a/", "arn:aws:s3:::b/"]}],
            }
        ],
        "AdvancedEventSelectors": [
            {"Name": "data", "FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}
        ],
        "InsightSelectors": [{"InsightType": "ApiErrorRateInsight"}],
    }
