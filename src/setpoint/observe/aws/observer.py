"""The observer of an AWS account: which readers there are, where they read, and one entity again. Named by `wiring`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final, assert_never

from setpoint.aws import NOT_OFFERED, AwsClients
from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.examination import Workload
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.cloudtrail import TrailReader
from setpoint.observe.aws.ec2 import SecurityGroupReader
from setpoint.observe.aws.iam import RoleReader
from setpoint.observe.aws.kms import KeyReader
from setpoint.observe.aws.listing import UNSUPPORTED
from setpoint.observe.aws.rds import DBInstanceReader
from setpoint.observe.aws.reader import Listed, Place, Reader, Spread, TypeReader
from setpoint.observe.aws.s3 import BucketPolicyReader, BucketReader
from setpoint.observe.aws.selection import Selection
from setpoint.observe.aws.sweep import Sweep, run
from setpoint.observe.aws.workload import workload
from setpoint.observe.interface import NOTHING, Declared

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


UNREADABLE: Final = "AWS offers no way to read the type through Cloud Control"


def permissions(
    types: Collection[str] | None = None, selection: Selection | None = None
) -> Mapping[str, tuple[str, ...]]:
    """Type → the IAM actions that reading it needs."""
    readers: dict[str, TypeReader] = {name: READERS[name] for name in READERS if types is None or name in types}
    for name in sorted(set(types or ()) - READERS.keys()):
        reader = selection.reader(name) if selection else None
        if reader is None:
            raise InputError(f"{name} cannot be read from AWS", remedy=f"there are {', '.join(READERS)}")
        readers[name] = reader
    return {name: reader.permissions for name, reader in readers.items()}


class AwsObserver:
    """Reads the configured regions of the account whose credentials are in use.

    Until AWS has said which account that is, there are no areas to speak of: then `areas`, `observe` and `probe` raise
    `CouldNotTellError`.
    """

    def __init__(
        self, clients: AwsClients, types: Collection[str] | None = None, selection: Selection | None = None
    ) -> None:
        """`types` are those that are read by their own services' APIs; None means all that there are readers for.

        With a `selection`, everything else that is declared is read, too.
        """
        self._clients = clients
        self._own = _readers(types)
        self._selection = selection

    def areas(self, declared: Declared = NOTHING) -> Iterable[Area]:
        types = {urn.type for urn in declared}
        own = [place.area(reader.type) for reader in self._own.values() for place in self._places(reader)]
        # What is only watched is read as far as there is anybody to ask.
        asked = (each for each in self._generic(declared) if each[0].type in types or self._is_offered(each[1]))
        return [*own, *(place.area(reader.type) for reader, place in asked)]

    def observe(
        self, declared: Declared = NOTHING, only: Collection[Area] | None = None
    ) -> Iterator[Resource | AreaCoverage]:
        yield from self._not_covered(declared, only)
        yield from run(self._sweeps(declared, only), self._clients.settings.pool)

    def probe(self, declared: Declared = NOTHING) -> list[AreaCoverage]:
        """What can be read: the listing of every area, and all about the first entity in it, for `setpoint doctor`."""
        items = run(self._sweeps(declared, probe=True), self._clients.settings.pool)
        probed = (*self._not_covered(declared), *(item for item in items if isinstance(item, AreaCoverage)))
        return sorted(probed, key=lambda each: each.area)

    def workload(self, declared: Declared = NOTHING) -> list[Workload]:
        """What a full scan takes, type by type."""
        counts = Counter(urn.type for urn in declared)
        groups: dict[str, list[TypeReader]] = {}
        for sweep in self._sweeps(declared):
            groups.setdefault(sweep.reader.type, []).append(sweep.reader)
        return [
            workload(
                readers[0],
                len(readers),
                counts[name],
                through="its own API" if name in self._own else "Cloud Control",
                because="always" if name in self._own else "declared" if counts[name] else "watched",
            )
            for name, readers in groups.items()
        ]

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        reader = self._reader(urn.type)
        if reader is None:
            raise InputError(f"{urn.type} is not read from AWS", where=urn, remedy=f"read are {', '.join(self._own)}")
        try:
            places = self._places(reader)
        except CouldNotTellError as error:
            return Unread(urn, error.what)
        place = next((each for each in places if each.area(urn.type) == Area.of(urn)), None)
        if place is None:
            return Unread(urn, "it is not in an account and region that are read")
        if urn.type not in self._own and not self._is_offered(place):
            return Unread(urn, UNSUPPORTED[NOT_OFFERED])
        return reader.observe(place, Listed(urn.identifier))

    def _reader(self, type_name: str) -> TypeReader | None:
        if type_name in self._own or self._selection is None:
            return self._own.get(type_name)
        return self._selection.reader(type_name)

    def _generic(self, declared: Declared) -> Iterator[tuple[TypeReader, Place]]:
        """What Cloud Control reads. What has a reader of its own is read by that, or left out by the user."""
        if self._selection is not None:
            readers = (each for each in self._selection.readers(declared) if each.type not in READERS)
            yield from ((reader, place) for reader in readers for place in self._places(reader))

    def _not_covered(self, declared: Declared, only: Collection[Area] | None = None) -> Iterator[AreaCoverage]:
        """What is declared, and cannot be read, now or later."""
        if self._selection is None:
            return
        areas = {Area.of(urn) for urn in declared if urn.type not in READERS}
        for area in sorted(areas if only is None else areas.intersection(only)):
            if self._selection.reader(area.type) is None:
                yield AreaCoverage(area, Extent.NOT_COVERED, (UNREADABLE,))
            elif not self._selection.is_offered(self._place(area.region)):
                yield AreaCoverage(area, Extent.NOT_COVERED, (UNSUPPORTED[NOT_OFFERED],))

    def _is_offered(self, place: Place) -> bool:
        return self._selection is not None and self._selection.is_offered(place)

    def _sweeps(self, declared: Declared, only: Collection[Area] | None = None, *, probe: bool = False) -> list[Sweep]:
        groups: list[tuple[TypeReader, list[Place]]] = []
        for own in self._own.values():
            places = self._places(own)
            together = [places] if own.spread is Spread.LISTED_ONCE else [[place] for place in places]
            groups.extend((own, group) for group in together)
        groups.extend((reader, [place]) for reader, place in self._generic(declared) if self._is_offered(place))
        return [
            Sweep(reader, wanted, probe=probe)
            for reader, group in groups
            if (wanted := [place for place in group if only is None or place.area(reader.type) in only])
        ]

    def _place(self, region: str) -> Place:
        partition, account = self._clients.identity()
        return Place(self._clients, partition, account, region)

    def _places(self, reader: TypeReader) -> list[Place]:
        match reader.spread:
            case Spread.GLOBAL:
                regions: tuple[str, ...] = (GLOBAL,)
            case Spread.REGIONAL | Spread.LISTED_ONCE:
                regions = self._clients.settings.regions
            case _:
                assert_never(reader.spread)
        return [self._place(region) for region in regions]


def _readers(types: Collection[str] | None) -> Mapping[str, Reader]:
    if types is None:
        return READERS
    unknown = sorted(set(types) - READERS.keys())
    if unknown:
        raise InputError(f"{', '.join(unknown)} cannot be read from AWS", remedy=f"there are {', '.join(READERS)}")
    return {name: READERS[name] for name in READERS if name in types}
