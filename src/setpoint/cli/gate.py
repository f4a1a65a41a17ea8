"""`setpoint gate`: may this release go on?"""

from __future__ import annotations

from typing import assert_never

import click
from click.core import ParameterSource

from setpoint.cli import what_if
from setpoint.cli.decisions import decision_json, explain
from setpoint.cli.gate_plan import PlanFiles, plan_options
from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.errors import CouldNotTellError, InputError
from setpoint.model.decision import Decision, Verdict
from setpoint.model.policy import Stage
from setpoint.model.service import Release


@click.command(name="gate")
@source_option
@click.option("--service", default="", metavar="NAME", help="The service that is released.")
@click.option("--release", "version", default="", metavar="VERSION", help="The release's version.")
@plan_options
@click.option(
    "--stage",
    type=click.Choice([str(Stage.BUILD), str(Stage.DEPLOY), str(Stage.ADMIT)]),
    default=str(Stage.DEPLOY),
    show_default=True,
    help="The stage that it wants to pass.",
)
@click.option(
    "--what-if",
    "suppositions",
    multiple=True,
    metavar="SUPPOSITION",
    help="Decide as if, and record nothing: without=FINDING or POLICY, in=7d (of quiet), exposure=internal, tier=low, "
    "environment=staging. May be given several times.",
)
@click.option(
    "--on-unknown",
    type=click.Choice([str(Verdict.ADMIT), str(Verdict.REFUSE)]),
    help="What could not be told counts as admitted (exits 0) or refused (exits 1).",
)
@json_option
def command(
    source: Source,
    service: str,
    version: str,
    plan: PlanFiles | None,
    stage: str,
    suppositions: tuple[str, ...],
    on_unknown: str | None,
    *,
    as_json: bool,
) -> int:
    """Decide whether a release of a service may pass a stage, or what a plan would grant, and say why.

    Exits 0 when it is admitted, 1 when it is refused, 3 when that could not be told. While the ledger is out of reach,
    the signed last threshold decides, until it expires. A server that does not answer is no admission either: exit 3.
    With --plan, what a change of Terraform would grant is held against what is granted: only what is new counts.
    """
    output = Output.of(as_json=as_json)
    counts_as = Verdict(on_unknown) if on_unknown else Verdict.UNKNOWN
    _check_question(plan, named=bool(service or version or suppositions))
    try:
        if plan is not None:
            verdict = _show(output, plan.decide(Stage(stage)))
        else:
            verdict = _decide(output, source, Release(service, version), Stage(stage), suppositions)
    except CouldNotTellError as error:
        if counts_as is Verdict.UNKNOWN:
            raise
        verdict = Verdict.UNKNOWN
        output.line(f"{verdict}: {error.diagnostics()}", style="bold yellow")
        if as_json:
            output.json({"could_not_tell": error.diagnostics()})
    if verdict is Verdict.UNKNOWN and counts_as is not verdict:
        output.line(f"which counts as {counts_as}, as --on-unknown says")
    return _exit_code(counts_as if verdict is Verdict.UNKNOWN else verdict)


def _decide(output: Output, source: Source, release: Release, stage: Stage, suppositions: tuple[str, ...]) -> Verdict:
    supposed = what_if.parse(suppositions)
    if suppositions:
        is_so, would_be = source.suppose(release, stage, supposed)
        what_if.show(output, suppositions, is_so, would_be)
        return would_be.verdict
    return _show(output, source.decide(release, stage))


def _check_question(plan: PlanFiles | None, *, named: bool) -> None:
    """Either a release, or a plan."""
    if plan is not None:
        if named:
            raise InputError(
                "a plan is decided by itself", where="--plan", remedy="leave --service, --release and --what-if out"
            )
        return
    for option, name in (("--service", "service"), ("--release", "version")):
        if click.get_current_context().get_parameter_source(name) is ParameterSource.DEFAULT:
            raise click.UsageError(f"Missing option '{option}'.")


def _show(output: Output, decision: Decision) -> Verdict:
    if output.as_json:
        output.json(decision_json(decision))
    else:
        explain(output, decision)
    return decision.verdict


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
