"""What each release of a service runs, against what was built of it: the component plane, for commands and the API."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from setpoint.loop.instructions import time_of
from setpoint.model.component import Sbom
from setpoint.model.report import ProcessBill
from setpoint.store.interface import LedgerReader

LATELY: Final = timedelta(hours=1)
"""Processes that were heard of since then count as running, as for `setpoint runtime`."""


@dataclass(frozen=True, slots=True)
class RunningRelease:
    """What runs of one release."""

    release: str
    """Empty where agents do not say which."""
    built: Sbom | None
    processes: tuple[ProcessBill, ...]


def running_releases(ledger: LedgerReader, service: str) -> Sequence[RunningRelease]:
    """By release; nothing where no agent tells what it is made of."""
    inventory = ledger.inventory()
    by_release: defaultdict[str, list[ProcessBill]] = defaultdict(list)
    for each in ledger.inside().bills(service, time_of(ledger) - LATELY):
        by_release[each.release].append(each)
    found = []
    for release, processes in sorted(by_release.items()):
        digest = inventory.sbom_of_release(service, release) if release else ""
        found.append(RunningRelease(release, inventory.sbom(digest) if digest else None, tuple(processes)))
    return found
