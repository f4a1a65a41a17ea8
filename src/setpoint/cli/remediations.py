"""`setpoint remediations`: what was put right, is under way, or was handed to a person."""

from __future__ import annotations

import click

from setpoint.cli.beats import remediation_json
from setpoint.cli.options import json_option, service_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.cli.standing import show_standing_of
from setpoint.model.remediation import Remediation, RemediationState


@click.command(name="remediations")
@source_option
@service_option
@json_option
def command(source: Source, service: str | None, *, as_json: bool) -> int:
    """List remediations, oldest first, with the time from detection to where they are now; none for what was undone."""
    output = Output.of(as_json=as_json)
    remediations = source.remediations(service)
    if as_json:
        output.json([remediation_json(each) for each in remediations])
    elif not remediations:
        output.line("no remediations")
    output.table(
        ("id", "state", "service", "resource", "changes", "why", "detected", "took"),
        [_row(each) for each in remediations],
    )
    show_standing_of(output, source)
    return 0


def took(remediation: Remediation) -> str:
    """How long it was on its way; unknown of one that was undone later, for only its last step has a time."""
    if remediation.state is RemediationState.UNDONE:
        return ""
    return f"{(remediation.updated_at - remediation.detected_at).total_seconds():.1f} s"


def _row(remediation: Remediation) -> tuple[object, ...]:
    changes = ", ".join(change.path for change in remediation.plan.changes) if remediation.plan else ""
    return (
        remediation.id,
        remediation.state,
        remediation.service,
        remediation.urn,
        changes,
        remediation.why,
        remediation.detected_at,
        took(remediation),
    )
