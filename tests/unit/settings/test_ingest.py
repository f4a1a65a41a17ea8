from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.ingest import IngestBounds, IngestSettings, read_ingest
from setpoint.store.journal.limits import JournalLimits

BASE = Path("/srv/setpoint")


def _read(text: str) -> IngestSettings:
    fields = Fields(parse_yaml(text.encode(), "setpoint.yaml")).section("ingest")
    return read_ingest(fields, BASE, BASE / "ledger.sqlite")


def test_without_a_word_the_journal_is_beside_the_ledger() -> None:
    assert _read("{}") == IngestSettings(BASE / "ledger.sqlite.journal", JournalLimits(), IngestBounds())


def test_everything_can_be_said() -> None:
    settings = _read(
        "ingest: {journal: signals, full_at_bytes: 1.0e+9, keep_bytes: 0, keep_for: 2d, remember: 5, "
        "bounds: {body_bytes: 2048, inflated_bytes: 4096, event_bytes: 1024, report_bytes: 1025, events: 7, depth: 8, "
        "seconds: 500ms, waiting_bytes: 2000000}}"
    )
    limits = JournalLimits(full_at=10**9, keep_bytes=0, keep_for=2 * 86400.0, remember=5)
    bounds = IngestBounds(2048, 4096, 1024, 1025, 7, 8, 0.5, 2_000_000)
    assert settings == IngestSettings(BASE / "signals", limits, bounds)


@pytest.mark.parametrize(
    "text",
    [
        "ingest: {full_at_bytes: 1000}",
        "ingest: {keep: 5d}",
        "ingest: {remember: 0}",
        "ingest: {bounds: {depth: 1000}}",
        "ingest: {bounds: {body_bytes: 1.0e+9}}",
        "ingest: {bounds: {size: 1}}",
    ],
)
def test_what_cannot_be_is_refused(text: str) -> None:
    with pytest.raises(InputError) as caught:
        _read(text)
    assert caught.value.where == "setpoint.yaml:1"
