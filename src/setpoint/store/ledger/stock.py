"""What agents say of their processes, taken into the inventory: instances, their bills, and what is loaded.

`SqlWriter.take_reports` calls it, in the transaction in which the reports are worked in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from setpoint.model.inventory import AGENT, Instance, Load, Reached
from setpoint.model.report import AgentReport, host_of
from setpoint.store.interface import InventoryWriter
from setpoint.store.ledger.inside.bills import BootBill

MOST_MODULES: Final = 16


def take_stock(
    inventory: InventoryWriter,
    reports: Sequence[AgentReport],
    changed: Sequence[tuple[AgentReport, BootBill]],
    at: datetime,
) -> None:
    """Reports are in the order of the journal; the last word of an instance counts."""
    running: dict[tuple[str, str], Instance] = {}
    for report in reports:
        running[_place(report)] = Instance(*_place(report), report.release, source=AGENT, container=report.container)
    for report, bill in changed:
        if bill.is_whole and bill.components:
            sbom = bill.sbom()
            inventory.add_sbom(sbom, at)
            inventory.note_loaded(list(_loads(report, bill)), at)
            instance = running[_place(report)]
            if instance.release == report.release:  # else another release took its place since
                running[_place(report)] = replace(instance, sbom=sbom.digest)
    if running:
        inventory.report_instances(list(running.values()), at)


def _place(report: AgentReport) -> tuple[str, str]:
    return report.service, host_of(report.instance)


def _loads(report: AgentReport, bill: BootBill) -> Iterator[Load]:
    for told in bill.components.values():
        if told.component is not None:
            yield Load(
                service=report.service,
                release=report.release,
                component=told.component.key,
                reached=Reached.LOADED if "loaded" in told.facts else Reached.NOT_LOADED,
                modules=tuple(told.facts.get("modules", "").split()[:MOST_MODULES]),
            )
