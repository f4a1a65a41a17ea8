"""The observer of an AWS account: which readers there are, where they read, and one entity again. Named by `wiring`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, assert_never

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.cloudtrail import TrailReader
from setpoint.observe.aws.ec2 import SecurityGroupReader
from setpoint.observe.aws.iam import RoleReader
from setpoint.observe.aws.kms import KeyReader
from setpoint.observe.aws.rds import DBInstanceReader
from setpoint.observe.aws.reader import Listed, Place, Reader, Spread
from setpoint.observe.aws.s3 import BucketPolicyReader, BucketReader
from setpoint.observe.aws.sweep import Sweep, run

READERS: Final[Mapping[str, Reader]] = {
    reader.type: reader
    for reader in (
        SecurityGroupReader(),
        DBInstanceReader(),
        BucketReader(),
        BucketPolicyReader(),
        RoleReader(),
        KeyReader(),
        TrailReader(),
    )
}


def permissions(types: Collection[str] | None = None) -> Mapping[str, tuple[str, ...]]:
    """Type → the IAM actions that reading it needs."""
    return {name: reader.permissions for name, reader in _readers(types).items()}


class AwsObserver:
    """Reads the configured regions of the account whose credentials are in use.

    Until AWS has said which account that is, there are no areas to speak of: then `areas`, `observe` and `probe` raise
    `CouldNotTellError`.
    """

    def __init__(self, clients: AwsClients, types: Collection[str] | None = None) -> None:
        """`types` are the resource types to read; None means all that there are readers for."""
        self._clients = clients
        self._readers = _readers(types)

    def areas(self) -> Iterable[Area]:
        return [place.area(reader.type) for reader in self._readers.values() for place in self._places(reader)]

    def observe(self) -> Iterator[Resource | AreaCoverage]:
        yield from run(self._sweeps(), self._clients.settings.pool)

    def probe(self) -> list[AreaCoverage]:
        """What can be read: the listing of every area, and all about the first entity in it, for `setpoint doctor`."""
        items = run(self._sweeps(probe=True), self._clients.settings.pool)
        return sorted((item for item in items if isinstance(item, AreaCoverage)), key=lambda each: each.area)

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        reader = self._readers.get(urn.type)
        if reader is None:
            raise InputError(
                f"{urn.type} is not read from AWS", where=urn, remedy=f"read are {', '.join(self._readers)}"
            )
        try:
            places = self._places(reader)
        except CouldNotTellError as error:
            return Unread(urn, error.what)
        for place in places:
            if place.area(urn.type) == Area.of(urn):
                return reader.observe(place, Listed(urn.identifier))
        return Unread(urn, "it is not in an account and region that are read")

    def _sweeps(self, *, probe: bool = False) -> list[Sweep]:
        sweeps: list[Sweep] = []
        for reader in self._readers.values():
            places = self._places(reader)
            groups = [places] if reader.spread is Spread.LISTED_ONCE else [[place] for place in places]
            sweeps.extend(Sweep(reader, group, probe=probe) for group in groups)
        return sweeps

    def _places(self, reader: Reader) -> list[Place]:
        partition, account = self._clients.identity()
        match reader.spread:
            case Spread.GLOBAL:
                regions: tuple[str, ...] = (GLOBAL,)
            case Spread.REGIONAL | Spread.LISTED_ONCE:
                regions = self._clients.settings.regions
            case _:
                assert_never(reader.spread)
        return [Place(self._clients, partition, account, region) for region in regions]


def _readers(types: Collection[str] | None) -> Mapping[str, Reader]:
    if types is None:
        return READERS
    unknown = sorted(set(types) - READERS.keys())
    if unknown:
        raise InputError(f"{', '.join(unknown)} cannot be read from AWS", remedy=f"there are {', '.join(READERS)}")
    return {name: READERS[name] for name in READERS if name in types}
