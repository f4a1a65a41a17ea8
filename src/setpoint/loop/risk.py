"""How much risk a service's next release may carry, why, and when it will be more: what `setpoint risk` tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from setpoint.decide.interface import Assessor
from setpoint.loop.known_services import expect_known
from setpoint.loop.settings import LoopSettings
from setpoint.loop.shown import doubts_of_last_beat
from setpoint.model.decision import Decision
from setpoint.model.service import Recovery, Service, Share, Threshold
from setpoint.store.interface import LedgerReader

LEVELS: Final = (0.5, 0.9)
"""Of the base: what is told of the way back."""

DECISIONS: Final = 10
"""How many of the last are told."""


@dataclass(frozen=True, slots=True)
class ServiceRisk:
    """All that is told of a service."""

    service: Service
    threshold: Threshold
    half_life: timedelta
    """In which what a signal weighs halves."""
    shares: Sequence[Share]
    recoveries: Sequence[Recovery]
    decisions: Sequence[tuple[datetime, Decision]]
    """Of the gate, about its releases; newest first."""
    unknowns: Sequence[str]
    """Why nobody can be sure of what production shows, a clause each."""


def risk_of(
    service: Service,
    services: Mapping[str, Service],
    ledger: LedgerReader,
    assessor: Assessor,
    settings: LoopSettings,
    now: datetime,
) -> ServiceRisk:
    """`NotFoundError` unless it is one of the `services` of the configuration, or something is known of it."""
    name = service.name
    signals = ledger.signals(name, since=now - assessor.memory)
    decisions = ledger.gate_decisions(name, limit=DECISIONS)
    expect_known(name, services, ledger)
    threshold = assessor.threshold(service, signals, now)
    return ServiceRisk(
        service=service,
        threshold=threshold,
        half_life=assessor.half_life,
        shares=assessor.shares(signals, now),
        recoveries=[
            Recovery(what, level, assessor.recovers_at(threshold, level))
            for what, level in _levels(threshold, decisions)
        ],
        decisions=decisions,
        unknowns=doubts_of_last_beat(ledger, settings, now),
    )


def _levels(threshold: Threshold, decisions: Sequence[tuple[datetime, Decision]]) -> Iterator[tuple[str, float]]:
    for part in LEVELS:
        yield f"{part:.0%} of the base", part * threshold.base
    for _, decision in decisions[:1]:
        if decision.risk is not None:
            yield f"the risk of {decision.subject}", decision.risk
