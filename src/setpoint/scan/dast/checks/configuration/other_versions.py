"""Versions of the API that no document has, and that answer like the ones it has. Listed in `checks`.

What is left of an old version, or shown of a new one, is reviewed by nobody (API9:2023). Only documents of data are
compared, by the names of their values; a service that takes any word for a version is not told of.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, KnownFrom, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.interface import Workbench

MOST_TRIED: Final = 3
"""Operations below one version that are asked for under all other names; the rest only under the versions beside."""

LIKE: Final = 0.6
"""Of the names of an answer's values, those that another version has to have, too: versions differ by some."""

LEAST_NAMES: Final = 2
"""Of such an answer: many a document has a `status`."""

_API: Final = "/api"
_VERSION: Final = re.compile(r"(?P<before>(?:/[\w.-]+)*?)/v(?P<number>\d{1,3})(?=/)")
_PLAIN: Final = re.compile(r"(?P<before>(?:/api)?)(?=/)")
_VARIABLE: Final = re.compile(r"\{[^}]*\}")
_NAMES: Final = ("old", "legacy", "beta")
_USUAL_NUMBERS: Final = (0, 1, 2)
"""Of services whose addresses name no version."""


@dataclass(frozen=True, slots=True)
class _Beside:
    """Another beginning of an operation's path."""

    known: str
    other: str
    control: str
    """What must not be answered: a word that nobody knows, in the place of the version."""


class OtherVersions:
    """Versions of the API that no document has."""

    name = "other-versions"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        for operation, all_beside in _tried(bench):
            yield PlannedRequest(operation.key, self.name, "", len(all_beside) + 1)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        found: dict[str, list[tuple[Operation, Exchange, Exchange]]] = {}
        for operation, all_beside in _tried(bench):
            usual = _usual(bench, operation)
            if usual is None:
                continue
            for beside, other in _answered(bench, usual, all_beside):
                found.setdefault(beside.other, []).append((operation, usual, other))
        for prefix, group in found.items():
            yield _fault(prefix, group)


def _tried(bench: Workbench) -> Iterator[tuple[Operation, list[_Beside]]]:
    """Where a document says what there should be: what it says of reading."""
    known = {_VARIABLE.sub("{}", each.path) for each in bench.surface.operations}
    tried: dict[str, int] = {}
    for operation in bench.surface.operations:
        if operation.method != "GET" or KnownFrom.DOCUMENT not in operation.known_from or bench.may_send(operation):
            continue
        found = _VERSION.match(operation.path) or _PLAIN.match(operation.path)
        if found is None:
            continue
        tried[found[0]] = tried.get(found[0], 0) + 1
        is_early = tried[found[0]] <= MOST_TRIED
        control = f"{found['before']}/{secrets.token_hex(4)}"
        others = [
            each for each in _others(found, is_early=is_early) if _may_ask(bench, operation, found[0], each, known)
        ]
        if others:
            yield operation, [_Beside(found[0], each, control) for each in others]


def _others(found: re.Match[str], *, is_early: bool) -> Iterator[str]:
    """Nearest first."""
    before, is_versioned = found["before"], "number" in found.groupdict()
    if is_versioned:
        number = int(found["number"])
        yield from (f"{before}/v{each}" for each in (number - 1, number + 1) if each >= 0)
    if is_early:
        yield from (f"{before}/{each}" for each in _NAMES)
        if not is_versioned:
            yield from (f"{before}/v{each}" for each in _USUAL_NUMBERS)
        elif not before:
            yield _API + found[0]


def _may_ask(bench: Workbench, operation: Operation, known: str, other: str, paths: set[str]) -> bool:
    path = other + operation.path.removeprefix(known)
    guess = replace(operation, path=path, known_from=frozenset({KnownFrom.GUESS}))
    return _VARIABLE.sub("{}", path) not in paths and not bench.may_send(guess)


def _usual(bench: Workbench, operation: Operation) -> Exchange | None:
    """As the first who is given data; None where nobody is."""
    for caller in (ANONYMOUS, *bench.accounts.callers):
        exchange = bench.baseline(operation, caller)
        if exchange is not None and exchange.answer is not None and is_success(exchange):
            return exchange if len(_names_in(exchange.answer)) >= LEAST_NAMES else None
    return None


def _answered(bench: Workbench, usual: Exchange, all_beside: list[_Beside]) -> Iterator[tuple[_Beside, Exchange]]:
    for beside in all_beside:
        other = _ask(bench, usual, beside.known, beside.other)
        if _is_alike(usual, other):
            if _is_alike(usual, _ask(bench, usual, beside.known, beside.control)):
                return
            yield beside, other


def _ask(bench: Workbench, usual: Exchange, known: str, other: str) -> Exchange:
    base = bench.surface.base
    path = usual.sent.url.removeprefix(base).removeprefix(known)
    return bench.sender.send(replace(usual.sent, url=base + other + path))


def _is_alike(usual: Exchange, other: Exchange) -> bool:
    if usual.answer is None or other.answer is None or not is_success(other):
        return False
    wanted = _names_in(usual.answer)
    return len(wanted & _names_in(other.answer)) >= LIKE * len(wanted)


def _names_in(answer: Answer) -> frozenset[str]:
    """Of the values of a document, however it is wrapped."""
    document = json_of(answer)
    names = (pointer.rpartition("/")[2] for pointer, _ in leaves(document)) if document is not None else ()
    return frozenset(each for each in names if each and not each.isdecimal())


def _fault(prefix: str, group: list[tuple[Operation, Exchange, Exchange]]) -> Fault:
    (operation, usual, other), *others = group
    return Fault(
        kind="undocumented-version",
        cwe=1059,
        owasp="API9:2023",
        severity=Severity.LOW,
        certainty=Certainty.DIFFERENTIAL,
        method=operation.method,
        path=operation.path,
        part="path:version",
        caller=usual.sent.caller,
        message=f"Below {prefix}, another version of this answers that stands in no document: nobody reviews what it"
        " lets callers do; document it, or take it off",
        proof=(usual, other),
        difference=f"below {prefix} the same values are given, and below a word that is no version they are not",
        examples=tuple(each.key for each, _, _ in others),
    )
