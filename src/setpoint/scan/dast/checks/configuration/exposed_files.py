"""Files and addresses that are not for everybody, at their usual places. Listed in `checks`."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, KnownFrom, PlannedRequest
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.delicate import Delicate
from setpoint.scan.dast.checks.configuration.error_pages import DEBUGGERS
from setpoint.scan.dast.checks.configuration.file_kinds import DEVELOPERS_OWN, FILE_KINDS, HEAP_DUMP, TELLING, FileKind
from setpoint.scan.dast.checks.configuration.grammars import tells_environment, tells_internals
from setpoint.scan.dast.checks.configuration.insides import FOR_DEVELOPERS, withheld_fields
from setpoint.scan.dast.checks.configuration.probes import Probes
from setpoint.scan.dast.checks.configuration.problems import OWASP, without_body
from setpoint.scan.dast.checks.configuration.traces import debugger
from setpoint.scan.dast.checks.configuration.visits import visits
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import words_of
from setpoint.scan.dast.surface.siblings import is_sibling

_MOST_ABSENCES: Final = 20
"""Names that cannot be there: one for each kind of name, and only where a name was answered."""


class ExposedFiles:
    """Version control, settings, keys, backups, logs, metrics and debug pages that anybody is given."""

    name = "exposed-files"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        probes = Probes(bench)
        if probes.are_allowed:
            about = (
                _MOST_ABSENCES
                + sum(len(_names(kind, root)) for root in probes.roots for kind in FILE_KINDS)
                + len(list(HEAP_DUMP.names)) * len(probes.roots)
            )
            yield PlannedRequest("GET *", self.name, "", about)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        probes = Probes(bench)
        told: set[str] = set()
        for fault in chain(_among_known(bench), _for_developers(bench)):
            told.add(fault.path)
            yield fault
        if not probes.are_allowed:
            return
        for kind in FILE_KINDS:
            for root in probes.roots:
                names = [name for name in _names(kind, root) if root + name not in told]
                found = [each for name in names if (each := _shown(probes, kind, root, name))]
                found = [each for each in found if not _is_told_of_errors(bench, each[1])]
                if found:
                    yield _fault(kind, found)
        for root in probes.roots:
            yield from _heap_dumps(probes, root)


def _names(kind: FileKind, root: str) -> list[str]:
    return list(kind.names) if root == "/" or kind.is_everywhere else []


def _shown(probes: Probes, kind: FileKind, root: str, name: str) -> tuple[str, Exchange] | None:
    path = root + name
    if path in probes.documented:
        return None
    exchange = probes.found(path)
    if exchange is None or exchange.answer is None or not _has_grammar(kind, name, exchange.answer):
        return None
    return None if probes.absences.is_like(exchange) else (path, exchange)


def _has_grammar(kind: FileKind, name: str, answer: Answer) -> bool:
    return any(grammar(answer) for names, grammar in kind.shows if name in names)


def _is_told_of_errors(bench: Workbench, exchange: Exchange) -> bool:
    """Whether it is the console of the debugger that errors are answered with: turning that off ends both."""
    seen: frozenset[str] = bench.kept.get(DEBUGGERS, frozenset())
    return exchange.answer is not None and debugger(exchange.answer) in seen


def _among_known(bench: Workbench) -> Iterator[Fault]:
    """What the target itself points to, and gives to nobody in particular."""
    for visit in visits(bench, "GET"):
        is_public = visit.caller == ANONYMOUS and is_success(visit.exchange)
        if not is_public or KnownFrom.DOCUMENT in visit.operation.known_from:
            continue
        for kind in TELLING:
            if any(grammar(visit.answer) for _, grammar in kind.shows):
                yield _fault(kind, [(visit.operation.path, visit.exchange)])


def _for_developers(bench: Workbench) -> Iterator[Fault]:
    """What says by its name that it is for the inside, documented or not, and tells anybody of it.

    Passwords are told of by `excessive-exposure`, wherever they stand.
    """
    for visit in visits(bench, "GET"):
        is_public = visit.caller == ANONYMOUS and is_success(visit.exchange) and not is_sibling(visit.operation)
        if not is_public or FOR_DEVELOPERS.isdisjoint(words_of(visit.operation.path)):
            continue
        withheld = set(withheld_fields(visit.answer).values())
        tells = bool(withheld) or tells_environment(visit.answer) or tells_internals(visit.answer)
        if tells and Delicate.PASSWORD not in withheld:
            yield _fault(DEVELOPERS_OWN, [(visit.operation.path, visit.exchange)])


def _heap_dumps(probes: Probes, root: str) -> Iterator[Fault]:
    for name in HEAP_DUMP.names:
        exchange = probes.asked(root + name, "HEAD")
        if exchange is None or exchange.answer is None or not _has_grammar(HEAP_DUMP, name, exchange.answer):
            continue
        # without a body, one answer is told from another by its status alone
        if is_success(exchange) and not probes.absences.is_like(exchange):
            yield _fault(HEAP_DUMP, [(root + name, exchange)])


def _fault(kind: FileKind, found: list[tuple[str, Exchange]]) -> Fault:
    (path, exchange), *others = found
    content_type = exchange.answer.header("content-type") if exchange.answer else ""
    return Fault(
        kind=kind.kind,
        cwe=kind.cwe,
        owasp=OWASP,
        severity=kind.severity,
        certainty=Certainty.OBSERVED,
        method=exchange.sent.method,
        path=path,
        message=_message(kind, path),
        proof=(without_body(exchange),),
        difference=f"its content ({content_type or 'of no type'}) has the form of such a file, and a name that does not"
        " exist is answered otherwise"
        if kind.shows
        else "without credentials, it shows variables, facts of the process, secrets or personal data",
        examples=tuple(f"{exchange.sent.method} {each}" for each, _ in others),
    )


def _message(kind: FileKind, path: str) -> str:
    return f"{path} is given to anybody: {kind.what}; keep it off the server, or let only those see it who run it"
