"""Buckets and their policies. One listing tells of every region; what is asked about a bucket is asked in its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from setpoint.aws import client_errors, reason
from setpoint.model.canonical import Json
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, Spread, VanishedError
from setpoint.observe.aws.s3_settings import SETTINGS, settings_of
from setpoint.observe.aws.shape import document

PAGE: Final = 10_000
"""The largest page (Amazon S3 API Reference, ListBuckets, max-buckets)."""

NOWHERE: Final = "xx-nowhere-1"
"""No region's name: a listing that is limited to it and names buckets was not limited."""

LOCATES: Final = "s3:GetBucketLocation"

LOCATIONS: Final[Mapping[str | None, str]] = {None: "us-east-1", "": "us-east-1", "EU": "eu-west-1"}
"""Locations that are no region's name (Amazon S3 API Reference, GetBucketLocation, LocationConstraint)."""


class _ByBucket(Reader):
    """What is listed by listing buckets."""

    spread: ClassVar[Spread] = Spread.LISTED_ONCE
    lists: ClassVar[str] = "s3:ListAllMyBuckets"

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        regions: Mapping[str, str] | None = None
        for page in _listing(place.client("s3")):
            if regions is None and not all(bucket.get("BucketRegion") for bucket in page):
                regions = _told_by_limits(place)
            yield [_listed(place, bucket, regions or {}) for bucket in page]

    def _make_sure_it_is_here(self, place: Place, entity: Listed, reading: Reading) -> None:
        """Without a listing: S3 answers for buckets of other regions and other accounts as well."""
        if entity.said is None:
            with reading.whole(LOCATES):
                region = location(place, entity.identifier)
            if region != place.region:
                raise VanishedError


class BucketReader(_ByBucket):
    type: ClassVar[str] = "AWS::S3::Bucket"
    calls: ClassVar[int] = sum(not setting.needs_versions for setting in SETTINGS)
    permissions: ClassVar[tuple[str, ...]] = (
        _ByBucket.lists,
        LOCATES,
        *(setting.action for setting in SETTINGS),
    )
    properties: ClassVar[frozenset[str]] = frozenset(
        {"BucketName", "Arn"}.union(*(setting.properties for setting in SETTINGS))
    )
    gone: ClassVar[frozenset[str]] = frozenset({"NoSuchBucket", "InvalidBucketName"})

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        self._make_sure_it_is_here(place, entity, reading)
        reading.put("BucketName", entity.identifier)
        reading.put("Arn", f"arn:{place.partition}:s3:::{entity.identifier}")
        settings_of(place.client("s3"), _named(place, entity), reading)


class BucketPolicyReader(_ByBucket):
    type: ClassVar[str] = "AWS::S3::BucketPolicy"
    calls: ClassVar[int] = 1
    permissions: ClassVar[tuple[str, ...]] = (_ByBucket.lists, LOCATES, "s3:GetBucketPolicy")
    properties: ClassVar[frozenset[str]] = frozenset({"Bucket", "PolicyDocument"})
    gone: ClassVar[frozenset[str]] = frozenset({"NoSuchBucket", "InvalidBucketName", "NoSuchBucketPolicy"})

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        self._make_sure_it_is_here(place, entity, reading)
        with reading.whole("s3:GetBucketPolicy"):
            answer = place.client("s3").get_bucket_policy(**_named(place, entity))
        reading.put("Bucket", entity.identifier)
        reading.put("PolicyDocument", document(answer["Policy"]))


def _listing(s3: Any, **limit: str) -> Iterator[Sequence[Mapping[str, Json]]]:
    # S3 tells the region of each bucket only when the request has a parameter, which the page size is
    # (Amazon S3 API Reference, Bucket, BucketRegion).
    for page in s3.get_paginator("list_buckets").paginate(PaginationConfig={"PageSize": PAGE}, **limit):
        yield page["Buckets"]


def _told_by_limits(place: Place) -> Mapping[str, str]:
    """Bucket → region, where an endpoint that stands in for AWS tells no regions but can limit a listing to one.

    Empty where it cannot, so that each bucket has to be asked for.
    """
    clients, regions = place.clients, place.clients.settings.regions
    try:
        if any(_listing(place.client("s3"), BucketRegion=NOWHERE)):
            return {}
        return {
            bucket["Name"]: region
            for region in regions
            for page in _listing(clients.client("s3", region), BucketRegion=region)
            for bucket in page
        }
    except client_errors():
        return {}


def _listed(place: Place, bucket: Mapping[str, Json], regions: Mapping[str, str]) -> Listed:
    name = bucket["Name"]
    if region := bucket.get("BucketRegion") or regions.get(name):
        return Listed(name, region=region, said=bucket)
    try:
        return Listed(name, region=location(place, name), said=bucket)
    except client_errors() as error:
        return Listed(name, said=bucket, unread=reason(error, LOCATES))


def location(place: Place, bucket: str) -> str:
    """The region of a bucket of this account. Raises botocore's errors."""
    answer = place.client("s3").get_bucket_location(Bucket=bucket, ExpectedBucketOwner=place.account)
    constraint = answer.get("LocationConstraint")
    return LOCATIONS.get(constraint, str(constraint))


def _named(place: Place, entity: Listed) -> dict[str, str]:
    """The bucket, provided that it is this account's: names are free for anyone to take once a bucket is deleted."""
    return {"Bucket": entity.identifier, "ExpectedBucketOwner": place.account}
