"""What is wrong with one answer, and how the same problem of many answers becomes one fault."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from setpoint.model.dast import Certainty, Exchange, Fault
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.configuration.visits import Visit

OWASP: Final = "API8:2023"
"""Security Misconfiguration: all checks of this theme look for it."""

SITE: Final = "*"
"""The path of a fault of the whole site."""

FEW: Final = 2
"""Operations with a problem that are told one by one, where others are without it; more of them have one cause."""

MOST_EXAMPLES: Final = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """Of one answer; the same kind and part in another answer is the same problem."""

    kind: str
    cwe: int
    severity: Severity
    part: str
    message: str
    difference: str
    """What in the answer shows it."""


@dataclass(frozen=True, slots=True)
class Found:
    problem: Problem
    visit: Visit


def folded(found: Iterable[Found], judged: int) -> Iterator[Fault]:
    """One fault for each problem, with examples. `judged`: how many operations could have had it.

    A problem of a few operations that others do not have is told of each of them: there it is to be mended.
    """
    by_problem: dict[tuple[str, str], dict[str, Found]] = {}
    for each in found:
        operations = by_problem.setdefault((each.problem.kind, each.problem.part), {})
        operations.setdefault(each.visit.operation.key, each)
    for operations in by_problem.values():
        told = sorted(operations.values(), key=lambda each: -each.problem.severity.rank)
        if len(told) < judged and len(told) <= FEW:
            yield from (_fault(each, each.visit.operation.path, ()) for each in told)
        else:
            yield _fault(told[0], SITE, tuple(operations)[:MOST_EXAMPLES])


def without_body(exchange: Exchange) -> Exchange:
    """For a proof: what a service should not have given away is not to stand in a report, too."""
    answer = exchange.answer
    return exchange if answer is None else replace(exchange, answer=replace(answer, body=b"", is_whole=False))


def _fault(found: Found, path: str, examples: tuple[str, ...]) -> Fault:
    problem, visit = found.problem, found.visit
    return Fault(
        kind=problem.kind,
        cwe=problem.cwe,
        owasp=OWASP,
        severity=problem.severity,
        certainty=Certainty.OBSERVED,
        method="" if path == SITE else visit.operation.method,
        path=path,
        part=problem.part,
        caller=visit.caller.name,
        message=problem.message,
        proof=(visit.exchange,),
        difference=problem.difference,
        examples=examples,
    )
