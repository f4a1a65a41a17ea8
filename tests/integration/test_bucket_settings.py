"""All settings of a bucket: declared in either language, made, compared, broken, and set back."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from setpoint.act.interface import ActionError
from setpoint.act.revert.reverter import AwsReverter
from setpoint.aws import AwsClients
from setpoint.compare.config import ConfigComparator
from setpoint.intent.cloudformation.reader import CloudFormationReader
from setpoint.intent.schemas import SchemaCatalogue
from setpoint.intent.terraform.reader import TerraformReader
from setpoint.model.canonical import Json
from setpoint.model.drift import DriftKind, GapKind
from setpoint.model.remediation import Change, Plan
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn
from setpoint.observe.aws.observer import AwsObserver

ACCOUNT = "123456789012"
REGION = "eu-west-1"
BUCKET = "records"
URN = Urn.aws("aws", ACCOUNT, REGION, "AWS::S3::Bucket", BUCKET)
TRAIL = Urn.aws("aws", ACCOUNT, REGION, "AWS::CloudTrail::Trail", "production")
QUEUE = f"arn:aws:sqs:{REGION}:{ACCOUNT}:changes"
TOPIC = f"arn:aws:sns:{REGION}:{ACCOUNT}:changes"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/replicates"
COPIES = "arn:aws:s3:::copies"

TEMPLATE = dedent(
    f"""
    Resources:
      Bucket:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: {BUCKET}
          ObjectLockEnabled: true
          ObjectLockConfiguration:
            ObjectLockEnabled: Enabled
            Rule: {{DefaultRetention: {{Mode: GOVERNANCE, Days: 7}}}}
          AccelerateConfiguration: {{AccelerationStatus: Enabled}}
          LifecycleConfiguration:
            Rules:
              - Status: Enabled
                Prefix: logs/
                TagFilters: [{{Key: kind, Value: log}}]
                ExpirationInDays: 365
                Transition: {{StorageClass: GLACIER, TransitionInDays: 90}}
                NoncurrentVersionExpirationInDays: 30
              - Id: unfinished
                Status: Enabled
                AbortIncompleteMultipartUpload: {{DaysAfterInitiation: 7}}
          CorsConfiguration:
            CorsRules:
              - Id: site
                AllowedMethods: [PUT, GET]
                AllowedOrigins: ["https://example.org"]
                AllowedHeaders: ["*"]
                ExposedHeaders: [ETag]
                MaxAge: 3000
          WebsiteConfiguration:
            IndexDocument: index.html
            ErrorDocument: error.html
            RoutingRules:
              - RoutingRuleCondition: {{KeyPrefixEquals: old/}}
                RedirectRule: {{ReplaceKeyPrefixWith: new/}}
          NotificationConfiguration:
            QueueConfigurations:
              - {{Queue: "{QUEUE}", Event: "s3:ObjectRemoved:*"}}
              - Queue: "{QUEUE}"
                Event: "s3:ObjectCreated:*"
                Filter: {{S3Key: {{Rules: [{{Name: Suffix, Value: .csv}}]}}}}
            TopicConfigurations:
              - {{Topic: "{TOPIC}", Event: "s3:ObjectCreated:Put"}}
          ReplicationConfiguration:
            Role: {ROLE}
            Rules:
              - Id: all
                Status: Enabled
                Priority: 1
                Filter: {{Prefix: ""}}
                DeleteMarkerReplication: {{Status: Disabled}}
                Destination: {{Bucket: "{COPIES}", StorageClass: STANDARD_IA}}
          AnalyticsConfigurations:
            - {{Id: classes, StorageClassAnalysis: {{}}}}
      Trail:
        Type: AWS::CloudTrail::Trail
        Properties:
          TrailName: production
          S3BucketName: copies
          IncludeGlobalServiceEvents: true
          IsLogging: false
          EventSelectors: [{{ReadWriteType: All}}]
          AggregationConfigurations: [{{EventCategory: Data, Templates: [API_ACTIVITY]}}]
    """
)

STATE: Mapping[str, Mapping[str, Json]] = {
    "aws_s3_bucket": {"object_lock_enabled": True, "versioning": [{"enabled": True}]},
    "aws_s3_bucket_object_lock_configuration": {
        "object_lock_enabled": "Enabled",
        "rule": [{"default_retention": [{"mode": "GOVERNANCE", "days": 7, "years": 0}]}],
    },
    "aws_s3_bucket_accelerate_configuration": {"status": "Enabled"},
    "aws_s3_bucket_lifecycle_configuration": {
        "rule": [
            {
                "id": "logs",
                "status": "Enabled",
                "prefix": "",
                "filter": [
                    {
                        "and": [
                            {
                                "prefix": "logs/",
                                "tags": {"kind": "log"},
                                "object_size_greater_than": 0,
                                "object_size_less_than": 0,
                            }
                        ]
                    }
                ],
                "expiration": [{"days": 365, "date": "", "expired_object_delete_marker": False}],
                "transition": [{"days": 90, "date": "", "storage_class": "GLACIER"}],
                "noncurrent_version_expiration": [{"noncurrent_days": 30, "newer_noncurrent_versions": ""}],
            },
            {
                "id": "unfinished",
                "status": "Enabled",
                "filter": [{"prefix": "", "object_size_greater_than": "", "tag": []}],
                "abort_incomplete_multipart_upload": [{"days_after_initiation": 7}],
            },
        ]
    },
    "aws_s3_bucket_cors_configuration": {
        "cors_rule": [
            {
                "id": "site",
                "allowed_methods": ["GET", "PUT"],
                "allowed_origins": ["https://example.org"],
                "allowed_headers": ["*"],
                "expose_headers": ["ETag"],
                "max_age_seconds": 3000,
            }
        ]
    },
    "aws_s3_bucket_website_configuration": {
        "index_document": [{"suffix": "index.html"}],
        "error_document": [{"key": "error.html"}],
        "routing_rule": [
            {
                "condition": [{"key_prefix_equals": "old/", "http_error_code_returned_equals": ""}],
                "redirect": [{"replace_key_prefix_with": "new/", "host_name": ""}],
            }
        ],
        "routing_rules": '[{"Condition":{"KeyPrefixEquals":"old/"},"Redirect":{"ReplaceKeyPrefixWith":"new/"}}]',
    },
    "aws_s3_bucket_notification": {
        "eventbridge": False,
        "queue": [
            {"queue_arn": QUEUE, "events": ["s3:ObjectCreated:*"], "filter_suffix": ".csv", "filter_prefix": ""},
            {"queue_arn": QUEUE, "events": ["s3:ObjectRemoved:*"]},
        ],
        "topic": [{"topic_arn": TOPIC, "events": ["s3:ObjectCreated:Put"]}],
        "lambda_function": [],
    },
    "aws_s3_bucket_replication_configuration": {
        "role": ROLE,
        "rule": [
            {
                "id": "all",
                "status": "Enabled",
                "priority": 1,
                "filter": [{"prefix": "", "tag": [], "and": []}],
                "delete_marker_replication": [{"status": "Disabled"}],
                "destination": [{"bucket": COPIES, "storage_class": "STANDARD_IA", "account": "", "metrics": []}],
            }
        ],
    },
}


def make_bucket(aws: AwsClients) -> None:
    """What the template and the state declare, as a person would make it."""
    s3 = aws.client("s3", REGION)
    here = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=here, ObjectLockEnabledForBucket=True)
    s3.create_bucket(Bucket="copies", CreateBucketConfiguration=here)
    s3.put_bucket_versioning(Bucket="copies", VersioningConfiguration={"Status": "Enabled"})
    aws.client("sqs", REGION).create_queue(QueueName="changes")
    aws.client("sns", REGION).create_topic(Name="changes")
    s3.put_bucket_versioning(Bucket=BUCKET, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(
        Bucket=BUCKET,
        ObjectLockConfiguration={
            "ObjectLockEnabled": "Enabled",
            "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 7}},
        },
    )
    s3.put_bucket_accelerate_configuration(Bucket=BUCKET, AccelerateConfiguration={"Status": "Enabled"})
    tag = {"Key": "kind", "Value": "log"}
    s3.put_bucket_lifecycle_configuration(
        Bucket=BUCKET,
        LifecycleConfiguration={
            "Rules": [
                {
                    "ID": "unfinished",
                    "Status": "Enabled",
                    "Filter": {"Prefix": ""},
                    "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7},
                },
                {
                    "ID": "logs",
                    "Status": "Enabled",
                    "Filter": {"And": {"Prefix": "logs/", "Tags": [tag]}},
                    "Expiration": {"Days": 365},
                    "Transitions": [{"Days": 90, "StorageClass": "GLACIER"}],
                    "NoncurrentVersionExpiration": {"NoncurrentDays": 30},
                },
            ]
        },
    )
    s3.put_bucket_cors(
        Bucket=BUCKET,
        CORSConfiguration={
            "CORSRules": [
                {
                    "ID": "site",
                    "AllowedMethods": ["GET", "PUT"],
                    "AllowedOrigins": ["https://example.org"],
                    "AllowedHeaders": ["*"],
                    "ExposeHeaders": ["ETag"],
                    "MaxAgeSeconds": 3000,
                }
            ]
        },
    )
    s3.put_bucket_website(
        Bucket=BUCKET,
        WebsiteConfiguration={
            "IndexDocument": {"Suffix": "index.html"},
            "ErrorDocument": {"Key": "error.html"},
            "RoutingRules": [{"Condition": {"KeyPrefixEquals": "old/"}, "Redirect": {"ReplaceKeyPrefixWith": "new/"}}],
        },
    )
    s3.put_bucket_notification_configuration(
        Bucket=BUCKET,
        NotificationConfiguration={
            "QueueConfigurations": [
                {
                    "QueueArn": QUEUE,
                    "Events": ["s3:ObjectCreated:*"],
                    "Filter": {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".csv"}]}},
                },
                {"QueueArn": QUEUE, "Events": ["s3:ObjectRemoved:*"]},
            ],
            "TopicConfigurations": [{"TopicArn": TOPIC, "Events": ["s3:ObjectCreated:Put"]}],
        },
    )
    s3.put_bucket_replication(
        Bucket=BUCKET,
        ReplicationConfiguration={
            "Role": ROLE,
            "Rules": [
                {
                    "ID": "all",
                    "Status": "Enabled",
                    "Priority": 1,
                    "Filter": {"Prefix": ""},
                    "DeleteMarkerReplication": {"Status": "Disabled"},
                    "Destination": {"Bucket": COPIES, "StorageClass": "STANDARD_IA"},
                }
            ],
        },
    )


@pytest.fixture(scope="module")
def catalogue() -> SchemaCatalogue:
    return SchemaCatalogue()


def from_template(folder: Path, catalogue: SchemaCatalogue, urn: Urn = URN) -> Resource:
    path = folder / "template.yaml"
    path.write_text(TEMPLATE, encoding="utf-8")
    reader = CloudFormationReader(
        path,
        partition="aws",
        account=ACCOUNT,
        region=REGION,
        parameters={},
        exports={},
        stack=None,
        existing=None,
        schemas=catalogue.schema,
    )
    return reader.read().resources[urn]


def from_state(folder: Path, _catalogue: SchemaCatalogue) -> Resource:
    resources = [
        {
            "mode": "managed",
            "type": type_name,
            "name": "it",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [{"schema_version": 0, "attributes": {"bucket": BUCKET, **attributes}}],
        }
        for type_name, attributes in STATE.items()
    ]
    path = folder / "terraform.tfstate"
    path.write_text(json.dumps({"version": 4, "resources": resources}), encoding="utf-8")
    return TerraformReader(path, partition="aws", account=ACCOUNT, region=REGION).read().resources[URN]


def look(aws: AwsClients, urn: Urn = URN) -> Resource:
    seen = AwsObserver(aws).look(urn)
    assert isinstance(seen, Resource)
    assert not seen.unread
    return seen


Declare = Callable[[Path, SchemaCatalogue], Resource]


@pytest.mark.parametrize("declare", [from_template, from_state])
def test_what_was_made_as_declared_has_not_drifted(
    aws: AwsClients, tmp_path: Path, catalogue: SchemaCatalogue, declare: Declare
) -> None:
    make_bucket(aws)
    comparison = ConfigComparator(catalogue.schema).compare(declare(tmp_path, catalogue), look(aws))
    assert comparison.drifts == ()
    assert {(gap.path, gap.kind) for gap in comparison.gaps} <= {("AnalyticsConfigurations", GapKind.NOT_READ)}


def test_the_default_event_selectors_may_be_declared(
    aws: AwsClients, tmp_path: Path, catalogue: SchemaCatalogue
) -> None:
    make_bucket(aws)
    aws.client("cloudtrail", REGION).create_trail(Name="production", S3BucketName="copies")
    declared, actual = from_template(tmp_path, catalogue, TRAIL), look(aws, TRAIL)
    comparator = ConfigComparator(catalogue.schema)

    comparison = comparator.compare(declared, actual)
    silent = {name: value for name, value in declared.properties.items() if name != "EventSelectors"}
    undeclared = comparator.compare(Resource(TRAIL, silent, "template"), actual)

    assert comparison.drifts == undeclared.drifts == ()
    assert [(gap.path, gap.kind) for gap in comparison.gaps] == [("AggregationConfigurations", GapKind.NOT_READ)]


def keep_for_ever(s3: Any) -> None:
    s3.delete_bucket_lifecycle(Bucket=BUCKET)


def expire_tomorrow(s3: Any) -> None:
    rule = {"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
    s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [rule]})


def let_every_site_in(s3: Any) -> None:
    rule = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}
    s3.put_bucket_cors(Bucket=BUCKET, CORSConfiguration={"CORSRules": [rule]})


def forget_cors(s3: Any) -> None:
    s3.delete_bucket_cors(Bucket=BUCKET)


def redirect_website(s3: Any) -> None:
    elsewhere = {"HostName": "example.com", "Protocol": "http"}
    s3.put_bucket_website(Bucket=BUCKET, WebsiteConfiguration={"RedirectAllRequestsTo": elsewhere})


def close_website(s3: Any) -> None:
    s3.delete_bucket_website(Bucket=BUCKET)


def notify_nobody(s3: Any) -> None:
    s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})


def stop_replicating(s3: Any) -> None:
    s3.delete_bucket_replication(Bucket=BUCKET)


def slow_down(s3: Any) -> None:
    s3.put_bucket_accelerate_configuration(Bucket=BUCKET, AccelerateConfiguration={"Status": "Suspended"})


def shorten_retention(s3: Any) -> None:
    rule = {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}
    configuration = {"ObjectLockEnabled": "Enabled", "Rule": rule}
    s3.put_object_lock_configuration(Bucket=BUCKET, ObjectLockConfiguration=configuration)


OPERATORS = (
    keep_for_ever,
    expire_tomorrow,
    let_every_site_in,
    forget_cors,
    redirect_website,
    close_website,
    notify_nobody,
    stop_replicating,
    slow_down,
    shorten_retention,
)


@pytest.mark.parametrize("declare", [from_template, from_state])
@pytest.mark.parametrize("operator", OPERATORS)
def test_what_an_operator_changed_is_drift_and_set_back_and_can_be_undone(
    aws: AwsClients, tmp_path: Path, catalogue: SchemaCatalogue, operator: Callable[[Any], None], declare: Declare
) -> None:
    make_bucket(aws)
    declared, comparator = declare(tmp_path, catalogue), ConfigComparator(catalogue.schema)
    operator(aws.client("s3", REGION))
    broken = look(aws)
    drifts = comparator.compare(declared, broken).drifts
    assert DriftKind.CHANGED in {drift.kind for drift in drifts}

    reverter = AwsReverter(aws, catalogue.schema)
    plan = reverter.plan(declared, broken, drifts)
    assert isinstance(plan, Plan)
    reverter.apply(plan)
    reverter.apply(plan)
    assert comparator.compare(declared, look(aws)).drifts == ()

    reverter.apply(Plan(URN, tuple(change.undo() for change in plan.changes), "", plan.permissions))
    assert look(aws).properties == broken.properties


def test_object_lock_is_not_switched_on(aws: AwsClients) -> None:
    aws.client("s3", REGION).create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    before = look(aws)
    change = Change("ObjectLockConfiguration", None, {"ObjectLockEnabled": "Enabled"})
    with pytest.raises(ActionError, match="could never be switched off again"):
        AwsReverter(aws, lambda _type: None).apply(Plan(URN, (change,), "", ()))
    assert look(aws) == before
