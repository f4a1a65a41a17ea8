"""How a gate's decision is shown, and as JSON. Shared by `gate`, its `--what-if`, and `risk`."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final

from setpoint.cli.output import Output
from setpoint.model.admitting import BreakGlass
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Factor, Verdict

STYLES: Final = {Verdict.ADMIT: "bold green", Verdict.REFUSE: "bold red", Verdict.UNKNOWN: "bold yellow"}

FELT: Final = 0.005
"""A share of a load below this is shown as 0.00, and so not at all."""


def explain(output: Output, decision: Decision) -> None:
    """The verdict, the numbers, and every reason and factor."""
    output.line(f"{decision.verdict}: {decision.subject} at {decision.stage}", style=STYLES[decision.verdict])
    if decision.break_glass is not None:
        told = f"let in by {decision.break_glass.clause}; decided was: {decision.decided}"
        output.line(told, style=STYLES[Verdict.UNKNOWN])
    if decision.risk is not None and decision.threshold is not None:
        output.line(f"risk {decision.risk:.2f}, threshold {decision.threshold:.2f}")
    output.table(
        ("severity", "policy", "outcome", "why"),
        [(each.severity, each.policy, each.outcome, each.message) for each in decision.reasons],
    )
    output.table(
        ("required", "brought", "because", "what would do"),
        [(each.name, each.brought or "nothing", each.because, each.remedy) for each in decision.extras],
    )
    if decision.waivers:
        output.line(f"found, but waived by {', '.join(decision.waivers)}: see them with: setpoint waivers")
    explain_risk(output, decision)
    output.table(
        ("the threshold is lowered by", "load", "because"),
        [(each.name, f"{each.value:.2f}", each.because) for each in decision.threshold_factors if each.value >= FELT],
    )


def explain_risk(output: Output, decision: Decision) -> None:
    """Every factor of its risk."""
    output.table(
        ("risk is the product of", "times", "because"),
        [(each.name, f"{each.value:.2f}", each.because) for each in decision.risk_factors],
    )


def decision_json(decision: Decision) -> Json:
    """A decision as JSON."""
    return {
        "subject": decision.subject,
        "service": decision.service,
        "stage": decision.stage,
        "verdict": decision.verdict,
        "effect": decision.effect,
        "risk": decision.risk,
        "risk_factors": [_factor(each) for each in decision.risk_factors],
        "threshold": decision.threshold,
        "threshold_factors": [_factor(each) for each in decision.threshold_factors],
        "reasons": [
            {
                "policy": each.policy,
                "outcome": each.outcome,
                "severity": each.severity,
                "message": each.message,
                "evidence": each.evidence,
            }
            for each in decision.reasons
        ],
        "waivers": list(decision.waivers),
        "extras": [asdict(each) for each in decision.extras],
        "break_glass": _broken(decision.break_glass) if decision.break_glass else None,
        "decided": decision.decided,
    }


def _broken(broken: BreakGlass) -> Json:
    return {**asdict(broken), "at": broken.at.isoformat(), "expires_at": broken.expires_at.isoformat()}


def _factor(factor: Factor) -> Json:
    return {"name": factor.name, "value": factor.value, "because": factor.because}
