"""Bills of materials, instances and what is affected, answered from the ledger of this machine; see `source`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final

from setpoint.cli.actor import actor
from setpoint.compare.component.running import ReleaseDrift
from setpoint.errors import NotFoundError
from setpoint.loop.affected import AffectedAnswer, AffectedSearch
from setpoint.loop.instructions import time_of
from setpoint.loop.stock import TakenBill, bill_of_release, report_instances, take_bill
from setpoint.model.canonical import Json
from setpoint.model.component import Sbom
from setpoint.model.inventory import Instance
from setpoint.model.service import Release, Service
from setpoint.store.interface import FIRST, Ledger, LedgerReader, Reported
from setpoint.wiring.inventory import advisories_of, asked_about, asked_for, component_drift, read_bill

AT_ONCE: Final = 1_000
"""Instances that are in memory, or written, at one time."""


class LocalInventory:
    def __init__(
        self,
        reader: Callable[[], LedgerReader],
        open_ledger: Callable[[], AbstractContextManager[Ledger]],
        described: Callable[[], Mapping[str, Service]],
        expect_known: Callable[[str | None], str | None],
        scope: Callable[[], str],
    ) -> None:
        """`expect_known` raises `NotFoundError` for a service of which nothing is known."""
        self._open = reader
        self._open_ledger = open_ledger
        self._described = described
        self._expect_known = expect_known
        self._scope = scope

    def add_sbom(self, octets: bytes, where: str, release: Release | None, image: str) -> TakenBill:
        sbom = read_bill(octets, where)
        with self._open_ledger() as ledger:
            return take_bill(sbom, release, image, actor(), ledger, ledger.visitor())

    def sbom(self, digest: str) -> Sbom:
        found = self._open().inventory().sbom(digest)
        if found is None:
            raise NotFoundError(f"there is no bill of materials {digest!r}", remedy="see: setpoint sbom list SERVICE")
        return found

    def sbom_of(self, release: Release) -> Sbom:
        return bill_of_release(self._open().inventory(), release)

    def sboms(self, service: str) -> tuple[Mapping[str, str], Mapping[str, int]]:
        self._expect_known(service)
        inventory = self._open().inventory()
        return inventory.sboms_of_releases(service), inventory.running_sboms(service)

    def instances(self, service: str | None) -> Iterator[Instance]:
        known, after = self._expect_known(service), ("", "")
        inventory = self._open().inventory()
        while page := inventory.instances(service=known, after=after, limit=AT_ONCE):
            yield from page
            if len(page) < AT_ONCE:
                return
            after = (page[-1].service, page[-1].id)

    def instances_without_bill(self) -> Iterator[Instance]:
        inventory, after = self._open().inventory(), FIRST
        while page := inventory.instances_without_bill(service=None, after=after, limit=AT_ONCE):
            yield from (each.instance for each in page)
            if len(page) < AT_ONCE:
                return
            after = page[-1].place

    def report(self, instances: Sequence[Instance]) -> Reported:
        new = moved = 0
        with self._open_ledger() as ledger:
            for start in range(0, len(instances), AT_ONCE):
                told = report_instances(instances[start : start + AT_ONCE], actor(), ledger, ledger.visitor())
                new, moved = new + told.new, moved + told.moved
        return Reported(new, moved, frozenset())

    def remove(self, service: str, identity: str) -> int:
        with self._open_ledger() as ledger:
            return ledger.visitor().inventory().remove_instances(service, [identity], time_of(ledger))

    def drift(self, service: str) -> Sequence[ReleaseDrift]:
        self._expect_known(service)
        return component_drift(self._open(), service)

    def affected(self, what: str | Sequence[Json], *, most: int) -> AffectedAnswer:
        reader = self._open()
        asked = asked_for(what, reader.inventory()) if isinstance(what, str) else asked_about(advisories_of(what))
        return AffectedSearch(reader, self._described(), scope=self._scope()).search(asked, limit=most)
