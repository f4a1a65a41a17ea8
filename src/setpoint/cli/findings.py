"""`setpoint findings`: what is wrong, as the ledger knows it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from setpoint.cli.attribution_view import attribution_clause, attribution_json, chain_lines
from setpoint.cli.beats import explain_coverage
from setpoint.cli.options import json_option, service_option
from setpoint.cli.output import Output, by_severity
from setpoint.cli.sarif_option import STANDARD_OUTPUT, sarif_option, write_sarif
from setpoint.cli.source import Source, source_option
from setpoint.cli.standing import show_standing
from setpoint.model.canonical import Json
from setpoint.model.finding import FindingRecord
from setpoint.model.snapshot import AreaCoverage


@click.command(name="findings")
@source_option
@service_option
@click.option("--all", "include_closed", is_flag=True, help="Closed and accepted ones too.")
@click.option("--accepted", "include_accepted", is_flag=True, help="Those too that a waiver or the baseline accepts.")
@sarif_option
@json_option
def command(
    source: Source,
    service: str | None,
    sarif: str | None,
    *,
    include_closed: bool,
    include_accepted: bool,
    as_json: bool,
) -> int:
    """List findings, the most severe first.

    Exits 1 when one is open, 3 when none is but something could not be read at the last heartbeat, that is too old, or
    nothing of the service was looked at.
    """
    output = Output.of(as_json=as_json)
    found = source.findings(service, include_closed=include_closed, include_accepted=True)
    wanted = [each for each in found if include_closed or include_accepted or each.is_open]
    records = sorted(
        wanted, key=lambda each: (by_severity(each.finding.severity), each.finding.service, each.finding.urn)
    )
    # What is open was seen; that nothing is can only be said of what was read.
    now, is_open = source.standing(), any(each.is_open for each in found)
    is_unseen = service is not None and not is_open and not _is_looked_at(source, service)
    if sarif is not None:
        write_sarif(sarif, _sarif(source, service, [each for each in records if not each.is_accepted]), as_json=as_json)
    if sarif != STANDARD_OUTPUT:
        _show(output, records, () if is_open else now.beat.coverage, everything=include_closed)
        _tell_accepted(output, [each for each in found if each not in wanted])
        show_standing(output, now)
        if is_unseen:
            output.line(f"could not tell: nothing of {service} was ever looked at", style="bold yellow")
    if is_open:
        return 1
    return 0 if now.is_certain and not is_unseen else 3


def _is_looked_at(source: Source, service: str) -> bool:
    """Whether anything of it was compared, or an agent of it was heard of lately."""
    compared = next(iter(source.comparisons(service, everything=True)), None)
    return compared is not None or bool(source.inside.agents(service, include_gone=False))


def _tell_accepted(output: Output, left_out: Sequence[FindingRecord]) -> None:
    if left_out:
        by = ", ".join(sorted({each.finding.accepted_by for each in left_out}))
        output.line(
            f"accepted by {by}, and not counted: {len(left_out):,}; see them with: setpoint findings --accepted"
        )


def _sarif(source: Source, service: str | None, records: Sequence[FindingRecord]) -> Json:
    from setpoint.sarif.findings import findings_log

    declared_at = {each.urn: each.declared_at for each in source.comparisons(service, everything=True)}
    return findings_log(records, declared_at, source.last_beat().coverage)


def _show(
    output: Output, records: Sequence[FindingRecord], coverage: Sequence[AreaCoverage], *, everything: bool
) -> None:
    if output.as_json:
        output.json([_document(each) for each in records])
    elif not records:
        output.line("no findings")
    output.table(
        ("severity", "service", "resource", "path", "what", "rule", "since", "closed", "accepted by"),
        [_row(each) for each in records],
    )
    _tell_attributions(output, records, everything=everything)
    explain_coverage(output, coverage)


def _tell_attributions(output: Output, records: Sequence[FindingRecord], *, everything: bool) -> None:
    """Who made each of them so, where a trail is read."""
    told = [(each.finding, each.attribution) for each in records if each.attribution is not None]
    if told and not output.as_json:
        output.line("who made it so:")
    for finding, answer in told:
        lines = list(chain_lines(answer)) if everything else [attribution_clause(answer)]
        output.line(f"  {finding.urn} {finding.path}".rstrip())
        for line in lines:
            output.line(f"    {line}")


def _row(record: FindingRecord) -> tuple[object, ...]:
    finding = record.finding
    again = f" ({record.times_opened} times)" if record.times_opened > 1 else ""
    # Where the property stands beside it, nobody needs its name twice.
    what = finding.title.removeprefix(f"{finding.path} ") if finding.path else finding.title
    return (
        finding.severity,
        finding.service,
        finding.urn,
        finding.path,
        what + again,
        finding.rule,
        record.opened_at,
        record.closed_at,
        finding.accepted_by,
    )


def _document(record: FindingRecord) -> Json:
    finding = record.finding
    return {
        "id": finding.id,
        "urn": finding.urn,
        "service": finding.service,
        "source": finding.source,
        "rule": finding.rule,
        "path": finding.path,
        "severity": finding.severity,
        "title": finding.title,
        "evidence": finding.evidence,
        "policies": list(finding.policies),
        "first_seen": record.first_seen.isoformat(),
        "opened_at": record.opened_at.isoformat(),
        "closed_at": record.closed_at.isoformat() if record.closed_at else None,
        "times_opened": record.times_opened,
        "accepted_by": finding.accepted_by,
        "attribution": attribution_json(record.attribution),
    }
