"""Operations that take any key, password or token by a scheme that they name, or by a header that services have.

What counts is what nobody is refused and a made-up credential is shown, twice, by two of them: no status alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, Operation, Part, PlannedRequest, Profile
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves, shown
from setpoint.scan.dast.checks.authentication.credential_schemes import Way, usual_ways, ways_of
from setpoint.scan.dast.checks.authentication.guarded import is_public, read_by_owner, root_of, says_no
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.styles import written

MOST_UNNAMED: Final = 3
"""Operations at which headers are tried that the document does not name."""

LEAST: Final = 3
"""Letters of a text that says something."""

LEAST_NUMBER: Final = 100
"""Of data: prices, balances, ids; smaller ones may count something."""

MOST_EXAMPLES: Final = 10
"""Other operations that are named."""

_OF_REPLIES: Final = frozenset(
    {"code", "date", "description", "detail", "details", "hint", "message", "msg", "path", "reason", "result"}
    | {"status", "timestamp", "title", "type", "url", "request_id", "requestid", "trace_id", "traceid"}
)
"""Members that say how a request went, also where it was refused."""

_REFUSING: Final = frozenset({400, 401, 403, 407, 422})
"""Whoever gives no credential: frameworks take that for a missing parameter, too."""


@dataclass
class _Found:
    """One way that lets anybody in."""

    way: Way
    proof: tuple[Exchange, ...]
    what: str
    operations: list[Operation] = field(default_factory=list)


class MadeUpCredentials:
    name = "made-up-credentials"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation in _read(bench):
            count = len(operation.security or ())
            if count or any(ways_of(bench, operation)):
                yield PlannedRequest(operation.key, self.name, "", 6 * max(count, 1), max(count, 1))
        for operation in islice(_read(bench), MOST_UNNAMED):
            yield PlannedRequest(operation.key, self.name, "", 12, 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        found: dict[str, _Found] = {}
        roots: set[str] = set()
        unnamed = 0
        for operation in _read(bench):
            is_first = root_of(operation) not in roots
            for way in ways_of(bench, operation):
                _try(bench, operation, way, found, also_empty=is_first)
            if is_first and unnamed < MOST_UNNAMED and _is_refused(_control(bench, operation, None)):
                unnamed += 1
                _try_usual(bench, operation, found)
            roots.add(root_of(operation))
        yield from map(_fault, found.values())


def _read(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations if bench.profile is not Profile.PASSIVE else ():
        if operation.method == "GET" and not is_public(operation) and not bench.may_send(operation):
            yield operation


def _try(bench: Workbench, operation: Operation, way: Way, found: dict[str, _Found], *, also_empty: bool) -> None:
    control = _control(bench, operation, way)
    if not _is_refused(control) or control is None:
        return
    tried = [(way.made_up, "credentials that nobody issued")] + ([(way.empty, "empty credentials")] * also_empty)
    for make, what in tried:
        proof = _let_in(bench, operation, control, make)
        if proof:
            each = found.setdefault(way.told, _Found(way, proof, what))
            each.operations.append(operation)
            return


def _try_usual(bench: Workbench, operation: Operation, found: dict[str, _Found]) -> None:
    """All of them at once; one by one where that is let in."""
    ways, control = usual_ways(bench, operation), _control(bench, operation, None)
    if control is None or not ways:
        return
    together = Way("", tuple(each for way in ways for each in way.fields))
    if not _says_more(bench.sender.send(bench.build(operation, together.made_up())), control):
        return
    for way in ways:
        _try(bench, operation, way, found, also_empty=False)


def _control(bench: Workbench, operation: Operation, way: Way | None) -> Exchange | None:
    """What nobody is told: the parameter that is a credential is not given, though it must be."""
    if way is not None and any(part in operation.parts for part, _ in way.fields):
        return bench.sender.send(bench.build(operation, way.nothing()))
    return bench.baseline(operation, ANONYMOUS)


def _is_refused(control: Exchange | None) -> bool:
    answer = control.answer if control else None
    return answer is not None and (answer.status in _REFUSING or (is_success(control) and says_no(answer)))


def _let_in(
    bench: Workbench, operation: Operation, control: Exchange, make: Callable[[], dict[Part, Json]]
) -> tuple[Exchange, ...]:
    """What shows that whoever says anything is let in, and nobody else; empty where it is not so.

    What both credentials are shown alike counts: an answer that tells of the credential itself does not.
    """
    first = bench.sender.send(bench.build(operation, make()))
    if not is_success(first):
        return ()
    owner = read_by_owner(bench, operation)
    known = _numbers(owner.good.answer) if owner is not None else frozenset()
    told = _says_more(first, control, known)
    if not told:
        return ()
    again = bench.sender.send(control.sent)
    second = bench.sender.send(bench.build(operation, make()))
    if not _is_refused(again) or not told & _says_more(second, again, known):
        return ()
    is_page = first.answer is None or json_of(first.answer) is None
    if is_page and (owner is None or owner.good.answer is None or not told & shown(owner.good.answer)):
        return ()  # a page may say in any words that it refuses
    return (control, first, second)


def _says_more(exchange: Exchange, control: Exchange, known: frozenset[str] = frozenset()) -> frozenset[str]:
    """What it shows of data, and the control does not; of numbers, those that are `known` to be data."""
    answer, refused = exchange.answer, control.answer
    if answer is None or refused is None or not is_success(exchange) or says_no(answer):
        return frozenset()
    return (_data(answer) | (_numbers(answer) & known)) - shown(refused)


def _numbers(answer: Answer | None) -> frozenset[str]:
    """Those that are no likely counts, each with its place: what an account is shown there is data as texts are."""
    found = leaves(json_of(answer)) if answer is not None else ()
    return frozenset(
        f"{pointer}={value}"
        for pointer, value in found
        if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= LEAST_NUMBER
    )


def _data(answer: Answer) -> frozenset[str]:
    """Texts, and all that stands in lists: a count of nothing, or a word on how it went, is no data."""
    document = json_of(answer)
    if document is None:
        return shown(answer)
    found = set()
    for pointer, value in leaves(document):
        steps = pointer.lower().split("/")
        is_text = isinstance(value, str) and len(value) >= LEAST and steps[-1] not in _OF_REPLIES
        if value is not None and (is_text or any(map(str.isdecimal, steps[:-1]))):
            found.add(" ".join(written(value).split()))
    return frozenset(found)


def _fault(found: _Found) -> Fault:
    first, *others = found.operations
    return Fault(
        kind="credential-not-verified",
        cwe=287,
        owasp="API2:2023",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        method=first.method,
        path=first.path,
        part=found.way.told,
        message=f"Whoever sends {found.what} ({found.way.told}) is let in: compare them with those that were "
        "issued, before the operation does anything.",
        proof=found.proof,
        difference=f"nobody is refused, and {found.what} are shown data, twice",
        examples=tuple(each.key for each in others[:MOST_EXAMPLES]),
    )
