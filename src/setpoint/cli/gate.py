"""`setpoint gate`: may this release go on?"""

from __future__ import annotations

from pathlib import Path
from typing import assert_never

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Factor, Verdict
from setpoint.model.policy import Stage
from setpoint.model.service import Release
from setpoint.settings import load_settings
from setpoint.wiring import admission


@click.command(name="gate")
@config_option
@click.option("--service", required=True, metavar="NAME", help="The service that is released.")
@click.option("--release", "version", required=True, metavar="VERSION", help="The release's version.")
@click.option(
    "--stage",
    type=click.Choice([str(Stage.BUILD), str(Stage.DEPLOY)]),
    default=str(Stage.DEPLOY),
    show_default=True,
    help="The stage that it wants to pass.",
)
@json_option
def command(config: Path, service: str, version: str, stage: str, *, as_json: bool) -> int:
    """Decide whether a release of a service may pass a stage, and say why.

    Exits 0 when it is admitted, 1 when it is refused, 3 when that could not be told.
    """
    output = Output.of(as_json=as_json)
    with admission(load_settings(config)) as gatekeeper:
        decision = gatekeeper.decide(Release(service, version), Stage(stage))
    if as_json:
        output.json(_document(decision))
    else:
        _explain(output, decision)
    return _exit_code(decision.verdict)


def _exit_code(verdict: Verdict) -> int:
    match verdict:
        case Verdict.ADMIT:
            return 0
        case Verdict.REFUSE:
            return 1
        case Verdict.UNKNOWN:
            return 3
        case _:
            assert_never(verdict)


def _explain(output: Output, decision: Decision) -> None:
    style = {Verdict.ADMIT: "bold green", Verdict.REFUSE: "bold red", Verdict.UNKNOWN: "bold yellow"}
    output.line(f"{decision.verdict}: {decision.subject} at {decision.stage}", style=style[decision.verdict])
    if decision.risk is not None and decision.threshold is not None:
        output.line(f"risk {decision.risk:.2f}, threshold {decision.threshold:.2f}")
    output.table(
        ("severity", "policy", "outcome", "why"),
        [(each.severity, each.policy, each.outcome, each.message) for each in decision.reasons],
    )
    output.table(
        ("risk is the product of", "times", "because"),
        [(each.name, f"{each.value:.2f}", each.because) for each in decision.risk_factors],
    )
    output.table(
        ("the threshold is lowered by", "load", "because"),
        [(each.name, f"{each.value:.2f}", each.because) for each in decision.threshold_factors if each.value >= 0.005],
    )


def _document(decision: Decision) -> Json:
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
