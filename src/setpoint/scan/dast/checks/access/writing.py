"""A write, and whether the one who watches then reads what was written. Called by the checks that write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Caller, Exchange, Fault, Operation, PartPlace
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.holdings import Values
from setpoint.scan.dast.checks.access.object_faults import open_write_fault
from setpoint.scan.dast.checks.access.reading_back import Watch, Writing, field_name, values_named, writing_for
from setpoint.scan.dast.checks.access.records import records_in
from setpoint.scan.dast.checks.access.references import reference_of, single
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.interface import Workbench

WRITES: Final = ("POST", "PUT", "PATCH", "DELETE")
"""In the order in which they are tried: what is deleted can no longer be changed."""


@dataclass(frozen=True, slots=True)
class Watched:
    """What somebody was shown before."""

    places: tuple[Watch, ...]
    reader: Caller
    before: tuple[Exchange, ...]


def look(bench: Workbench, places: tuple[Watch, ...], reader: Caller) -> Watched:
    return Watched(places, reader, tuple(watch.read(bench, reader) for watch in places))


def written(
    bench: Workbench, operation: Operation, values: Values, writer: Caller, watched: Watched, *, anyones: bool = False
) -> tuple[Exchange, ...]:
    """Before, the write, and after, where the reader is then shown what was written; empty where it is not.

    A list that shows it to the writer, too, proves nothing, as it may have been written in the writer's own name;
    unless the operation is `anyones` but not this writer's.
    """
    writing = Writing(None) if operation.method == "DELETE" else writing_for(operation, values, watched.before)
    if writing is None or not watched.places:
        return ()
    sent = ask(bench, operation, writing.values(values), writer)
    if sent.answer is None or sent.answer.status >= 400:
        return ()
    for watch, was in zip(watched.places, watched.before, strict=True):
        now = watch.read(bench, watched.reader)
        if operation.method == "DELETE" and _is_gone(watch, values, was, now):
            return was, sent, now
        if operation.method == "DELETE" and not watch.is_of_object:
            continue  # what stands behind it in the list has moved up
        if writing.is_shown(was, now):
            is_sure = anyones or watch.is_of_object or not writing.is_shown(was, watch.read(bench, writer))
            if is_sure:
                _set_back(bench, operation, values, writing, (watch, was, watched.reader))
            return (was, sent, now) if is_sure else ()
    return ()


def _set_back(
    bench: Workbench,
    operation: Operation,
    values: Values,
    writing: Writing,
    watched: tuple[Watch, Exchange, Caller],
) -> None:
    """What the object showed before, where it showed it; what a call alone changed stays."""
    watch, was, reader = watched
    if operation.method not in {"PUT", "PATCH"}:
        return
    parts = [part for part in (writing.part, *writing.also) if part is not None]
    record = _entry(was, values)
    before = {part: record[field_name(part)] for part in parts if field_name(part) in record}
    if not record and watch.is_of_object:
        before = {part: shown[0] for part in parts if (shown := values_named(was, field_name(part)))}
    if before:
        ask(bench, operation, {**values, **before}, reader)


def _entry(exchange: Exchange, values: Values) -> Mapping[str, Json]:
    """Of what is shown, the record that these values name; empty where none, or more than one, has the identifier."""
    document = json_of(exchange.answer) if exchange.answer is not None and is_success(exchange) else None
    wanted = {str(single(value)) for part, value in values.items() if part.place is PartPlace.PATH}
    found = [record for _, record, is_main in records_in(document, "") if is_main and _is_named(record, wanted)]
    return found[0] if len(found) == 1 else {}


def _is_named(record: Mapping[str, Json], identifiers: set[str]) -> bool:
    """Whether a field that names the record itself holds one of them."""
    for name, value in record.items():
        reference = reference_of(name, "")
        if reference is not None and not reference[0] and str(value) in identifiers:
            return True
    return False


def written_by_nobody(
    bench: Workbench, operation: Operation, values: Values, watched: Watched, *, anyones: bool = False
) -> Fault | None:
    """That the same write does not even need credentials; checks of reads tell that of reads."""
    anew = look(bench, watched.places, watched.reader)
    proof = written(bench, operation, values, ANONYMOUS, anew, anyones=anyones)
    return written_openly(operation, watched.reader, proof) if proof else None


def written_openly(operation: Operation, reader: Caller, proof: tuple[Exchange, ...]) -> Fault:
    return open_write_fault(
        operation,
        proof,
        message="nobody is asked for credentials before this writes; check them before the operation does anything",
        difference=f"{reader.name} reads afterwards what was written without credentials, and did not before",
    )


def _is_gone(watch: Watch, values: Values, was: Exchange, now: Exchange) -> bool:
    """Whether what was there is not found any more, or the list that showed it does not show it now."""
    if not watch.is_of_object:
        return bool(_entry(was, values)) and is_success(now) and not _entry(now, values)
    return is_success(was) and now.answer is not None and now.answer.status in {404, 410}
