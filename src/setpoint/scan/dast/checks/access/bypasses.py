"""Whether what is refused at the front is given at the side: the same data by another spelling of the same request."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from setpoint.model.dast import (
    ANONYMOUS,
    Caller,
    Certainty,
    Exchange,
    Fault,
    Operation,
    PartPlace,
    PlannedRequest,
    Sent,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.callers import peers, ranks
from setpoint.scan.dast.checks.access.detours import CWE, MOST_DETOURS, Cause, Detour, detours, other_versions
from setpoint.scan.dast.checks.access.holdings import Holdings, Values
from setpoint.scan.dast.checks.access.marks import marks_of, shows_the_same
from setpoint.scan.dast.checks.access.references import naming_parts
from setpoint.scan.dast.checks.access.replaying import ask, is_for_everybody, may_try
from setpoint.scan.dast.checks.access.reserved import reserved_in
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import is_parameter, segments_of

KIND = "access-control-bypass"

MOST_OF_A_ROOT: Final = 2
"""Operations of one part of the application on which all detours are tried: guards stand before parts."""


@dataclass(frozen=True, slots=True)
class Refused:
    """An operation that one caller is given, and another is refused."""

    operation: Operation
    values: Values
    granted: Exchange
    caller: Caller
    """Who is refused."""
    is_by_version: bool = False
    """Whether only versions are tried: whose object it is, no guard in front of the application knows."""


class Bypasses:
    """What is refused, and given by another way to say the same.

    Anonymous callers and lower roles, by other spellings, methods, headers and versions of the address.
    """

    name = "access-bypasses"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        roots: dict[str, int] = {}
        for operation in _guardable(bench):
            is_early = bool(bench.accounts.callers) and _is_early(operation, roots)
            yield PlannedRequest(operation.key, self.name, "", 8 + (2 * MOST_DETOURS if is_early else 0), 9)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        callers = bench.accounts.callers
        if not callers:
            bench.told(f"{self.name}: needs an account to know what is refused to others")
            return
        told: set[tuple[str, Cause]] = set()
        for refused in _refused(bench):
            for detour, got in _tried(bench, refused):
                cause = (_root(refused.operation), detour.cause)
                if cause not in told and _is_given(bench, refused, got):
                    told.add(cause)
                    yield _fault(refused, detour, got)


def _guardable(bench: Workbench) -> Iterator[Operation]:
    for operation in bench.surface.operations:
        if operation.method == "GET" and not is_for_everybody(operation) and may_try(bench, operation):
            yield operation


def _root(operation: Operation) -> str:
    """The first segment that is neither a version nor `api`, with the one after it where that is fixed, too."""
    fixed = [each for each in segments_of(operation.path) if each != "api" and not _is_version(each)]
    return "/".join(each for each in fixed[:1] if not is_parameter(each))


def _is_version(segment: str) -> bool:
    return segment[:1] == "v" and segment[1:].isdecimal()


def _is_early(operation: Operation, roots: dict[str, int]) -> bool:
    root = _root(operation)
    roots[root] = roots.get(root, 0) + 1
    return roots[root] <= MOST_OF_A_ROOT


def _refused(bench: Workbench) -> Iterator[Refused]:
    yield from _refused_to_lower(bench)
    yield from _refused_to_nobody(bench)
    yield from _refused_to_peers(bench)


def _refused_to_lower(bench: Workbench) -> Iterator[Refused]:
    is_reserved = reserved_in(bench)
    for higher, lower in list(ranks(bench))[:1]:
        roots: dict[str, int] = {}
        for operation in _guardable(bench):
            if is_reserved(operation) and not _named(operation):
                granted, got = bench.baseline(operation, higher), bench.baseline(operation, lower)
                if granted is not None and is_success(granted) and _is_no(got) and _is_early(operation, roots):
                    yield Refused(operation, {}, granted, lower)


def _refused_to_nobody(bench: Workbench) -> Iterator[Refused]:
    roots: dict[str, int] = {}
    for operation in _guardable(bench):
        for caller in reversed(bench.accounts.callers):
            values = bench.owned(operation, caller) if _named(operation) else {}
            if values is None:
                continue
            granted = bench.baseline(operation, caller)
            if granted is not None and is_success(granted):
                if _is_early(operation, roots) and _is_no(ask(bench, operation, values, ANONYMOUS)):
                    yield Refused(operation, values, granted, ANONYMOUS)
                break


def _refused_to_peers(bench: Workbench) -> Iterator[Refused]:
    pair = peers(bench)
    if pair is None:
        return
    owner, other = (Holdings(bench, caller) for caller in pair)
    for operation in _guardable(bench):
        if not naming_parts(operation) or not list(other_versions(bench.build(operation, {}))):
            continue
        values = owner.alone(operation, other)
        granted = ask(bench, operation, values, owner.caller) if values is not None else None
        if values is None or granted is None or not is_success(granted):
            continue
        if _is_no(ask(bench, operation, values, other.caller)):
            yield Refused(operation, values, granted, other.caller, is_by_version=True)


def _named(operation: Operation) -> bool:
    return any(part.place is PartPlace.PATH for part in operation.parts)


def _is_no(exchange: Exchange | None) -> bool:
    return exchange is not None and exchange.answer is not None and not is_success(exchange)


def _tried(bench: Workbench, refused: Refused) -> Iterator[tuple[Detour, Exchange]]:
    """Each detour that is no operation of its own, and gets an answer."""
    request = bench.build(refused.operation, refused.values)
    own = _path(bench, request)
    others = {each.path for each in bench.surface.operations if each.method == "GET"} - {own, "/"}
    is_posted = any(each.method == "POST" and each.path == refused.operation.path for each in bench.surface.operations)
    ways = [] if refused.is_by_version else list(detours(request, refused.operation, bench.surface.base))
    for detour in (*ways, *other_versions(request)):
        if (detour.sent.method == "POST" and is_posted) or _path(bench, detour.sent) in others:
            continue
        got = bench.sender.send(bench.accounts.authorised(detour.sent, refused.caller))
        if is_success(got):
            yield detour, got


def _path(bench: Workbench, request: Sent) -> str:
    return request.url.removeprefix(bench.surface.base).partition("?")[0]


def _is_given(bench: Workbench, refused: Refused, got: Exchange) -> bool:
    """Whether it is the data that was refused, and still is, and not what the same caller is shown at the root."""
    granted = refused.granted.answer
    if granted is None or got.answer is None:
        return False
    root = bench.sender.send(bench.accounts.authorised(Sent("GET", f"{bench.surface.base}/"), refused.caller))
    known = marks_of(root.answer) if root.answer is not None else frozenset()
    is_given = shows_the_same(granted, got.answer, known, however_wrapped=refused.is_by_version)
    return is_given and _is_no(ask(bench, refused.operation, refused.values, refused.caller))


def _fault(refused: Refused, detour: Detour, got: Exchange) -> Fault:
    who = refused.caller.name or "nobody"
    owasp = "API2:2023" if refused.caller == ANONYMOUS else "API5:2023"
    return Fault(
        kind=KIND,
        cwe=CWE[detour.cause],
        owasp="API9:2023" if detour.cause is Cause.VERSION else owasp,
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=refused.operation.method,
        path=refused.operation.path,
        part=detour.part,
        caller=refused.caller.name,
        message=(
            f"{who} is refused this, and given it by {detour.cause.value}; "
            "check who may in the operation itself, after its address is read"
        ),
        proof=(refused.granted, got),
        difference=f"{who} is given the data that {refused.granted.sent.caller} is given",
    )
