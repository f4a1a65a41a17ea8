"""`setpoint findings`: what is wrong, as the ledger knows it."""

from __future__ import annotations

from collections.abc import Sequence

import click

from setpoint.cli.beats import explain_coverage
from setpoint.cli.options import json_option, service_option
from setpoint.cli.output import Output, by_severity
from setpoint.cli.sarif_option import STANDARD_OUTPUT, sarif_option, write_sarif
from setpoint.cli.source import Source, source_option
from setpoint.model.canonical import Json
from setpoint.model.finding import FindingRecord
from setpoint.model.snapshot import AreaCoverage, doubts


@click.command(name="findings")
@source_option
@service_option
@click.option("--all", "include_closed", is_flag=True, help="Closed ones too.")
@sarif_option
@json_option
def command(source: Source, service: str | None, sarif: str | None, *, include_closed: bool, as_json: bool) -> int:
    """List findings, the most severe first.

    Exits 1 when one is open, 3 when none is but something could not be read at the last heartbeat.
    """
    output = Output.of(as_json=as_json)
    records = sorted(
        source.findings(service, include_closed=include_closed),
        key=lambda each: (by_severity(each.finding.severity), each.finding.service, each.finding.urn),
    )
    is_open = any(each.closed_at is None for each in records)
    # What is open was seen; that nothing is can only be said of what was read.
    coverage = () if is_open else source.last_beat().coverage
    if sarif is not None:
        write_sarif(sarif, _sarif(source, service, records), as_json=as_json)
    if sarif != STANDARD_OUTPUT:
        _show(output, records, coverage)
    if is_open:
        return 1
    return 3 if doubts(coverage) else 0


def _sarif(source: Source, service: str | None, records: Sequence[FindingRecord]) -> Json:
    from setpoint.sarif.findings import findings_log

    declared_at = {each.urn: each.declared_at for each in source.comparisons(service, everything=True)}
    return findings_log(records, declared_at, source.last_beat().coverage)


def _show(output: Output, records: Sequence[FindingRecord], coverage: Sequence[AreaCoverage]) -> None:
    if output.as_json:
        output.json([_document(each) for each in records])
    elif not records:
        output.line("no findings")
    output.table(
        ("severity", "service", "resource", "path", "what", "rule", "since", "closed"),
        [_row(each) for each in records],
    )
    explain_coverage(output, coverage)


def _row(record: FindingRecord) -> tuple[object, ...]:
    finding = record.finding
    again = f" ({record.times_opened} times)" if record.times_opened > 1 else ""
    return (
        finding.severity,
        finding.service,
        finding.urn,
        finding.path,
        finding.title + again,
        finding.rule,
        record.opened_at,
        record.closed_at,
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
    }
