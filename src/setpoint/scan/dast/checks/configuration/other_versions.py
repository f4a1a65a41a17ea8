"""Versions of the API that no document has, and that answer like the ones it has. Listed in `checks`.

What is left of an old version, or shown of a new one, is reviewed by nobody (API9:2023). Whom the documented version
refuses is sent to the other one, too (`version_bypasses`). Only documents of data are compared, by the names of their
values; a service that takes any word for a version is not told of, nor is one that answers under two addresses alike.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import ANONYMOUS, Answer, Certainty, Exchange, Fault, KnownFrom, Operation, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.configuration.hosts import root_of
from setpoint.scan.dast.checks.configuration.insides import fields_of
from setpoint.scan.dast.checks.configuration.version_bypasses import (
    NAMES,
    Bypass,
    asked_for,
    bypass,
    moved_to,
    shown_besides,
    told_asked_for,
    told_bypasses,
)
from setpoint.scan.dast.interface import Workbench

MOST_TRIED: Final = 3
"""Operations below one version that are asked for under all other names; the rest only under the versions beside."""

LIKE: Final = 0.6
"""Of the names of an answer's values, those that another version has to have, too: versions differ by some."""

LEAST_NAMES: Final = 2
"""Of such an answer: many a document has a `status`."""

_FEW: Final = 3
"""Fields that are named in a message."""

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

    @property
    def is_alias(self) -> bool:
        """Whether it is the same version under a second address: no fault, unless it lets somebody through."""
        return self.known.removeprefix(_API) == self.other.removeprefix(_API)


@dataclass(frozen=True, slots=True)
class _Answered:
    """An operation that another version answers, too."""

    operation: Operation
    beside: _Beside
    usual: Exchange
    other: Exchange
    bypass: Bypass | None
    shown: str
    """What the other answer gives away besides; empty where nothing."""


class OtherVersions:
    """Versions of the API that no document has."""

    name = "other-versions"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        callers = len(bench.accounts.callers)
        to_be_certain = 3 * (callers + 1)
        for operation in _documented(bench) if callers else ():
            yield PlannedRequest(operation.key, self.name, "", 2 * callers + len(NAMES) + 1, 2)
        for operation, all_beside in _tried(bench):
            yield PlannedRequest(operation.key, self.name, "", len(all_beside) + 1 + to_be_certain, 2)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        yield from told_asked_for(list(_asked_for(bench)))
        found: dict[str, list[_Answered]] = {}
        for operation, all_beside in _tried(bench):
            usual = _usual(bench, operation)
            for answered in _answered(bench, operation, usual, all_beside) if usual is not None else ():
                found.setdefault(answered.beside.other, []).append(answered)
        for prefix, group in found.items():
            yield from told_bypasses(prefix, [each.bypass for each in group if each.bypass is not None])
            if not group[0].beside.is_alias:
                yield _fault(prefix, sorted(group, key=lambda each: not each.shown))


def _asked_for(bench: Workbench) -> Iterator[tuple[str, Bypass]]:
    for operation in _documented(bench):
        usual = _usual(bench, operation)
        found = asked_for(bench, operation, usual) if usual is not None else None
        if found is not None:
            yield found


def _documented(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        if operation.method == "GET" and KnownFrom.DOCUMENT in operation.known_from and not bench.may_send(operation):
            yield operation


def _tried(bench: Workbench) -> Iterator[tuple[Operation, list[_Beside]]]:
    """Where a document says what there should be: what it says of reading."""
    own = urlsplit(bench.surface.base).path
    known = {_VARIABLE.sub("{}", own + each.path) for each in bench.surface.operations}
    tried: dict[str, int] = {}
    for operation in _documented(bench):
        path = own + operation.path
        found = _VERSION.match(path) or _PLAIN.match(path)
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
        elif before == _API:
            yield found[0].removeprefix(_API)


def _may_ask(bench: Workbench, operation: Operation, known: str, other: str, paths: set[str]) -> bool:
    own = urlsplit(bench.surface.base).path
    path = _path(bench, operation, known, other)
    below = path.removeprefix(own) if path.startswith(f"{own}/") else path  # as the operator's --exclude names it
    guess = replace(operation, path=below, known_from=frozenset({KnownFrom.GUESS}))
    return _VARIABLE.sub("{}", path) not in paths and not bench.may_send(guess)


def _path(bench: Workbench, operation: Operation, known: str, other: str) -> str:
    """Of the other version, from the root of the host."""
    return other + (urlsplit(bench.surface.base).path + operation.path).removeprefix(known)


def _usual(bench: Workbench, operation: Operation) -> Exchange | None:
    """As the first who is given data; None where nobody is."""
    for caller in (ANONYMOUS, *bench.accounts.callers):
        exchange = bench.baseline(operation, caller)
        if exchange is not None and exchange.answer is not None and is_success(exchange):
            return exchange if len(_names_in(exchange.answer)) >= LEAST_NAMES else None
    return None


def _answered(
    bench: Workbench, operation: Operation, usual: Exchange, all_beside: list[_Beside]
) -> Iterator[_Answered]:
    root = root_of(bench.surface.base)
    for beside in all_beside:
        moved = moved_to(root + beside.known, root + beside.other)
        other = bench.sender.send(moved(usual.sent))
        if not _is_alike(usual, other):
            continue
        control = moved_to(root + beside.known, root + beside.control)
        if _is_alike(usual, bench.sender.send(control(usual.sent))):
            return
        path = _path(bench, operation, beside.known, beside.other)
        shown = ", ".join(f"{name} ({what.value})" for name, what in shown_besides(usual, other)[:_FEW])
        yield _Answered(operation, beside, usual, other, bypass(bench, operation, usual, path, moved), shown)


def _is_alike(usual: Exchange, other: Exchange) -> bool:
    if usual.answer is None or other.answer is None or not is_success(other):
        return False
    wanted = _names_in(usual.answer)
    return len(wanted & _names_in(other.answer)) >= LIKE * len(wanted)


def _names_in(answer: Answer) -> frozenset[str]:
    return frozenset(name for name, _ in fields_of(answer))


def _fault(prefix: str, group: list[_Answered]) -> Fault:
    first, *others = group
    besides = f"; it shows {first.shown} besides" if first.shown else ""
    return Fault(
        kind="undocumented-version",
        cwe=1059,
        owasp="API9:2023",
        severity=Severity.HIGH if first.shown else Severity.LOW,
        certainty=Certainty.DIFFERENTIAL,
        method=first.operation.method,
        path=first.operation.path,
        part="path:version",
        caller=first.usual.sent.caller,
        message=f"Below {prefix}, another version of this answers that stands in no document: nobody reviews what it"
        " lets callers do; document it, or take it off",
        proof=(first.usual, first.other),
        difference=f"below {prefix} the same values are given, and below a word that is no version they are not"
        + besides,
        examples=tuple(each.operation.key for each in others),
    )
