"""The observer of what runs in AWS accounts: each source in each region. Named by `wiring`."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from typing import Final, NamedTuple

from setpoint.aws import DENIED, NOT_OFFERED, AwsClients, client_errors, error_code, translate
from setpoint.errors import CouldNotTellError
from setpoint.model.examination import Workload
from setpoint.model.inventory import InstanceSource
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.observe.aws.instances import ecs, functions
from setpoint.observe.aws.instances.ecs import EcsReader
from setpoint.observe.aws.instances.functions import FunctionReader
from setpoint.observe.aws.instances.naming import Naming
from setpoint.observe.aws.instances.reading import BeyondBoundsError, Found, InstanceReader
from setpoint.observe.aws.reader import Place
from setpoint.observe.interface import SeenInstances

READERS: Final[Mapping[InstanceSource, Callable[[Place, Naming], InstanceReader]]] = {
    InstanceSource.ECS: EcsReader,
    InstanceSource.LAMBDA: FunctionReader,
}
PERMISSIONS: Final[Mapping[InstanceSource, tuple[str, ...]]] = {
    InstanceSource.ECS: ecs.PERMISSIONS,
    InstanceSource.LAMBDA: functions.PERMISSIONS,
}
FIRST_ASKED: Final[Mapping[InstanceSource, str]] = {
    InstanceSource.ECS: ecs.CLUSTERS,
    InstanceSource.LAMBDA: functions.FUNCTIONS,
}
"""The listing that tells whether there is anything at all."""


class _Read(NamedTuple):
    """Where one source is read, and by whom."""

    source: InstanceSource
    area: Area
    reader: InstanceReader


class AwsInstances:
    """Implements `observe.interface.InstanceObserver`.

    Until AWS has said which account this is, there are no areas to speak of: then everything raises
    `CouldNotTellError`.
    """

    def __init__(
        self, accounts: Sequence[AwsClients], sources: Collection[InstanceSource], naming: Naming, *, is_wanted: bool
    ) -> None:
        """Where it is not wanted expressly, what may not be listed is left out, and said to be, and is no doubt."""
        self._accounts = accounts
        self._sources = sources
        self._naming = naming
        self._is_wanted = is_wanted

    def areas(self) -> Collection[Area]:
        return [each.area for each in self._reads]

    def observe(self, only: Collection[Area] | None = None) -> Iterator[SeenInstances]:
        return self._seen([each for each in self._reads if only is None or each.area in only], briefly=False)

    def probe(self) -> list[AreaCoverage]:
        """What can be read, by a little of everything, for `setpoint doctor`."""
        return sorted((each.coverage for each in self._seen(self._reads, briefly=True)), key=lambda each: each.area)

    def workload(self) -> list[Workload]:
        """What a reading takes at least: where nothing runs, no more."""
        return [
            Workload(
                type=source.area_type,
                through="its own API",
                because="inventory",
                declared=0,
                calls=sum(each.source is source for each in self._reads),
                calls_each=1,
                dollars=0.0,
            )
            for source in self._sources
        ]

    @cached_property
    def _reads(self) -> Sequence[_Read]:
        return [
            _Read(source, place.area(source.area_type), READERS[source](place, self._naming))
            for clients in self._accounts
            for place in _places(clients)
            for source in self._sources
        ]

    def _seen(self, reads: Sequence[_Read], *, briefly: bool) -> Iterator[SeenInstances]:
        if not reads:
            return
        pool = ThreadPoolExecutor(self._accounts[0].settings.pool, thread_name_prefix="instances")
        try:
            yield from pool.map(partial(self._read, briefly=briefly), reads)
        finally:
            # Also when the taker has had enough: no call is left behind.
            pool.shutdown(cancel_futures=True)

    def _read(self, what: _Read, *, briefly: bool) -> SeenInstances:
        found = Found()
        try:
            what.reader.read(found, briefly=briefly)
            extent = Extent.PARTIAL if found.doubts else Extent.WHOLE
        except BeyondBoundsError:
            extent = Extent.PARTIAL
        except CouldNotTellError as error:
            extent = Extent.NONE
            found.doubts[error.what] = None
        except client_errors() as error:
            extent = Extent.PARTIAL if found.is_answered else self._refused(error)
            found.doubts[translate(error, FIRST_ASKED[what.source]).what] = None
        instances = tuple(found.instances.values())
        return SeenInstances(
            what.source, what.reader.prefix, instances, AreaCoverage(what.area, extent, tuple(found.doubts))
        )

    def _refused(self, error: BaseException) -> Extent:
        code = error_code(error)
        left_out = code == NOT_OFFERED or (code in DENIED and not self._is_wanted)
        return Extent.NOT_COVERED if left_out else Extent.NONE


def permissions(sources: Collection[InstanceSource]) -> Mapping[str, tuple[str, ...]]:
    """Type of area → the IAM actions that reading it needs."""
    return {each.area_type: PERMISSIONS[each] for each in sources}


def _places(clients: AwsClients) -> Iterator[Place]:
    partition, account = clients.identity()
    for region in clients.settings.regions:
        yield Place(clients, partition, account, region)
