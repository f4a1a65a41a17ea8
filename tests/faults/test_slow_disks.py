"""Disks that take their time: whoever sends is told to come again, long before it would give up waiting."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Final

from tests.faults.ills import Ill, Ills
from tests.faults.ingesting import BOUND, LONGEST, Life, Load, Start

from setpoint.model.health import Duty

SENDERS: Final = 100
SLOW: Final = timedelta(milliseconds=300)
HANGING: Final = timedelta(seconds=6)
"""Longer than a batch waits for its turn."""
FOR: Final = 10.0
"""Seconds of load."""
GATE_BOUND: Final = 2 * BOUND
"""Seconds for a gate's answer that has to be recorded on a slow disk, after the loop's writes."""
STOPPED_WITHIN: Final = 10.0


def test_where_every_sync_is_late_all_goes_on(start: Start, ills: Ills) -> None:
    """Of the journal, the lake, the ledger: all that lies beside the configuration."""
    life = start(ills, duties=tuple(Duty))
    ills.disk(life.setpoint.folder, syncs=Ill(delay=SLOW))
    load, loaded = Load(life), time.monotonic()
    with load.of(SENDERS):
        assert _slowest_gate(life) < GATE_BOUND
        assert load.statuses() <= {200, 429}
        assert max(seconds for _, seconds in load.answers) < LONGEST
        began = time.monotonic()
        life.stop()
        assert time.monotonic() - began < STOPPED_WITHIN
    # Bodies share a sync, sixty-four of them at most; each with one of its own, there was time for no more than these.
    assert sum(load.taken.values()) > (began - loaded) / SLOW.total_seconds()
    load.check()


def test_who_sends_more_than_a_disk_takes_is_told_to_come_again(start: Start, ills: Ills) -> None:
    life = start(ills)
    load = Load(life)
    ills.disk(life.journal, syncs=Ill(delay=HANGING))
    with load.of(SENDERS):
        assert _slowest_gate(life) < BOUND
        ills.well()
    assert {200, 429} == load.statuses()
    assert max(seconds for _, seconds in load.answers) < LONGEST
    life.await_lake(sum(load.taken.values()))
    life.stop()
    load.check()


def _slowest_gate(life: Life) -> float:
    """Seconds until the answer, of all that are asked for one after the other while the load lasts."""
    until, slowest = time.monotonic() + FOR, 0.0
    while time.monotonic() < until:
        slowest = max(slowest, life.gate())
    return slowest
