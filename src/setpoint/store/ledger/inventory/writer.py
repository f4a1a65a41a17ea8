"""`InventoryWriter` on a database. `SqlWriter.inventory` makes it, with its own transactions and audit log."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import update

from setpoint.model.advisory import Advisory, SyncState
from setpoint.model.component import Sbom
from setpoint.model.inventory import ExploitScore, Instance, KnownExploited, Load
from setpoint.model.service import Release
from setpoint.store.interface.inventory import AdvisoryChanges, Pending, Reported, StoredMatch
from setpoint.store.ledger.audit import ITSELF, Entry
from setpoint.store.ledger.inventory import (
    advisories,
    bills,
    counting,
    feeds,
    instances,
    matching,
    numbers,
    pending,
    unused,
)
from setpoint.store.ledger.inventory.tables import groups, images, releases
from setpoint.store.ledger.part import PartWriter


class SqlInventoryWriter(PartWriter):
    def add_sbom(self, sbom: Sbom, at: datetime) -> bool:
        with self._writing(at) as connection:
            return bills.add(connection, sbom, at)

    def set_release_sbom(self, service: str, version: str, digest: str, at: datetime, actor: str = ITSELF) -> None:
        with self._writing(at) as connection:
            sbom = numbers.of_sbom(connection, digest)
            named = (numbers.of_services(connection, [service])[service], version)
            release = numbers.of_releases(connection, [named])[named]
            connection.execute(update(releases).where(releases.c.id == release).values(sbom=sbom))
            instances.settle_again(connection, groups.c.release == release)
            subject = Release(service, version).urn
            self._tell(connection, [Entry(at, "bill of materials set", subject, {"sbom": digest}, actor)])

    def set_image_sbom(self, image: str, digest: str, at: datetime, actor: str = ITSELF) -> None:
        with self._writing(at) as connection:
            sbom = numbers.of_sbom(connection, digest)
            number = numbers.of_images(connection, [image])[image]
            connection.execute(update(images).where(images.c.id == number).values(sbom=sbom))
            instances.settle_again(connection, groups.c.image == number)
            self._tell(connection, [Entry(at, "bill of materials set", image, {"sbom": digest}, actor)])

    def report_instances(self, reported: Sequence[Instance], at: datetime) -> Reported:
        with self._writing(at) as connection:
            return instances.report(connection, reported, at)

    def remove_instances(self, service: str, identities: Collection[str], at: datetime) -> int:
        with self._writing(at) as connection:
            return counting.remove(connection, service, identities)

    def expire_instances(self, before: datetime, at: datetime) -> int:
        with self._writing(at) as connection:
            return counting.expire(connection, before)

    def note_unused_sboms(self, at: datetime) -> None:
        with self._writing(at) as connection:
            unused.note(connection, at)

    def forget_unused_sboms(self, before: datetime, at: datetime) -> int:
        with self._writing(at) as connection:
            gone = unused.forget(connection, before)
            if gone.bills:
                details = {"bills": gone.bills, "components": gone.components, "before": before.isoformat()}
                self._tell(connection, [Entry(at, "unused bills of materials deleted", "inventory", details)])
        return gone.bills

    def put_advisories(self, given: Iterable[Advisory], at: datetime) -> AdvisoryChanges:
        with self._writing(at) as connection:
            changes = advisories.put(connection, given)
            if changes.new or changes.changed:
                details = {"new": len(changes.new), "changed": len(changes.changed)}
                self._tell(connection, [Entry(at, "advisories taken", "advisories", details)])
        return changes

    def put_sync_state(self, state: SyncState) -> None:
        with self._appending() as connection:
            feeds.put_sync_state(connection, state)

    def put_known_exploited(self, entries: Iterable[KnownExploited], at: datetime) -> int:
        with self._writing(at) as connection:
            moved = feeds.put_known_exploited(connection, entries)
            if moved:
                self._tell(connection, [Entry(at, "known exploited taken", "advisories", {"moved": moved})])
        return moved

    def put_exploit_scores(self, scores: Iterable[ExploitScore]) -> None:
        with self._appending() as connection:
            feeds.put_exploit_scores(connection, scores)

    def note_loaded(self, loads: Sequence[Load], at: datetime) -> None:
        with self._writing(at) as connection:
            pending.note_services(connection, feeds.note_loaded(connection, loads, at))

    def put_matches(self, given: Pending, matches: Sequence[StoredMatch]) -> None:
        with self._appending() as connection:
            matching.put(connection, given, matches)

    def look_again(self, services: Collection[str]) -> None:
        with self._appending() as connection:
            pending.note_services(connection, numbers.of_services(connection, services).values())

    def settle(self, given: Pending, bearings: Mapping[str, str]) -> None:
        with self._appending() as connection:
            matching.settle(connection, given, bearings)
