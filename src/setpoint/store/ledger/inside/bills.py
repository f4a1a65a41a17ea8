"""What each process of a service is made of, as its agent told: one packed row for each boot. `taking` calls it.

An agent tells all of it once, and then changes, each built on the state before. A row whose chain is broken (a report
that nobody has any more) is not whole, and nothing is concluded from it.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import Connection, select

from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.report import AgentReport, ProcessBill, ToldBill, ToldComponent
from setpoint.store.ledger.inside.tables import agents, bills
from setpoint.store.ledger.upserts import insert_or_update

MOST_PROCESSES: Final = 1_000
"""That are shown of one service."""
MOST_COMPONENTS: Final = 50_000
"""Of one process; more are left out, and then it is not whole."""


@dataclass(frozen=True, slots=True)
class BootBill:
    """The state of one boot's bill."""

    digest: str
    is_whole: bool
    components: Mapping[str, ToldComponent]

    def sbom(self) -> Sbom:
        found = {each.component for each in self.components.values() if each.component is not None}
        return Sbom(tuple(sorted(found)), made_by="setpoint-agent", format="CycloneDX 1.6 JSON")


def take(connection: Connection, report: AgentReport) -> BootBill | None:
    """The state that this report makes; None where it changes nothing."""
    told = report.bill
    if told is None:
        return None
    before = find(connection, report.service, report.boot)
    if before is not None and before.digest == told.digest and before.is_whole == told.is_whole:
        return None
    after = _merged(before, told)
    row = {
        "service": report.service,
        "boot": report.boot,
        "instance": report.instance,
        "digest": after.digest,
        "is_whole": after.is_whole,
        "components": _packed(after.components.values()),
    }
    connection.execute(insert_or_update(connection, bills), row)
    return after


def find(connection: Connection, service: str, boot: str) -> BootBill | None:
    row = connection.execute(select(bills).where(bills.c.service == service, bills.c.boot == boot)).one_or_none()
    return None if row is None else BootBill(row.digest, row.is_whole, _unpacked(row.components))


def of_service(connection: Connection, service: str, since: datetime) -> list[ProcessBill]:
    """Of every process that was heard of since then, by instance."""
    of_boot = (agents.c.service == bills.c.service) & (agents.c.boot == bills.c.boot)
    asked = (
        select(bills, agents.c.release)
        .join(agents, of_boot)
        .where(bills.c.service == service, agents.c.received_at >= since)
        .order_by(bills.c.instance, bills.c.boot)
        .limit(MOST_PROCESSES)
    )
    listed = cache(_listed)  # processes of one release are mostly made of the same
    return [
        ProcessBill(row.instance, row.release, row.is_whole, listed(row.components))
        for row in connection.execute(asked)
    ]


def _listed(octets: bytes) -> tuple[ToldComponent, ...]:
    return tuple(_unpacked(octets).values())


def _merged(before: BootBill | None, told: ToldBill) -> BootBill:
    """A state that is built on nothing begins anew: the journal is read again from its beginning."""
    new = {each.reference: each for each in told.components}
    if not told.base:
        return BootBill(told.digest, told.is_whole, new)
    known = dict(before.components) if before is not None else {}
    follows = before is not None and before.digest == told.base
    merged = {**known, **new}
    fits = len(merged) <= MOST_COMPONENTS
    return BootBill(told.digest if follows else "", told.is_whole and follows and fits, merged if fits else known)


def _packed(components: Iterable[ToldComponent]) -> bytes:
    rows = [
        [
            each.reference,
            _row(each.component) if each.component is not None else None,
            dict(each.facts),
        ]
        for each in components
    ]
    return zlib.compress(orjson.dumps(rows))


def _unpacked(octets: bytes) -> dict[str, ToldComponent]:
    rows = orjson.loads(zlib.decompress(octets))
    return {
        reference: ToldComponent(reference, _component(row) if row is not None else None, facts)
        for reference, row, facts in rows
    }


def _row(component: Component) -> list[Any]:
    package = component.package
    return [package.type, package.name, component.version, component.purl, component.licences, component.hashes]


def _component(row: list[Any]) -> Component:
    kind, name, version, purl, licences, hashes = row
    return Component(
        PackageName(kind, name), version, purl, tuple(licences), tuple((algorithm, text) for algorithm, text in hashes)
    )
