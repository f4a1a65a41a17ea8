"""`scan:`: which scanners look at the source of a release, for how long, and at what not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.scan.names import check_names

MEBIBYTE: Final = 2**20


@dataclass(frozen=True, slots=True)
class ScanSettings:
    required: tuple[str, ...] = ()
    """Scanners without which nothing can be told."""
    off: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    """Globs of files and folders, relative to what is scanned."""
    timeout: float = 600.0
    """Seconds, of each scanner."""
    largest: int = 256 * MEBIBYTE
    """Bytes of what a scanner tells, and of a SARIF file."""
    most_results: int = 100_000
    """Of a scanner, and of a SARIF file."""
    semgrep_rules: Path | None = None
    """A folder of rules in the place of the shipped ones."""


def read_scan(fields: Fields, base: Path) -> ScanSettings:
    usual = ScanSettings()
    required, off = fields.texts("required"), fields.texts("off")
    check_names(required, fields.where("required"))
    check_names(off, fields.where("off"))
    if both := sorted({*required} & {*off}):
        raise InputError(f"{both[0]} is required and off", where=fields.where("off"), remedy="leave one of the two out")
    settings = ScanSettings(
        required=required,
        off=off,
        exclude=fields.texts("exclude"),
        timeout=fields.seconds("timeout", usual.timeout, least=1.0, most=86400.0),
        largest=int(fields.number("largest_bytes", usual.largest, least=1024, most=4096 * MEBIBYTE)),
        most_results=int(fields.number("most_results", usual.most_results, least=1, most=10_000_000)),
        semgrep_rules=base / fields.text("semgrep_rules") if fields.has("semgrep_rules") else None,
    )
    fields.done()
    return settings
