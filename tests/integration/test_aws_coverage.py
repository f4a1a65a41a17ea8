"""How much of AWS could be read, and why not the rest; what a probe says before anything is read."""

from __future__ import annotations

import itertools
import json
import socket
from collections.abc import Mapping
from dataclasses import replace

import pytest
from tests.integration.aws_observing import (
    INLINE,
    OTHER_REGION,
    REGION,
    TRUST,
    _register,
    answering,
    area,
    ignore_limits,
    make_bucket,
    observe,
    refuse_json,
    refuse_xml,
    urn,
)

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError
from setpoint.model.resource import Unread
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.observe.aws.observer import AwsObserver


class TestCoverage:
    @pytest.mark.parametrize(
        ("service", "operation", "code", "type_name", "reason"),
        [
            ("ec2", "DescribeSecurityGroups", "UnauthorizedOperation", "AWS::EC2::SecurityGroup", "denied"),
            ("rds", "DescribeDBInstances", "Throttling", "AWS::RDS::DBInstance", "throttled"),
            ("kms", "ListKeys", "AccessDeniedException", "AWS::KMS::Key", "denied"),
            ("cloudtrail", "DescribeTrails", "ThrottlingException", "AWS::CloudTrail::Trail", "throttled"),
        ],
    )
    def test_a_refused_listing_means_that_nothing_is_known_of_its_region(
        self, aws: AwsClients, service: str, operation: str, code: str, type_name: str, reason: str
    ) -> None:
        refuse = refuse_json if service in ("kms", "cloudtrail") else refuse_xml
        refuse(aws, service, REGION, operation, code)

        resources, areas = observe(aws, type_name)

        assert not [each for each in resources if each.region == REGION]
        here = area(type_name)
        assert areas[here] == AreaCoverage(here, Extent.NONE, (f"{service}:{operation} {reason}",))
        assert areas[area(type_name, OTHER_REGION)].extent is Extent.WHOLE

    def test_a_refused_listing_of_buckets_means_that_nothing_is_known_of_any_region(self, aws: AwsClients) -> None:
        refuse_xml(aws, "s3", REGION, "ListBuckets", "AccessDenied")
        _, areas = observe(aws, "AWS::S3::Bucket")
        assert {(each.extent, each.reasons) for each in areas.values()} == {
            (Extent.NONE, ("s3:ListAllMyBuckets denied",))
        }
        assert len(areas) == 2

    def test_listings_by_region_tell_where_buckets_are_that_are_listed_without(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        make_bucket(aws, "in-virginia", OTHER_REGION)
        refuse_xml(aws, "s3", REGION, "GetBucketLocation", "AccessDenied")
        resources, areas = observe(aws, "AWS::S3::Bucket")
        there = urn("AWS::S3::Bucket", "in-virginia", OTHER_REGION)
        assert resources.keys() == {urn("AWS::S3::Bucket", "records"), there}
        assert {each.extent for each in areas.values()} == {Extent.WHOLE}

    def test_a_bucket_of_a_region_that_is_not_read_is_left_out(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        make_bucket(aws, "in-ohio", "us-east-2")
        resources, areas = observe(aws, "AWS::S3::Bucket")
        assert resources.keys() == {urn("AWS::S3::Bucket", "records")}
        assert {each.extent for each in areas.values()} == {Extent.WHOLE}

    def test_where_listings_know_no_limit_each_bucket_is_asked_for_its_region(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        make_bucket(aws, "in-virginia", OTHER_REGION)
        ignore_limits(aws, "records", "in-virginia")
        resources, _ = observe(aws, "AWS::S3::Bucket")
        there = urn("AWS::S3::Bucket", "in-virginia", OTHER_REGION)
        assert resources.keys() == {urn("AWS::S3::Bucket", "records"), there}

    def test_a_bucket_whose_region_is_not_known_makes_every_region_partial(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        ignore_limits(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketLocation", "AccessDenied")
        resources, areas = observe(aws, "AWS::S3::Bucket")
        assert not resources
        assert {(each.extent, each.reasons) for each in areas.values()} == {
            (Extent.PARTIAL, ("s3:GetBucketLocation denied",))
        }

    def test_an_entity_that_cannot_be_read_makes_its_area_partial(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketPolicy", "AccessDenied")
        resources, areas = observe(aws, "AWS::S3::BucketPolicy")
        here = area("AWS::S3::BucketPolicy")
        assert not resources
        assert areas[here] == AreaCoverage(here, Extent.PARTIAL, ("s3:GetBucketPolicy denied",))
        assert areas[area("AWS::S3::BucketPolicy", OTHER_REGION)].extent is Extent.WHOLE

    @pytest.mark.parametrize(
        ("operation", "path", "action"),
        [
            ("GetPublicAccessBlock", "PublicAccessBlockConfiguration", "s3:GetBucketPublicAccessBlock"),
            ("GetBucketEncryption", "BucketEncryption", "s3:GetEncryptionConfiguration"),
            ("GetBucketVersioning", "VersioningConfiguration", "s3:GetBucketVersioning"),
            ("GetBucketLogging", "LoggingConfiguration", "s3:GetBucketLogging"),
            ("GetBucketOwnershipControls", "OwnershipControls", "s3:GetBucketOwnershipControls"),
            ("GetBucketTagging", "Tags", "s3:GetBucketTagging"),
            ("GetBucketLifecycleConfiguration", "LifecycleConfiguration", "s3:GetLifecycleConfiguration"),
            ("GetBucketCors", "CorsConfiguration", "s3:GetBucketCORS"),
            ("GetBucketWebsite", "WebsiteConfiguration", "s3:GetBucketWebsite"),
            ("GetBucketNotificationConfiguration", "NotificationConfiguration", "s3:GetBucketNotification"),
            ("GetBucketReplication", "ReplicationConfiguration", "s3:GetReplicationConfiguration"),
            ("GetBucketAccelerateConfiguration", "AccelerateConfiguration", "s3:GetAccelerateConfiguration"),
        ],
    )
    def test_a_property_that_cannot_be_read_is_unread_and_never_absent(
        self, aws: AwsClients, operation: str, path: str, action: str
    ) -> None:
        make_bucket(aws, "records")
        aws.client("s3", REGION).put_bucket_versioning(Bucket="records", VersioningConfiguration={"Status": "Enabled"})
        refuse_xml(aws, "s3", REGION, operation, "AccessDenied")

        resources, areas = observe(aws, "AWS::S3::Bucket")

        bucket = resources[urn("AWS::S3::Bucket", "records")]
        assert bucket.unread == {path: f"{action} denied"}
        assert path not in bucket.properties
        here = area("AWS::S3::Bucket")
        assert areas[here] == AreaCoverage(here, Extent.PARTIAL, (f"{action} denied",))

    def test_one_refused_call_may_leave_several_properties_unread(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        aws.client("s3", REGION).put_bucket_versioning(Bucket="records", VersioningConfiguration={"Status": "Enabled"})
        refuse_xml(aws, "s3", REGION, "GetObjectLockConfiguration", "AccessDenied")
        resources, _ = observe(aws, "AWS::S3::Bucket")
        assert resources[urn("AWS::S3::Bucket", "records")].unread == dict.fromkeys(
            ("ObjectLockConfiguration", "ObjectLockEnabled"), "s3:GetBucketObjectLockConfiguration denied"
        )

    def test_where_acceleration_is_not_offered_there_is_none(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketAccelerateConfiguration", "MethodNotAllowed", 405)
        resources, areas = observe(aws, "AWS::S3::Bucket")
        assert "AccelerateConfiguration" not in resources[urn("AWS::S3::Bucket", "records")].properties
        assert areas[area("AWS::S3::Bucket")].extent is Extent.WHOLE

    def test_an_inline_policy_that_cannot_be_read_makes_all_of_them_unread(self, aws: AwsClients) -> None:
        iam = aws.client("iam", REGION)
        iam.create_role(RoleName="worker", AssumeRolePolicyDocument=json.dumps(TRUST))
        iam.put_role_policy(RoleName="worker", PolicyName="inline", PolicyDocument=json.dumps(INLINE))
        refuse_xml(aws, "iam", REGION, "GetAccountAuthorizationDetails", "AccessDenied")
        refuse_xml(aws, "iam", REGION, "GetRolePolicy", "AccessDenied")
        resources, areas = observe(aws, "AWS::IAM::Role")
        (role,) = resources.values()
        assert role.unread == {"Policies": "iam:GetRolePolicy denied"}
        assert "Policies" not in role.properties
        assert areas[area("AWS::IAM::Role", "global")].extent is Extent.PARTIAL

    def test_roles_are_read_alike_at_once_and_one_by_one(self, aws: AwsClients) -> None:
        iam = aws.client("iam", REGION)
        for name in ("worker", "api"):
            trust = json.dumps(TRUST)
            iam.create_role(RoleName=name, Description="Works", AssumeRolePolicyDocument=trust, MaxSessionDuration=7200)
            for policy in ("b", "a"):
                iam.put_role_policy(RoleName=name, PolicyName=policy, PolicyDocument=json.dumps(INLINE))
        at_once, _ = observe(aws, "AWS::IAM::Role")
        alone = {each: AwsObserver(aws).look(each) for each in at_once}
        assert alone == at_once
        refuse_xml(aws, "iam", REGION, "GetAccountAuthorizationDetails", "AccessDenied")
        assert observe(aws, "AWS::IAM::Role") == (
            at_once,
            {area("AWS::IAM::Role", "global"): AreaCoverage(area("AWS::IAM::Role", "global"), Extent.WHOLE)},
        )

    def test_an_entity_that_vanishes_after_the_listing_is_not_there(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        refuse_xml(aws, "s3", REGION, "GetBucketTagging", "NoSuchBucket", 404)
        resources, areas = observe(aws, "AWS::S3::Bucket")
        assert not resources
        assert areas[area("AWS::S3::Bucket")].extent is Extent.WHOLE

    def test_a_listing_that_breaks_off_leaves_its_area_partial(self, aws: AwsClients) -> None:
        kms = aws.client("kms", REGION)
        first = kms.create_key()["KeyMetadata"]["KeyId"]
        page = json.dumps({"Keys": [{"KeyId": first}], "Truncated": True, "NextMarker": "next"})
        answers = itertools.chain(
            [answering(200, page)], itertools.repeat(answering(400, '{"__type": "AccessDeniedException"}'))
        )
        _register(aws, "kms", REGION, "ListKeys", lambda request, **_: next(answers)(request))
        resources, areas = observe(aws, "AWS::KMS::Key")
        assert set(resources) == {urn("AWS::KMS::Key", first)}
        assert areas[area("AWS::KMS::Key")].extent is Extent.PARTIAL
        assert areas[area("AWS::KMS::Key")].reasons == ("kms:ListKeys denied",)

    def test_nothing_listens(self, aws: AwsClients) -> None:
        aws.identity()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            closed = f"http://127.0.0.1:{listener.getsockname()[1]}"
        aws.settings = replace(aws.settings, endpoint_url=closed)
        _, areas = observe(aws)
        assert {each.extent for each in areas.values()} == {Extent.NONE}
        assert all("EndpointConnectionError" in each.reasons[0] for each in areas.values())

    def test_nobody_answers(self, aws: AwsClients) -> None:
        aws.identity()
        with socket.create_server(("127.0.0.1", 0)) as silent:
            url = f"http://127.0.0.1:{silent.getsockname()[1]}"
            aws.settings = replace(aws.settings, endpoint_url=url, timeout=0.2)
            _, areas = observe(aws, "AWS::IAM::Role")
        here = area("AWS::IAM::Role", "global")
        assert areas == {here: AreaCoverage(here, Extent.NONE, ("iam:ListRoles timed out",))}

    def test_without_an_account_there_is_no_area(self, aws: AwsClients) -> None:
        refuse_xml(aws, "sts", REGION, "GetCallerIdentity", "ExpiredToken")
        with pytest.raises(CouldNotTellError, match=r"sts:GetCallerIdentity failed .*renew the credentials"):
            list(AwsObserver(aws).observe())
        wanted = urn("AWS::S3::Bucket", "records")
        assert AwsObserver(aws).look(wanted) == Unread(wanted, "sts:GetCallerIdentity failed (ExpiredToken)")


class TestProbe:
    def test_says_what_can_and_cannot_be_read(self, aws: AwsClients) -> None:
        make_bucket(aws, "records")
        make_bucket(aws, "reports")
        refuse_xml(aws, "s3", REGION, "GetBucketEncryption", "AccessDenied")
        refuse_json(aws, "kms", OTHER_REGION, "ListKeys", "AccessDeniedException")

        probed = {each.area: each for each in AwsObserver(aws).probe()}

        assert set(probed) == set(AwsObserver(aws).areas())
        doubtful: Mapping[Area, tuple[str, ...]] = {
            each.area: each.reasons for each in probed.values() if each.extent is not Extent.WHOLE
        }
        assert doubtful == {
            area("AWS::S3::Bucket"): ("s3:GetEncryptionConfiguration denied",),
            area("AWS::KMS::Key", OTHER_REGION): ("kms:ListKeys denied",),
        }
