"""What the configuration and the ledger say together; commands and the API ask here, and so hear the same."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from setpoint.model.waiver import Waiver
from setpoint.store.interface import DeliveryState, LedgerReader


def all_waivers(declared: Iterable[Waiver], ledger: LedgerReader) -> list[Waiver]:
    """Those of the configuration, and those that people entered, expired ones too."""
    matched = ledger.waiver_matches()
    return [*(replace(each, last_matched=matched.get(each.id)) for each in declared), *ledger.waivers()]


def message_counts(
    channels: Iterable[str], scope: str, ledger: LedgerReader
) -> Mapping[str, Mapping[DeliveryState, int]]:
    """Of every channel that is configured, or that messages are for, by name."""
    counts = ledger.delivery_counts(scope)
    return {name: counts.get(name, {}) for name in sorted({*channels, *counts})}
