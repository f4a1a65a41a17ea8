"""A ledger with bills and instances in it, for what is asked of the inventory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from setpoint.loop.stock import report_instances, take_bill
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.inventory import Instance
from setpoint.model.service import Release
from setpoint.store.ledger.ledger import SqlLedger

NOW = datetime.now(UTC)


def component(text: str) -> Component:
    """`requests@2.31.0`, of PyPI."""
    name, _, version = text.partition("@")
    return Component(PackageName("pypi", name), version, f"pkg:pypi/{text}")


def bill(*texts: str) -> Sbom:
    return Sbom(tuple(sorted(component(each) for each in texts)), format="CycloneDX 1.6 JSON")


@dataclass(frozen=True, slots=True)
class Stock:
    ledger: SqlLedger

    def build(self, release: str, *texts: str) -> None:
        service, _, version = release.partition("@")
        take_bill(bill(*texts), Release(service, version), "", "test", self.ledger, self.ledger.visitor())

    def run(self, release: str, *identities: str) -> None:
        service, _, version = release.partition("@")
        told: Sequence[Instance] = [Instance(service, each, version, "production") for each in identities]
        report_instances(told, "test", self.ledger, self.ledger.visitor())
