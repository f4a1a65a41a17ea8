from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from setpoint.loop.together import all_waivers, message_counts
from setpoint.model.waiver import Waiver
from setpoint.store.interface import DeliveryState, Parcel
from setpoint.store.ledger.opening import open_ledger

AT = datetime(2026, 3, 1, tzinfo=UTC)
WAIVER = Waiver("file:1", "*", "*", "*", "known", "me", "", AT, AT + timedelta(days=9), "setpoint.yaml")


def test_waivers_of_both_with_when_each_last_counted(tmp_path: Path) -> None:
    ledger = open_ledger(str(tmp_path / "ledger.sqlite"))
    entered = ledger.visitor().add_waiver(replace(WAIVER, id=""))
    _, writer = ledger.acquire("default", AT, ttl=60)
    writer.note_waiver_matches(["file:1"], AT)
    assert all_waivers([WAIVER], ledger) == [replace(WAIVER, last_matched=AT), entered]
    ledger.close()


def test_every_channel_is_counted_whoever_knows_of_it(tmp_path: Path) -> None:
    ledger = open_ledger(str(tmp_path / "ledger.sqlite"))
    _, writer = ledger.acquire("default", AT, ttl=60)
    writer.enqueue([Parcel("gone", "shop", {"title": "drift"})], AT, timedelta(seconds=30))
    counts = message_counts(["oncall"], "default", ledger)
    assert list(counts) == ["gone", "oncall"]
    assert (counts["gone"].get(DeliveryState.WAITING), dict(counts["oncall"])) == (1, {})
    ledger.close()
