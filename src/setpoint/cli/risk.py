"""`setpoint risk`: how much risk a release of a service may carry now, why, and when it will be more again."""

from __future__ import annotations

from datetime import datetime

import click

from setpoint.cli.decisions import FELT, STYLES, explain_risk
from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.cli.standing import show_standing_of
from setpoint.loop.risk import ServiceRisk
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Verdict
from setpoint.model.service import Recovery, Share, Threshold
from setpoint.model.wording import counted, span


@click.command(name="risk")
@click.argument("service")
@source_option
@click.option("--explain", "explained", is_flag=True, help="Each signal, and each factor of the last release's risk.")
@json_option
def command(source: Source, service: str, *, explained: bool, as_json: bool) -> int:
    """Show how much risk a release of SERVICE may carry now, and when that will have recovered.

    Exits 3 when production was not looked at wholly, or not lately.
    """
    output = Output.of(as_json=as_json)
    state = source.risk(service)
    if as_json:
        output.json(_document(state))
    else:
        _show(output, state, explained=explained)
        show_standing_of(output, source)
    return 3 if state.unknowns else 0


def _show(output: Output, state: ServiceRisk, *, explained: bool) -> None:
    service, threshold = state.service, state.threshold
    output.line(
        f"{service.name} ({service.tier}, {service.exposure}): threshold {threshold.value:.2f} "
        f"of {threshold.base:.2f}, load {threshold.load:.2f} (signals: {len(state.shares)}), "
        f"half-life {span(state.half_life.total_seconds())}"
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


def _explain(output: Output, state: ServiceRisk) -> None:
    threshold = state.threshold
    output.line(f"threshold = 1 + (base - 1) / 2^load = 1 + {threshold.base - 1:.2f} / 2^{threshold.load:.2f}")
    felt = [each for each in state.shares if each.left >= FELT]
    output.table(
        ("signal", "weighed", "weighs now", "share", "age", "cause"),
        [_share_row(each, threshold) for each in felt],
    )
    if len(felt) < len(state.shares):
        output.line(f"{counted(len(state.shares) - len(felt), 'older signal')} without a weight that could be felt")
    for _, decision in state.decisions[:1]:
        explain_risk(output, decision)


def _share_row(share: Share, threshold: Threshold) -> tuple[object, ...]:
    signal = share.signal
    return (
        signal.kind,
        f"{signal.weight:.2f}",
        f"{share.left:.2f}",
        f"{share.left / threshold.load:.0%}",
        span(_age(share, threshold)),
        signal.cause,
    )


def _decision_row(at: datetime, decision: Decision) -> tuple[object, ...]:
    return (
        at,
        decision.verdict if decision.break_glass is None else f"{decision.verdict} by {decision.break_glass.ticket}",
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
    return span(seconds) if seconds > 0 else "now"


def _age(share: Share, threshold: Threshold) -> float:
    return max(0.0, (threshold.at - share.signal.at).total_seconds())


def _document(state: ServiceRisk) -> Json:
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
                "break_glass": decision.break_glass.clause if decision.break_glass else None,
                "risk": decision.risk,
                "threshold": decision.threshold,
                "reasons": [reason.message for reason in decision.reasons],
            }
            for at, decision in state.decisions
        ],
    }
