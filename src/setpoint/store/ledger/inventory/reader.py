"""`InventoryReader` on a database. `SqlReader.inventory` makes it; threads may share it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Table, func, select

from setpoint.model.advisory import Advisory, SyncState
from setpoint.model.component import PackageName, Sbom
from setpoint.model.inventory import ExploitScore, Instance, InventorySummary, KnownExploited, Load
from setpoint.store.interface.inventory import (
    FIRST,
    ComponentUse,
    InstancePlace,
    InstanceUse,
    Pending,
    StoredComponent,
    StoredMatch,
)
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.inventory import advisories, bills, feeds, matching, showing, using
from setpoint.store.ledger.inventory.tables import advisories as advisory_rows
from setpoint.store.ledger.inventory.tables import images, instances, releases, sboms, services


class SqlInventory:
    def __init__(self, database: Database) -> None:
        self._database = database

    def summary(self) -> InventorySummary:
        with self._database.read() as connection:
            return using.summary(connection)

    def knows(self, service: str) -> bool:
        """Whether anybody ever reported an instance or a bill of it."""
        with self._database.read() as connection:
            return connection.execute(select(services.c.id).where(services.c.name == service)).first() is not None

    def sbom(self, digest: str) -> Sbom | None:
        with self._database.read() as connection:
            return bills.read(connection, digest)

    def services_of_sbom(self, digest: str) -> Sequence[str]:
        with self._database.read() as connection:
            return using.services_of_sbom(connection, digest)

    def sbom_of_release(self, service: str, version: str) -> str:
        return self.sboms_of_releases(service).get(version, "")

    def sbom_of_image(self, image: str) -> str:
        with self._database.read() as connection:
            return _digest(connection, images, image)

    def sboms_of_releases(self, service: str) -> Mapping[str, str]:
        asked = (
            select(releases.c.version, sboms.c.digest)
            .join(services, services.c.id == releases.c.service)
            .join(sboms, sboms.c.id == releases.c.sbom)
            .where(services.c.name == service)
            .order_by(releases.c.id)
        )
        with self._database.read() as connection:
            return {version: digest.hex() for version, digest in connection.execute(asked)}

    def running_sboms(self, service: str) -> Mapping[str, int]:
        with self._database.read() as connection:
            return using.sboms_of(connection, service)

    def instances(self, *, service: str | None, after: tuple[str, str], limit: int) -> Sequence[Instance]:
        with self._database.read() as connection:
            return showing.page(connection, service, after, limit)

    def instances_from(self, source: str, *, prefix: str) -> Sequence[Instance]:
        with self._database.read() as connection:
            return showing.from_source(connection, source, prefix)

    def oldest_sight(self) -> datetime | None:
        with self._database.read() as connection:
            oldest: datetime | None = connection.execute(select(func.min(instances.c.last_seen))).scalar_one()
        return oldest

    def components(self, numbers: Collection[int]) -> Sequence[StoredComponent]:
        with self._database.read() as connection:
            return bills.read_components(connection, numbers)

    def components_of(self, packages: Collection[PackageName]) -> Sequence[StoredComponent]:
        with self._database.read() as connection:
            return bills.components_of_packages(connection, packages)

    def components_of_release(self, service: str, version: str) -> Sequence[StoredComponent]:
        with self._database.read() as connection:
            return using.components_of_release(connection, service, version)

    def components_of_services(self, services: Collection[str]) -> Mapping[str, Sequence[int]]:
        with self._database.read() as connection:
            return using.of_services(connection, services)

    def counts(self, components: Collection[int]) -> Mapping[str, int]:
        with self._database.read() as connection:
            return using.counts(connection, components)

    def uses(self, components: Collection[int], *, services: Collection[str] | None = None) -> Sequence[ComponentUse]:
        with self._database.read() as connection:
            return using.uses(connection, components, services)

    def instances_of(
        self, components: Collection[int], *, after: InstancePlace = FIRST, limit: int
    ) -> Sequence[InstanceUse]:
        with self._database.read() as connection:
            return showing.instances_of(connection, components, after, limit)

    def instances_without_bill(
        self, *, service: str | None, after: InstancePlace = FIRST, limit: int
    ) -> Sequence[InstanceUse]:
        with self._database.read() as connection:
            return showing.without_bill(connection, service, after, limit)

    def advisories(self, names: Collection[str]) -> Sequence[Advisory]:
        with self._database.read() as connection:
            return advisories.named(connection, names)

    def advisories_of(self, packages: Collection[PackageName]) -> Sequence[Advisory]:
        with self._database.read() as connection:
            return advisories.of_packages(connection, packages)

    def matches_of(self, components: Collection[int]) -> Sequence[StoredMatch]:
        with self._database.read() as connection:
            return matching.of_components(connection, components)

    def matches_by(self, advisories: Collection[str]) -> Sequence[StoredMatch]:
        with self._database.read() as connection:
            return matching.of_advisories(connection, advisories)

    def loads(self, components: Collection[int], *, services: Collection[str] | None = None) -> Sequence[Load]:
        with self._database.read() as connection:
            return feeds.loads(connection, components, services)

    def knows_advisories(self) -> bool:
        with self._database.read() as connection:
            return connection.execute(select(advisory_rows.c.id).limit(1)).first() is not None

    def pending(self, limit: int) -> Pending:
        with self._database.read() as connection:
            return matching.read_pending(connection, limit)

    def bearings(self) -> Mapping[str, str]:
        with self._database.read() as connection:
            return using.bearings(connection)

    def sync_state(self, source: str) -> SyncState | None:
        with self._database.read() as connection:
            return feeds.sync_state(connection, source)

    def known_exploited(self, cves: Collection[str]) -> Mapping[str, KnownExploited]:
        with self._database.read() as connection:
            return feeds.find_known_exploited(connection, cves)

    def exploit_scores(self, cves: Collection[str]) -> Mapping[str, ExploitScore]:
        with self._database.read() as connection:
            return feeds.find_exploit_scores(connection, cves)


def _digest(connection: Connection, table: Table, name: str) -> str:
    asked = select(sboms.c.digest).join(table, table.c.sbom == sboms.c.id).where(table.c.digest == name)
    found = connection.execute(asked).scalar_one_or_none()
    return found.hex() if found else ""


def read_inventoried(connection: Connection) -> list[str]:
    """Every service that anybody reported an instance or a bill of, by name."""
    return list(connection.execute(select(services.c.name).order_by(services.c.name)).scalars())
