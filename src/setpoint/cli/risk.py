"""`setpoint risk`: how much risk a release of a service may carry now, why, and when it will be more again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import click

from setpoint.cli.decisions import FELT, STYLES, explain_risk
from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.decide.threshold import Share, recovers_at, shares
from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.loop.clock import Clock
from setpoint.loop.shown import doubts_of_last_beat
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Verdict
from setpoint.model.service import Service, Threshold
from setpoint.settings import Settings, load_settings
from setpoint.store.interface import LedgerReader
from setpoint.wiring import assessor, open_reader

LEVELS: Final = (0.5, 0.9)
"""Of the base: what is told of the way back."""

DECISIONS: Final = 10
"""How many of the last are shown."""


@dataclass(frozen=True, slots=True)
class Recovery:
    """When the threshold will be at a level again, if nothing more happens."""

    name: str
    level: float
    at: datetime | None
    """None where it never is."""


@dataclass(frozen=True, slots=True)
class State:
    """All that is told of a service."""

    service: Service
    threshold: Threshold
    shares: Sequence[Share]
    recoveries: Sequence[Recovery]
    decisions: Sequence[tuple[datetime, Decision]]
    """Of the gate, about its releases; newest first."""
    unknowns: Sequence[str]


@click.command(name="risk")
@click.argument("service")
@config_option
@click.option("--explain", "explained", is_flag=True, help="Each signal, and each factor of the last release's risk.")
@json_option
def command(service: str, config: Path, *, explained: bool, as_json: bool) -> int:
    """Show how much risk a release of SERVICE may carry now, and when that will have recovered.

    Exits 3 when production was not looked at wholly, or not lately.
    """
    output = Output.of(as_json=as_json)
    settings = load_settings(config)
    with open_reader(settings) as ledger:
        state = _read(settings, ledger, service)
    if as_json:
        output.json(_document(state))
    else:
        _show(output, state, settings, explained=explained)
    return 3 if state.unknowns else 0


def _read(settings: Settings, ledger: LedgerReader, name: str) -> State:
    now, judged = Clock(ledger.latest_time()).now(), assessor(settings)
    service = settings.service(name)
    signals = ledger.signals(name, since=now - judged.memory)
    decisions = ledger.gate_decisions(name, limit=DECISIONS)
    if name not in settings.services and not signals and not decisions:
        raise InputError(
            f"nothing is known of a service {name!r}",
            remedy=did_you_mean(name, settings.services)
            if settings.services
            else "name one under services: in setpoint.yaml",
        )
    threshold = judged.threshold(service, signals, now)
    return State(
        service=service,
        threshold=threshold,
        shares=shares(signals, now, settings.risk),
        recoveries=[
            Recovery(what, level, recovers_at(threshold, level, settings.risk))
            for what, level in _levels(threshold, decisions)
        ],
        decisions=decisions,
        unknowns=doubts_of_last_beat(ledger, settings.loop, now),
    )


def _levels(threshold: Threshold, decisions: Sequence[tuple[datetime, Decision]]) -> Iterator[tuple[str, float]]:
    for part in LEVELS:
        yield f"{part:.0%} of the base", part * threshold.base
    for _, decision in decisions[:1]:
        if decision.risk is not None:
            yield f"the risk of {decision.subject}", decision.risk


def _show(output: Output, state: State, settings: Settings, *, explained: bool) -> None:
    service, threshold = state.service, state.threshold
    output.line(
        f"{service.name} ({service.tier}, {service.exposure}): threshold {threshold.value:.2f} "
        f"of {threshold.base:.2f}, load {threshold.load:.2f} (signals: {len(state.shares)}), "
        f"half-life {_span(settings.risk.half_life)}"
    )
    for unknown in state.unknowns:
        output.line(f"could not tell: {unknown}", style=STYLES[Verdict.UNKNOWN])
    output.table(
        ("back at", "which is", "on", "in"),
        [(each.name, f"{each.level:.2f}", each.at or "never", _wait(each, threshold)) for each in state.recoveries],
    )
    if explained:
        _explain(output, state)
    output.table(
        ("decided", "verdict", "release", "stage", "risk", "threshold", "first reason"),
        [_decision_row(at, decision) for at, decision in state.decisions],
    )


def _explain(output: Output, state: State) -> None:
    threshold = state.threshold
    output.line(f"threshold = 1 + (base - 1) / 2^load = 1 + {threshold.base - 1:.2f} / 2^{threshold.load:.2f}")
    felt = [each for each in state.shares if each.left >= FELT]
    output.table(
        ("signal", "weighed", "weighs now", "share", "age", "cause"),
        [_share_row(each, threshold) for each in felt],
    )
    if len(felt) < len(state.shares):
        output.line(f"{len(state.shares) - len(felt)} older signals weigh nothing that could be felt")
    for _, decision in state.decisions[:1]:
        explain_risk(output, decision)


def _share_row(share: Share, threshold: Threshold) -> tuple[object, ...]:
    signal = share.signal
    return (
        signal.kind,
        f"{signal.weight:.2f}",
        f"{share.left:.2f}",
        f"{share.left / threshold.load:.0%}",
        _span(_age(share, threshold)),
        signal.cause,
    )


def _decision_row(at: datetime, decision: Decision) -> tuple[object, ...]:
    return (
        at,
        decision.verdict,
        decision.subject,
        decision.stage,
        "-" if decision.risk is None else f"{decision.risk:.2f}",
        "-" if decision.threshold is None else f"{decision.threshold:.2f}",
        decision.reasons[0].message if decision.reasons else "",
    )


def _wait(recovery: Recovery, threshold: Threshold) -> str:
    if recovery.at is None:
        return ""
    seconds = (recovery.at - threshold.at).total_seconds()
    return _span(seconds) if seconds > 0 else "now"


def _age(share: Share, threshold: Threshold) -> float:
    return max(0.0, (threshold.at - share.signal.at).total_seconds())


def _span(seconds: float) -> str:
    """A duration as people read it: `3d 4h`, `12m`, `40s`."""
    span = timedelta(seconds=round(seconds))
    hours, rest = divmod(span.seconds, 3600)
    minutes, left = divmod(rest, 60)
    parts = [(span.days, "d"), (hours, "h"), (minutes, "m"), (left, "s")]
    told = [f"{number}{unit}" for number, unit in parts if number]
    return " ".join(told[:2]) or f"{seconds:.1f}s"


def _document(state: State) -> Json:
    threshold = state.threshold
    return {
        "service": state.service.name,
        "tier": state.service.tier,
        "exposure": state.service.exposure,
        "at": threshold.at.isoformat(),
        "threshold": threshold.value,
        "base": threshold.base,
        "load": threshold.load,
        "unknowns": list(state.unknowns),
        "signals": [
            {
                "kind": each.signal.kind,
                "at": each.signal.at.isoformat(),
                "age": _age(each, threshold),
                "weight": each.signal.weight,
                "left": each.left,
                "share": each.left / threshold.load if threshold.load else 0.0,
                "cause": each.signal.cause,
            }
            for each in state.shares
        ],
        "recoveries": [
            {"to": each.name, "level": each.level, "at": each.at.isoformat() if each.at else None}
            for each in state.recoveries
        ],
        "decisions": [
            {
                "at": at.isoformat(),
                "release": decision.subject,
                "stage": decision.stage,
                "verdict": decision.verdict,
                "risk": decision.risk,
                "threshold": decision.threshold,
                "reasons": [reason.message for reason in decision.reasons],
            }
            for at, decision in state.decisions
        ],
    }
