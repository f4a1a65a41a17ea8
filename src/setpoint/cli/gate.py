"""`setpoint gate`: may this release go on?"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import assert_never

import click
from click.core import ParameterSource

from setpoint.cli import what_if
from setpoint.cli.break_glass import break_glass_options
from setpoint.cli.decisions import decision_json, explain
from setpoint.cli.gate_approve import approve
from setpoint.cli.gate_away import AWAY, LastThresholds, threshold_options
from setpoint.cli.gate_plan import PlanFiles, plan_options
from setpoint.cli.gate_scan import ScanOptions, scan_options
from setpoint.cli.options import goes_to_subcommand, json_option
from setpoint.cli.output import Output
from setpoint.cli.pipeline import Pipeline, pipeline
from setpoint.cli.report_files import WantedReport, report_option, within
from setpoint.cli.server_options import named_server
from setpoint.cli.source import Source, source_option
from setpoint.errors import CouldNotTellError, Error, InputError
from setpoint.model.admitting import BreakGlassRequest, Bringing
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Verdict
from setpoint.model.policy import Stage
from setpoint.model.service import Release, Tier, check_release


@dataclass(frozen=True, slots=True)
class _Question:
    """What is asked of a release."""

    release: Release
    stage: Stage
    suppositions: tuple[str, ...]
    scanning: ScanOptions
    canary_share: float | None
    break_glass: BreakGlassRequest | None
    thresholds: LastThresholds

    def check(self) -> None:
        """What is wrong in itself is told before a scanner runs for minutes."""
        check_release(self.release)
        if self.suppositions and self.break_glass is not None:
            raise InputError(
                "an emergency is none that is only supposed", where="--break-glass", remedy="leave --what-if out"
            )

    def bringing(self, told: Pipeline) -> Bringing:
        scan = self.scanning.made(within(told.reports, self.scanning.root))
        told.scanned(scan, self.scanning.root)
        return Bringing(scan, self.canary_share, self.break_glass)


@click.group(name="gate", invoke_without_command=True)
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
@scan_options
@click.option(
    "--canary-share", type=float, metavar="PERCENT", help="The share of the traffic that it is deployed to first."
)
@click.option(
    "--what-if",
    "suppositions",
    multiple=True,
    metavar="SUPPOSITION",
    help="Decide as if, and record nothing: without=FINDING or POLICY, in=7d (of quiet), exposure=internal, tier=low, "
    "environment=staging. May be given several times.",
)
@break_glass_options
@threshold_options
@click.option(
    "--on-unknown",
    type=click.Choice([str(Verdict.ADMIT), str(Verdict.REFUSE)]),
    help="What could not be told counts as admitted (exits 0) or refused (exits 1). Without it, that of a critical "
    "service counts as refused, and of any other exits 3.",
)
@report_option
@json_option
def command(
    source: Source,
    service: str,
    version: str,
    plan: PlanFiles | None,
    stage: str,
    scanning: ScanOptions,
    canary_share: float | None,
    suppositions: tuple[str, ...],
    break_glass: BreakGlassRequest | None,
    thresholds: LastThresholds,
    on_unknown: str | None,
    wanted: tuple[WantedReport, ...],
    *,
    as_json: bool,
) -> int:
    """Decide whether a release of a service may pass a stage, or what a plan would grant, and say why.

    Exits 0 when it is admitted, 1 when it is refused, 3 when that could not be told. While the ledger or the server is
    out of reach, the signed last thresholds decide, until they expire; without any, that could not be told.
    With --scan the source is scanned here first, and what scanners tell is held against what production shows.
    With --plan, what a change of Terraform would grant is held against what is granted: only what is new counts.
    """
    if goes_to_subcommand(click.get_current_context()):
        return 0
    output, counts_as = Output.of(as_json=as_json), Verdict(on_unknown) if on_unknown else None
    release = Release(service, version)
    question = _Question(release, Stage(stage), suppositions, scanning, canary_share, break_glass, thresholds)
    _check_question(plan, named=bool(service or version or suppositions))
    if wanted and suppositions:
        raise InputError("a report tells what is decided", where="--report", remedy="leave --what-if out")
    with pipeline(output, wanted) as told:
        try:
            asked = plan.decide(Stage(stage)) if plan is not None else None
            decision = _decide(output, source, question, told) if asked is None else _show(output, asked)
        except CouldNotTellError as error:
            counting = _Counting(Verdict.UNKNOWN, counts_as or _usual(thresholds, service), said=bool(on_unknown))
            if not suppositions:
                subject = str(release.urn) if plan is None else str(plan.plan)
                told.doubted(subject, error.diagnostics(), _doubt_json(error), counting.note)
            if counting.verdict is Verdict.UNKNOWN:
                raise
            output.line(f"{Verdict.UNKNOWN}: {error.diagnostics()}", style="bold yellow")
            if as_json:
                output.json(_doubt_json(error))
            return counting.exit_code(output)
        usual = Verdict.REFUSE if decision.is_of_critical else Verdict.UNKNOWN
        counting = _Counting(decision.verdict, counts_as or usual, said=bool(on_unknown))
        if not suppositions:
            told.decided(decision, decision_json(decision), counting.note)
        return counting.exit_code(output)


command.add_command(approve)


def _decide(output: Output, source: Source, question: _Question, told: Pipeline) -> Decision:
    question.check()
    supposed = what_if.parse(question.suppositions)
    bringing = question.bringing(told)
    if question.suppositions:
        is_so, would_be = source.suppose(question.release, question.stage, supposed, bringing)
        what_if.show(output, question.suppositions, is_so, would_be)
        return would_be
    return _show(output, _asked(source, question, bringing))


def _asked(source: Source, question: _Question, bringing: Bringing) -> Decision:
    """Of whoever knows most that can be asked."""
    release, stage, thresholds = question.release, question.stage, question.thresholds
    if named_server(click.get_current_context()) is None:
        if thresholds.are_named:
            return thresholds.decide(release, stage, bringing)
        return source.decide(release, stage, bringing)
    try:
        return source.decide(release, stage, bringing)
    except AWAY as error:
        return thresholds.decide_away(release, stage, bringing, error)


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


def _show(output: Output, decision: Decision) -> Decision:
    if output.as_json:
        output.json(decision_json(decision))
    else:
        explain(output, decision)
    return decision


def _usual(thresholds: LastThresholds, service: str) -> Verdict:
    """What it counts as where nobody could decide, as far as a configuration here says how critical the service is."""
    with suppress(Error):
        if thresholds.config.exists() and thresholds.settings().service(service).tier is Tier.CRITICAL:
            return Verdict.REFUSE
    return Verdict.UNKNOWN


def _doubt_json(error: CouldNotTellError) -> Json:
    return {"could_not_tell": error.diagnostics()}


@dataclass(frozen=True, slots=True)
class _Counting:
    """A verdict, and what it counts as where it could not be told."""

    decided: Verdict
    unknown_as: Verdict
    said: bool
    """By `--on-unknown`, or the service is critical."""

    @property
    def verdict(self) -> Verdict:
        return self.unknown_as if self.decided is Verdict.UNKNOWN else self.decided

    @property
    def note(self) -> str:
        """Empty where it counts as what it is."""
        if self.verdict is self.decided:
            return ""
        why = "as --on-unknown says" if self.said else "since the service is critical; --on-unknown says otherwise"
        return f"which counts as {self.verdict}, {why}"

    def exit_code(self, output: Output) -> int:
        """What counts as something else is said."""
        if self.note:
            output.line(self.note)
        match self.verdict:
            case Verdict.ADMIT:
                return 0
            case Verdict.REFUSE:
                return 1
            case Verdict.UNKNOWN:
                return 3
            case _:
                assert_never(self.verdict)
