"""`setpoint up`: beats, reverts, one worker a ledger, and what signals and crashes leave behind."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from tests.e2e.account import Aws, bucket_is_private, open_the_bucket
from tests.e2e.program import PATIENCE, Loop, Setpoint, eventually

Start = Callable[[], Loop]

LEASE = 30
"""Seconds that a lease lasts at least (`LoopSettings.lease_for`), unless it is given back or its holder is dead."""


def test_drift_made_while_it_runs_is_reverted(setpoint: Setpoint, shop: Aws, start_loop: Start) -> None:
    setpoint.configure(mode="enforce")
    loop = start_loop()
    loop.await_beats(1)
    assert loop.beats()[0]["open_findings"] == 0
    open_the_bucket(shop)
    eventually("the bucket is private again", lambda: bucket_is_private(shop))
    eventually("the revert is verified", lambda: "verified" in _states(loop))
    loop.await_beats(1)
    assert loop.beats()[-1]["open_findings"] == 0
    assert "reverted, and verified by reading again" in loop.errors()


def test_whoever_comes_after_a_worker_starts_at_once(setpoint: Setpoint, shop: Aws, start_loop: Start) -> None:
    """After one that was asked to stop, because it gave its lease back; after one that crashed, because it is dead."""
    first = start_loop()
    first.await_beats(2)
    assert first.stop() == 0
    assert first.errors() == ""

    second = start_loop()
    second.await_beats(1)
    second.process.kill()
    second.process.wait(timeout=PATIENCE)

    started = time.monotonic()
    third = start_loop()
    third.await_beats(1)
    assert time.monotonic() - started < LEASE
    assert third.stop() == 0
    assert setpoint.run("audit", "verify").code == 0


def test_the_step_in_hand_is_finished_before_it_stops(setpoint: Setpoint, shop: Aws, start_loop: Start) -> None:
    setpoint.configure(mode="enforce")
    open_the_bucket(shop)
    loop = start_loop()
    eventually("the drift is found", lambda: "is not as declared" in loop.errors())
    assert loop.stop() == 0
    left = setpoint.run("remediations", "--json").json()
    assert "applying" not in [each["state"] for each in left]
    assert setpoint.run("beat").code == 0
    assert bucket_is_private(shop)
    assert [each["state"] for each in setpoint.run("remediations", "--json").json()] == ["verified"]


def test_a_ledger_has_one_worker(setpoint: Setpoint, shop: Aws, start_loop: Start) -> None:
    first = start_loop()
    first.await_beats(1)
    second = setpoint.run("up")
    assert second.code == 2
    assert f":{first.process.pid} works on 'default'" in second.complaint()
    assert "stop it, or wait until" in second.complaint()
    status = setpoint.run("status")
    assert status.code == 3
    assert f"no supervisor runs on this ledger; but {socket.gethostname()}:{first.process.pid} works on" in status.err
    first.await_beats(1)


def _states(loop: Loop) -> set[str]:
    return {remediation["state"] for beat in loop.beats() for remediation in beat["remediations"]}
