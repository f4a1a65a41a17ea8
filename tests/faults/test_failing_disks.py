"""Disks that say EIO: nothing is acknowledged that is not kept, it is told, and all goes on once the disk is well."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from tests.e2e.program import eventually
from tests.faults.ills import FAILING, Ill, Ills
from tests.faults.ingesting import BOUND, LONGEST, Life, Load, Start

from setpoint.model.health import Duty

SENDERS: Final = 8
FOR: Final = 2.0
"""Seconds of load in each state of the disk."""
KINDS: Final = ["syncs", "writes"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_journal_whose_disk_fails_is_not_ready_until_it_is_well(start: Start, ills: Ills, kind: str) -> None:
    life = start(ills)
    load = Load(life)
    with load.of(SENDERS):
        _await_taken(load)
        ills.disk(life.journal, **{kind: FAILING})
        eventually("it is not ready", lambda: not life.is_ready())
        assert life.gate() < BOUND
        eventually("it is told", lambda: "the journal cannot be written (Input/output error)" in life.problems())
        pids, taken = life.processes.await_started(), sum(load.taken.values())
        threading.Event().wait(FOR)
        assert sum(load.taken.values()) == taken
        ills.well()
        _await_taken(load)
    eventually("all is well", lambda: life.problems() == "")
    assert life.processes.await_up() == pids
    assert load.statuses() == {200, 503}
    life.await_lake(sum(load.taken.values()))
    life.stop()
    load.check()


def test_it_is_ready_again_though_nobody_sends(start: Start, ills: Ills) -> None:
    life = start(ills)
    ills.disk(life.journal, syncs=Ill(failing=1))
    assert life.send(0).status_code == 503
    eventually("it is ready again", life.is_ready)
    assert life.send(0).json()["appended"] > 0
    life.await_lake(1)


def test_of_many_syncs_some_fail(start: Start, ills: Ills) -> None:
    life = start(ills)
    load = Load(life)
    with load.of(SENDERS):
        for passing in range(5):
            _await_taken(load)
            ills.disk(life.journal, syncs=Ill(passing=passing, failing=1))
    life.await_lake(sum(load.taken.values()))
    life.stop()
    load.check()
    again = start(ills)
    again.await_lake(sum(load.taken.values()))
    assert again.problems() == ""


@pytest.mark.parametrize("kind", KINDS)
def test_a_lake_whose_disk_fails_catches_up_once_it_is_well(start: Start, ills: Ills, kind: str) -> None:
    life = start(ills)
    load = Load(life)
    with load.of(SENDERS):
        _await_taken(load)
        ills.disk(life.lake, **{kind: FAILING})
        eventually("it is told", lambda: "the lake" in life.problems())
        _await_taken(load)
        assert life.is_ready()
        assert life.gate() < BOUND
    ills.well()
    assert load.statuses() == {200}
    eventually("all is well", lambda: life.problems() == "", within=3 * LONGEST)
    life.await_lake(sum(load.taken.values()))
    life.stop()
    load.check()


@pytest.mark.parametrize("kind", KINDS)
def test_a_ledger_whose_disk_fails_keeps_what_it_acknowledged(start: Start, ills: Ills, kind: str) -> None:
    life = start(ills, duties=tuple(Duty))
    kept = [_waive(life, number) for number in range(3)]
    assert kept == [201] * 3
    ills.disk(life.setpoint.ledger.with_name(f"{life.setpoint.ledger.name}-wal"), **{kind: FAILING})
    assert _waive(life, 3) == 503
    assert not life.is_ready()
    assert life.gate() < BOUND, "it decides by what was last known, or says that it cannot tell"
    eventually("it is told", lambda: "the disk failed" in life.problems())
    eventually("the loop ended of it", lambda: "the disk failed" in life.last_errors())
    assert life.send(0).status_code == 200
    ills.well()
    eventually("it is ready again, though nobody writes", life.is_ready)
    life.processes.await_started()
    eventually("nothing is told any more", lambda: "the disk failed" not in life.problems())
    assert _waive(life, 3) == 201
    life.stop()
    reasons = [each["reason"] for each in life.setpoint.run("waivers", "--json").json()]
    assert reasons == ["number 0", "number 1", "number 2", "number 3"]
    assert life.setpoint.run("audit", "verify").code == 0


def _waive(life: Life, number: int) -> int:
    expires_at = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    waiver = {"urn": "*", "reason": f"number {number}", "owner": "team-shop", "expires_at": expires_at}
    return life.post("/v1/waivers", waiver, **{"Idempotency-Key": str(number)}).status_code


def _await_taken(load: Load) -> None:
    """Until more was acknowledged than before."""
    before = sum(load.taken.values())
    eventually("batches are taken", lambda: sum(load.taken.values()) > before + SENDERS)
