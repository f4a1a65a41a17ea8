"""`setpoint audit verify`: whether the audit log is what was written."""

from __future__ import annotations

from pathlib import Path

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.settings import load_settings
from setpoint.wiring import open_reader


@click.group(name="audit")
def command() -> None:
    """The append-only log of every decision and action."""


@command.command(name="verify")
@config_option
@json_option
def verify(config: Path, *, as_json: bool) -> int:
    """Find any changed, removed or inserted row. Exits 1 when there is one."""
    output = Output.of(as_json=as_json)
    with open_reader(load_settings(config)) as ledger:
        broken = ledger.broken_audit_rows()
        rows = ledger.audit_rows()
    if as_json:
        output.json({"rows": rows, "broken": list(broken)})
    elif broken:
        for each in broken:
            output.line(each, style="red")
    else:
        output.line(f"{rows:,} rows, none changed, removed or inserted", style="green")
    return 1 if broken else 0
