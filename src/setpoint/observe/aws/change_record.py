"""Who changed an entity, as CloudTrail recorded it: management events of the last 90 days, with or without a trail.

Named by `wiring`; asked by the loop when it hands over what somebody sets again and again. It only reads. Events are
filed under the names of what they are about, a name at a time, in the region where they happened.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from setpoint.aws import NOT_OFFERED, AwsClients, client_errors, error_code, may_pass, reason, remedy
from setpoint.budget import CallBudget
from setpoint.errors import CouldNotTellError, Error
from setpoint.model.attribution import RecordedChange, Untold
from setpoint.model.handlers import SEPARATOR
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.recorded_event import RecordedEvent, short_of

LOOK_UP: Final = "cloudtrail:LookupEvents"

HISTORY: Final = "Setpoint::CloudTrail::EventHistory"
"""As what `setpoint doctor` shows it."""

A_SECOND: Final = 2.0
"""Calls, by everybody in an account and region (AWS CloudTrail API Reference, LookupEvents)."""

A_PAGE: Final = 50
"""The most that the API gives."""

MOST_PAGES: Final = 4
"""Of one name, newest events first: whoever sets something again and again within an hour is among them."""

HOME: Final[Mapping[str, str]] = {
    "aws": "us-east-1",
    "aws-cn": "cn-north-1",
    "aws-us-gov": "us-gov-west-1",
    "aws-iso": "us-iso-east-1",
    "aws-iso-b": "us-isob-east-1",
    "aws-iso-e": "eu-isoe-west-1",
    "aws-iso-f": "us-isof-south-1",
    "aws-eusc": "eusc-de-east-1",
}
"""Partition → the region in which its global services are, and leave their events (AWS CloudTrail User Guide, *Global
service events*; the regions are those in which botocore signs calls of IAM)."""

ELSEWHERE: Final[Mapping[tuple[str, str], str]] = {
    ("aws", "AWS::GlobalAccelerator"): "us-west-2",
    ("aws", "AWS::NetworkManager"): "us-west-2",
    ("aws-cn", "AWS::Budgets"): "cn-northwest-1",
    ("aws-cn", "AWS::CloudFront"): "cn-northwest-1",
    ("aws-cn", "AWS::Organizations"): "cn-northwest-1",
    ("aws-cn", "AWS::Route53"): "cn-northwest-1",
}
"""Global services that have another home (AWS General Reference, *Service endpoints and quotas*)."""

ARNS: Final[Mapping[str, str]] = {
    "AWS::CloudTrail::Trail": "arn:{partition}:cloudtrail:{region}:{account}:trail/{name}",
    "AWS::EC2::SecurityGroup": "arn:{partition}:ec2:{region}:{account}:security-group/{name}",
    "AWS::IAM::Role": "arn:{partition}:iam::{account}:role/{name}",
    "AWS::KMS::Key": "arn:{partition}:kms:{region}:{account}:key/{name}",
    "AWS::RDS::DBInstance": "arn:{partition}:rds:{region}:{account}:db:{name}",
    "AWS::S3::Bucket": "arn:{partition}:s3:::{name}",
    "AWS::S3::BucketPolicy": "arn:{partition}:s3:::{name}",
}
"""Of types that do not go by their ARN themselves (Service Authorization Reference)."""

NOBODY_YET: Final = "CloudTrail, which records a change within some 15 minutes, has none by anybody else"


class CloudTrailRecord:
    """Implements `observe.interface.ChangeRecord` for the account of the clients."""

    def __init__(self, clients: AwsClients) -> None:
        self._clients = clients
        self._paces: dict[str, CallBudget] = {}
        """By region."""

    def last_change(
        self, urn: Urn, paths: Collection[str], since: datetime, until: datetime
    ) -> RecordedChange | Untold:
        try:
            return self._last_change(urn, paths, since, until)
        except Error as error:
            return Untold(error.diagnostics(), may_be_told=isinstance(error, CouldNotTellError))
        except client_errors() as error:
            return _untold(error)

    def _last_change(
        self, urn: Urn, paths: Collection[str], since: datetime, until: datetime
    ) -> RecordedChange | Untold:
        partition, account = self._clients.identity()
        if not urn.startswith(f"{partition}:{account}:"):
            return Untold(f"the credentials in use are of account {account}", may_be_told=False)
        theirs: list[RecordedEvent] = []
        rest: list[RecordedEvent] = []
        for name in names_of(urn):
            for event in self._by_others(urn, name, since, until):
                if event.changes(urn.type, paths):
                    theirs.append(event)
                    break  # those that follow are older
                rest.append(event)
        if theirs:
            return _newest(theirs)
        if not rest:
            return Untold(NOBODY_YET, may_be_told=True)
        reason = f"CloudTrail has no change of {', '.join(paths)} by anybody else; of the rest, the last one is "
        return Untold(f"{reason}by {_newest(rest).clause()}", may_be_told=True)

    def probe(self) -> list[AreaCoverage]:
        """Whether it can be asked, region by region, for `setpoint doctor`."""
        partition, account = self._clients.identity()
        regions = dict.fromkeys((*self._clients.settings.regions, HOME.get(partition, "")))
        areas = (Area(partition, account, region, HISTORY) for region in regions if region)
        return [self._probe(area) for area in areas]

    def _probe(self, area: Area) -> AreaCoverage:
        try:
            self._look_up(area.region, MaxResults=1)
        except client_errors() as error:
            extent = Extent.NOT_COVERED if error_code(error) == NOT_OFFERED else Extent.NONE
            return AreaCoverage(area, extent, (_untold(error).reason,))
        return AreaCoverage(area, Extent.WHOLE)

    def _by_others(self, urn: Urn, name: str, since: datetime, until: datetime) -> Iterator[RecordedEvent]:
        """Changes of it that were not made by Setpoint, the newest first."""
        caller = self._clients.caller()
        for listed in self._events(home_of(urn), name, since, until):
            event = RecordedEvent.of(listed)
            if event is not None and event.is_change() and event.is_about(urn, name) and not event.is_ours(caller):
                yield event

    def _events(self, region: str, name: str, since: datetime, until: datetime) -> Iterator[Mapping[str, Any]]:
        wanted: dict[str, Any] = {
            "LookupAttributes": [{"AttributeKey": "ResourceName", "AttributeValue": name}],
            "StartTime": since,
            "EndTime": until,
            "MaxResults": A_PAGE,
        }
        for _ in range(MOST_PAGES):
            page = self._look_up(region, **wanted)
            yield from page.get("Events", ())
            if not page.get("NextToken"):
                return
            wanted["NextToken"] = page["NextToken"]

    def _look_up(self, region: str, **wanted: Any) -> Mapping[str, Any]:
        self._paces.setdefault(region, CallBudget(A_SECOND)).take()
        page: Mapping[str, Any] = self._clients.client("cloudtrail", region).lookup_events(**wanted)
        return page


def home_of(urn: Urn) -> str:
    """The region in which what happens to it is recorded."""
    if urn.region != GLOBAL:
        return urn.region
    partition, service = urn.split(":", 1)[0], urn.type.rpartition("::")[0]
    return ELSEWHERE.get((partition, service)) or HOME[partition]


def names_of(urn: Urn) -> list[str]:
    """What an event may call it: its identifier, each part of that, the last part of an ARN or a path, its ARN."""
    identifier = urn.identifier
    partition, account, region, _ = urn.split(":", 3)
    own = ARNS.get(urn.type)
    arn = own.format(partition=partition, account=account, region=region, name=identifier) if own else ""
    parts = identifier.split(SEPARATOR)
    return [each for each in dict.fromkeys((identifier, arn, *parts, *map(short_of, parts))) if each]


def _newest(events: Iterable[RecordedEvent]) -> RecordedChange:
    return max(events, key=lambda each: each.at).change()


def _untold(error: Exception) -> Untold:
    if error_code(error) == NOT_OFFERED:
        return Untold("the endpoint that stands in for AWS has no event history", may_be_told=False)
    what, helps = reason(error, LOOK_UP), remedy(error, LOOK_UP)
    return Untold(f"{what}; {helps}" if helps else what, may_be_told=may_pass(error))
