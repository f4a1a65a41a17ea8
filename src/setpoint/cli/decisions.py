"""How a gate's decision is shown, and as JSON. Shared by `gate`, its `--what-if`, and `risk`."""

from __future__ import annotations

from typing import Final

from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Factor, Verdict

STYLES: Final = {Verdict.ADMIT: "bold green", Verdict.REFUSE: "bold red", Verdict.UNKNOWN: "bold yellow"}

FELT: Final = 0.005
"""A share of a load below this is shown as 0.00, and so not at all."""


def explain(output: Output, decision: Decision) -> None:
    """The verdict, the numbers, and every reason and factor."""
    output.line(f"{decision.verdict}: {decision.subject} at {decision.stage}", style=STYLES[decision.verdict])
    if decision.risk is not None and decision.threshold is not None:
        output.line(f"risk {decision.risk:.2f}, threshold {decision.threshold:.2f}")
    output.table(
        ("severity", "policy", "outcome", "why"),
        [(each.severity, each.policy, each.outcome, each.message) for each in decision.reasons],
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
    }


def _factor(factor: Factor) -> Json:
    return {"name": factor.name, "value": factor.value, "because": factor.because}
