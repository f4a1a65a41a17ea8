"""A write, and whether the one who watches then reads what was written. Called by the checks that write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from setpoint.model.dast import ANONYMOUS, Caller, Certainty, Exchange, Fault, Operation
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.holdings import Values
from setpoint.scan.dast.checks.access.reading_back import Watch, Writing, writing_for
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
        if _is_gone(operation, watch, was, now):
            return was, sent, now
        if writing.is_shown(was, now):
            is_sure = anyones or watch.is_of_object or not writing.is_shown(was, watch.read(bench, writer))
            return (was, sent, now) if is_sure else ()
    return ()


def written_by_nobody(
    bench: Workbench, operation: Operation, values: Values, watched: Watched, *, anyones: bool = False
) -> Fault | None:
    """That the same write does not even need credentials; checks of reads tell that of reads."""
    anew = look(bench, watched.places, watched.reader)
    proof = written(bench, operation, values, ANONYMOUS, anew, anyones=anyones)
    if not proof:
        return None
    return Fault(
        kind="missing-authentication",
        cwe=306,
        owasp="API2:2023",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        message="nobody is asked for credentials before this writes; check them before the operation does anything",
        proof=proof,
        difference=f"{watched.reader.name} reads afterwards what was written without credentials, and did not before",
    )


def _is_gone(operation: Operation, watch: Watch, was: Exchange, now: Exchange) -> bool:
    is_absent = now.answer is not None and now.answer.status in {404, 410}
    return operation.method == "DELETE" and watch.is_of_object and is_success(was) and is_absent
