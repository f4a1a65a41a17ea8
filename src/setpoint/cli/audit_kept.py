"""Rows of the audit log that somebody kept elsewhere, held against the log as it is; for `setpoint audit verify`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Protocol

from setpoint.errors import InputError
from setpoint.files import parse_json, read_bytes, read_lines
from setpoint.model.canonical import Json
from setpoint.store.interface import AuditEnd, AuditRow


class Rows(Protocol):
    def __call__(self, *, after: int) -> Iterator[AuditRow]:
        """Those of the log with a higher number, in order."""
        ...


Reads = Callable[[Path], Iterable[AuditEnd]]


def read_seal(path: Path) -> list[AuditEnd]:
    """The last row of the log, as `audit verify --json` printed it."""
    document = parse_json(read_bytes(path), str(path))
    return [_end(document.get("last") if isinstance(document, dict) else None, str(path))]


def read_export(path: Path) -> Iterator[AuditEnd]:
    """Every row, as `audit export` printed it; `InputError` where there is none, or they are in another order."""
    last = 0
    for where, line in read_lines(path):
        end = _end(parse_json(line, where), where)
        if end.sequence <= last:
            raise InputError("the rows are not in order", where=where, remedy="give what audit export printed")
        last = end.sequence
        yield end
    if not last:
        raise InputError("there is no row in it", where=str(path), remedy="give what audit export printed")


def differences(name: str, kept: Iterable[AuditEnd], rows: Rows) -> Iterator[str]:
    """What the log does not have as it was kept in the file of this name, a sentence each."""
    log: Iterator[AuditRow] | None = None
    row: AuditRow | None = None
    for end in kept:
        if log is None:
            log = rows(after=end.sequence - 1)
            row = next(log, None)
        while row is not None and row.sequence < end.sequence:
            row = next(log, None)
        if row is None or row.sequence > end.sequence:
            yield f"audit row {end.sequence} is missing, which {name} has"
        elif row.digest != end.digest:
            yield f"audit row {end.sequence} ({row.action}, {row.subject}) is not the one that {name} has"


def _end(document: Json, where: str) -> AuditEnd:
    if not isinstance(document, dict):
        raise InputError("this is no row of an audit log", where=where, remedy="give what setpoint audit printed")
    match document.get("sequence"), document.get("digest"):
        case int(sequence), str(digest) if sequence > 0:
            return AuditEnd(sequence, digest)
    raise InputError(
        "a row of an audit log has a sequence and a digest", where=where, remedy="give what setpoint audit printed"
    )
