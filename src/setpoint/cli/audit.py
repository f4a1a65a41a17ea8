"""`setpoint audit`: whether the audit log is what was written, and all of it for other programs."""

from __future__ import annotations

from pathlib import Path

import click

from setpoint.cli.audit_kept import differences, read_export, read_seal
from setpoint.cli.options import json_option
from setpoint.cli.output import Output
from setpoint.cli.source import Source, source_option
from setpoint.model.canonical import Json
from setpoint.model.wording import counted
from setpoint.store.interface import AuditRow


@click.group(name="audit")
def command() -> None:
    """The append-only log of every decision and action."""


@command.command(name="verify")
@source_option
@click.option(
    "--seal",
    type=click.Path(path_type=Path),
    help="What --json printed before, kept where nobody who writes the ledger can write: its last row must be there.",
)
@click.option(
    "--export",
    "exported",
    type=click.Path(path_type=Path),
    help="What `audit export` printed before: every row of it must be there as it was.",
)
@json_option
def verify(source: Source, seal: Path | None, exported: Path | None, *, as_json: bool) -> int:
    """Find any changed, removed or inserted row.

    Exits 1 when there is one, 3 when it cannot be told whether rows were cut off its end.
    """
    output = Output.of(as_json=as_json)
    kept = [(str(path), read(path)) for path, read in ((seal, read_seal), (exported, read_export)) if path is not None]
    check = source.check_audit()
    broken = [*check.broken, *(wrong for name, ends in kept for wrong in differences(name, ends, source.audit))]
    # Whoever kept a row elsewhere knows that the log has not lost anything before it.
    doubts = check.doubts if not kept else ()
    if as_json:
        last = {"sequence": check.end.sequence, "digest": check.end.digest} if check.end else None
        output.json({"rows": check.rows, "broken": broken, "doubts": list(doubts), "last": last})
    for each in broken:
        output.line(each, style="red")
    for each in doubts:
        output.line(f"could not tell: {each}", style="bold yellow")
    if not broken and not doubts:
        output.line(f"{counted(check.rows, 'row')}, none changed, removed or inserted", style="green")
    if broken:
        return 1
    return 3 if doubts else 0


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
