"""`setpoint drift`: the differences that the last heartbeat left."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import click

from setpoint.cli.accepted import Accepted, accepted, place_of, show_accepted
from setpoint.cli.beats import coverage_json, explain_coverage
from setpoint.cli.drift_components import show_component_drift
from setpoint.cli.drift_identities import show_identity_drift
from setpoint.cli.drift_view import (
    NOTHING,
    OfFindings,
    cause_json,
    drift_json,
    entity_json,
    folded_json,
    show_entity,
    show_folded,
    show_made_by,
    show_tiers,
)
from setpoint.cli.fights import StandingFight, fight_json, fights, show_fights
from setpoint.cli.options import goes_to_subcommand, json_option, service_option
from setpoint.cli.output import Output, moment
from setpoint.cli.sarif_option import STANDARD_OUTPUT, sarif_option, sarif_values_option, write_sarif
from setpoint.cli.source import Source, source_option
from setpoint.cli.standing import show_standing, standing_json
from setpoint.compare.config.causes import causes
from setpoint.loop.standing import Standing
from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison, Folded, Gap
from setpoint.model.finding import FindingRecord, FindingSource
from setpoint.model.snapshot import AreaCoverage
from setpoint.model.urn import Urn
from setpoint.model.wording import counted

CONFIG, COMPONENT, IDENTITY = "config", "component", "identity"

NOTHING_DECLARED: Final = "could not tell: nothing is declared; name what was reviewed under intent: in setpoint.yaml"
NOTHING_COMPARED: Final = (
    "could not tell: no entity of this service was compared, so that nothing differs from what was declared, as far as "
    "it could be read"
)


class _Subcommands(click.Group):
    """Imported when they are used: `setpoint drift` itself needs no schemas."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return ["explain", "replay"]

    def get_command(self, _ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in ("explain", "replay"):
            return None
        command = importlib.import_module(f"setpoint.cli.drift_{cmd_name}").command
        return command if isinstance(command, click.Command) else None


@dataclass(frozen=True, slots=True)
class _Answer:
    """All that is asked for one call."""

    now: Standing
    comparisons: Sequence[Comparison]
    known: dict[Urn, OfFindings]
    accepted: Sequence[Accepted]
    folded: Folded
    fights: Sequence[StandingFight]
    of_service: bool

    @property
    def coverage(self) -> Sequence[AreaCoverage]:
        return self.now.beat.coverage

    @property
    def is_blind(self) -> bool:
        """Whether nothing of what was asked for was compared: that nothing differs would say nothing."""
        return (self.of_service or self.is_undeclared) and not self.folded.entities

    @property
    def is_undeclared(self) -> bool:
        """Whether there is nothing at all to hold production against, so that nothing of it is read."""
        return not self.coverage

    @property
    def counting(self) -> list[Comparison]:
        """With the differences alone that nobody accepts."""
        is_accepted = {each.place for each in self.accepted}
        some = (
            replace(each, drifts=tuple(drift for drift in each.drifts if place_of(drift) not in is_accepted))
            for each in self.comparisons
        )
        return [each for each in some if each.drifts]

    @property
    def count(self) -> int:
        return sum(len(each.drifts) for each in self.counting)


@click.group(name="drift", cls=_Subcommands, invoke_without_command=True)
@source_option
@click.option(
    "--plane",
    type=click.Choice([CONFIG, COMPONENT, IDENTITY]),
    default=CONFIG,
    show_default=True,
    help="Which plane.",
)
@service_option
@click.option("--all", "everything", is_flag=True, help="Every path on its own, what was folded away too.")
@sarif_option
@sarif_values_option
@json_option
def command(
    source: Source,
    plane: str,
    service: str | None,
    sarif: str | None,
    *,
    sarif_values: bool,
    everything: bool,
    as_json: bool,
) -> int | None:
    """Show where production differed from what was declared, at the last heartbeat.

    Exits 1 when there is drift that nobody accepts, 3 when something could not be read, or the heartbeat is too old.
    """
    if goes_to_subcommand(click.get_current_context()):
        return None
    if plane == COMPONENT:
        return show_component_drift(source, service, everything=everything, as_json=as_json)
    if plane == IDENTITY:
        return show_identity_drift(source, service, everything=everything, as_json=as_json)
    now = source.standing()
    found = list(source.comparisons(service, everything=everything))
    drifts = [drift for each in found for drift in each.drifts]
    records = source.findings(service, include_closed=False, include_accepted=True)
    answer = _Answer(
        now,
        found,
        _known(records),
        accepted(source, drifts, records),
        Folded.of(found) if everything else source.folded(service),
        fights(source.remediations(service), drifts) if drifts else (),
        service is not None,
    )
    if sarif is not None:
        from setpoint.sarif.drift import drift_log

        made_by = {(urn, path): told for urn, its in answer.known.items() for path, told in its.made_by.items()}
        log = drift_log(answer.comparisons, answer.coverage, with_values=sarif_values, made_by=made_by)
        write_sarif(sarif, log, as_json=as_json)
    if sarif != STANDARD_OUTPUT:
        _show(Output.of(as_json=as_json), plane, answer, everything=everything)
    if answer.count:
        return 1
    return 0 if now.is_certain and not answer.is_blind else 3


def _known(records: Iterable[FindingRecord]) -> dict[Urn, OfFindings]:
    """By entity: who owns it, since when it differs, and who made it differ."""
    known: dict[Urn, OfFindings] = {}
    for record in records:
        finding = record.finding
        if finding.source is FindingSource.DRIFT:
            before = known.get(finding.urn, NOTHING).since
            since = min(record.opened_at, before) if before else record.opened_at
            told = {finding.path: record.attribution} if record.attribution else {}
            made_by = {**known.get(finding.urn, NOTHING).made_by, **told}
            known[finding.urn] = OfFindings(finding.service, since, made_by)
    return known


def _show(output: Output, plane: str, answer: _Answer, *, everything: bool) -> None:
    if output.as_json:
        output.json(_document(plane, answer, everything=everything))
        return
    differing = answer.counting
    told = f"{counted(answer.count, 'difference')} in {counted(len(differing), 'entity', 'entities')}"
    more = f", and {len(answer.accepted):,} more that somebody accepts" if answer.accepted else ""
    output.line(f"as of {moment(answer.now.beat.ended_at)}: {told}{more}")
    if everything:
        _show_everything(output, answer)
    else:
        for each in differing:
            output.line("")
            show_entity(output, each, answer.known.get(each.urn, NOTHING))
        nothing = (
            f"nothing {'else ' if answer.accepted else ''}differs from what was declared, as far as it could be read"
        )
        if answer.is_blind:
            nothing = NOTHING_DECLARED if answer.is_undeclared else NOTHING_COMPARED
        output.line("" if differing else nothing)
        _show_gaps(output, [gap for each in answer.comparisons for gap in each.gaps])
    show_accepted(output, answer.accepted)
    show_fights(output, answer.fights)
    show_folded(output, answer.folded, everything=everything)
    explain_coverage(output, answer.coverage)
    show_standing(output, answer.now)


def _show_everything(output: Output, answer: _Answer) -> None:
    for each in answer.comparisons:
        if each.drifts or each.gaps or each.folds:
            output.line(str(each.urn), style="bold")
            show_tiers(output, each)
            show_made_by(output, answer.known.get(each.urn, NOTHING))


def _show_gaps(output: Output, gaps: list[Gap]) -> None:
    if gaps:
        output.line("not compared:")
        output.table(
            ("resource", "path", "kind", "because"), [(each.urn, each.path, each.kind, each.reason) for each in gaps]
        )


def _document(plane: str, answer: _Answer, *, everything: bool) -> Json:
    accepted_by = {each.place: each.by for each in answer.accepted}
    document: dict[str, Json] = {
        "plane": plane,
        "as_of": answer.now.beat.ended_at.isoformat(),
        **standing_json(answer.now),
        "drift": [
            {
                **drift_json(drift, answer.known.get(each.urn, NOTHING)),
                "accepted_by": accepted_by.get(place_of(drift), ""),
            }
            for each in answer.comparisons
            for drift in each.drifts
        ],
        "causes": [cause_json(each.urn, cause) for each in answer.comparisons for cause in causes(each.drifts)],
        "gaps": [
            {"urn": gap.urn, "path": gap.path, "kind": gap.kind, "reason": gap.reason}
            for each in answer.comparisons
            for gap in each.gaps
        ],
        "entities": [entity_json(each, answer.known) for each in answer.comparisons],
        "set_again": [fight_json(each) for each in answer.fights],
        "folded": folded_json(answer.folded),
        "coverage": coverage_json(answer.coverage),
    }
    if everything:
        document["folds"] = [
            {"urn": each.urn, "path": fold.path, "intended": fold.intended, "actual": fold.actual, "rule": fold.rule}
            for each in answer.comparisons
            for fold in each.folds
        ]
    return document
