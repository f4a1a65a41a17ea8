"""`setpoint audit`: whether the audit log is what was written, and all of it for other programs."""

from __future__ import annotations

import click

from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.model.canonical import Json
from setpoint.store.interface import AuditRow


@click.group(name="audit")
def command() -> None:
    """The append-only log of every decision and action."""


@command.command(name="verify")
@source_option
@json_option
def verify(source: Source, *, as_json: bool) -> int:
    """Find any changed, removed or inserted row. Exits 1 when there is one."""
    output = Output.of(as_json=as_json)
    rows, broken = source.check_audit()
    if as_json:
        output.json({"rows": rows, "broken": list(broken)})
    elif broken:
        for each in broken:
            output.line(each, style="red")
    else:
        output.line(f"{rows:,} rows, none changed, removed or inserted", style="green")
    return 1 if broken else 0


@command.command(name="export")
@source_option
@click.option(
    "--after",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    metavar="NUMBER",
    help="Only rows with a higher sequence number: what was exported before need not be again.",
)
def export(source: Source, after: int) -> int:
    """Print the log as JSON, one row a line, oldest first.

    A row has the actor, the action, its subject, the details (cause, before and after), and the digests that chain it.
    """
    output = Output.of(as_json=True)
    for row in source.audit(after=after):
        output.json(_document(row))
    return 0


def _document(row: AuditRow) -> Json:
    return {
        "sequence": row.sequence,
        "writer": row.writer,
        # To the microsecond, which is how the digest has it.
        "at": row.at.isoformat(timespec="microseconds"),
        "actor": row.actor,
        "action": row.action,
        "subject": row.subject,
        "details": row.details,
        "previous": row.previous,
        "digest": row.digest,
    }
