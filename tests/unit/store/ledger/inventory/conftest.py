"""The inventory in a ledger of its own, once on SQLite and once on PostgreSQL where that is installed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection

from setpoint.model.advisory import Advisory, Affected, EventKind, RangeEvent, RangeKind, VersionRange
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.inventory import Instance
from setpoint.store.ledger.database import Database
from setpoint.store.ledger.inventory.reader import SqlInventory
from setpoint.store.ledger.inventory.writer import SqlInventoryWriter
from setpoint.store.ledger.opening import open_ledger

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Shelf:
    """An inventory, to be written and read."""

    database: Database
    writer: SqlInventoryWriter
    reader: SqlInventory

    def report(self, *instances: Instance, at: datetime = NOW) -> None:
        self.writer.report_instances(instances, at)

    def numbers(self, name: str) -> list[int]:
        """Of all versions of a package."""
        return [each.id for each in self.reader.components_of([PackageName("pypi", name)])]


@pytest.fixture
def shelf(place: str) -> Iterator[Shelf]:
    with closing(open_ledger(place)) as ledger:
        database = ledger._database
        writer = SqlInventoryWriter(database.write, _say_nothing, _keep_no_time)
        yield Shelf(database, writer, SqlInventory(database))


def _say_nothing(_connection: Connection, _entries: object) -> None:
    """The audit log has tests of its own."""


def _keep_no_time(_connection: Connection, _at: datetime) -> None:
    pass


@pytest.fixture
def component() -> Callable[..., Component]:
    def make(name: str, version: str = "1.0", **others: object) -> Component:
        return Component(PackageName("pypi", name), version, f"pkg:pypi/{name}@{version}", **others)  # type: ignore[arg-type]

    return make


@pytest.fixture
def bill(component: Callable[..., Component]) -> Callable[..., Sbom]:
    """`bill("requests@2.0", "flask@1.0")`."""

    def make(*names: str) -> Sbom:
        return Sbom(tuple(sorted(component(*each.split("@")) for each in names)))

    return make


@pytest.fixture
def advisory() -> Callable[..., Advisory]:
    """That a package is affected before a version."""

    def make(name: str, package: str = "requests", fixed: str = "2.0", **others: object) -> Advisory:
        events = (RangeEvent(EventKind.INTRODUCED, "0"), RangeEvent(EventKind.FIXED, fixed))
        affected = Affected(PackageName("pypi", package), "PyPI", (VersionRange(RangeKind.ECOSYSTEM, events),))
        usual = {"aliases": (), "modified": NOW, "published": None, "withdrawn": None, "summary": "a flaw"}
        return Advisory(id=name, affected=(affected,), **{**usual, **others})  # type: ignore[arg-type]

    return make
