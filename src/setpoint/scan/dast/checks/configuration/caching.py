"""Answers for one account that caches may keep for others (RFC 9111). Listed in `checks`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import ANONYMOUS, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.configuration.problems import Found, Problem, folded
from setpoint.scan.dast.checks.configuration.visits import Visit, visited, visits
from setpoint.scan.dast.interface import Workbench

_REFUSED: Final = frozenset({301, 302, 303, 307, 401, 403, 404})
"""Answers to nobody that show that what an account is given is for that account: also being sent to a login."""

_LIFETIME: Final = re.compile(r"(s-maxage|max-age)=\"?(\d+)")


class PrivateCaching:
    """Whether answers for one account may be kept by caches."""

    name = "private-caching"

    def plan(self, _bench: Workbench) -> Iterator[PlannedRequest]:
        """Nothing but baselines, which are planned for all checks."""
        return iter(())

    def run(self, bench: Workbench) -> Iterator[Fault]:
        private = [visit for visit in visits(bench, "GET") if _is_private(bench, visit)]
        found = [Found(problem, visit) for visit in private if (problem := caching_problem(visit))]
        yield from folded(found, len(private) + 1)  # each answers for itself, as far as they are few


def caching_problem(visit: Visit) -> Problem | None:
    """Of an answer that holds what is for one account alone; None where no cache may keep it for others.

    An answer to a request with `Authorization` is kept for others only where it says so itself (RFC 9111, 3.5).
    """
    answer = visit.answer
    control = answer.header("cache-control").lower()
    directives = {each.partition("=")[0].strip() for each in control.split(",")}
    lifetimes = {name: int(seconds[:10]) for name, seconds in _LIFETIME.findall(control)}
    is_kept_apart = any(name.lower() == "authorization" for name, _ in visit.exchange.sent.headers)
    if "no-store" in directives or "private" in directives:
        return None
    if "public" in directives or lifetimes.get("s-maxage") or (lifetimes.get("max-age") and not is_kept_apart):
        return Problem(
            "cacheable-private-answer",
            524,
            Severity.MEDIUM,
            "header:Cache-Control",
            "What is for one account may be kept by shared caches, and given to others; send Cache-Control: no-store",
            f"Cache-Control is {control[:100]!r}",
        )
    if control or is_kept_apart or not answer.header("last-modified"):
        return None
    return Problem(
        "guessed-private-caching",
        525,
        Severity.LOW,
        "header:Cache-Control",
        "Caches may keep what is for one account for as long as they guess (RFC 9111, 4.2.2); send Cache-Control:"
        " no-store",
        "the answer has Last-Modified and no Cache-Control",
    )


def _is_private(bench: Workbench, visit: Visit) -> bool:
    if visit.caller == ANONYMOUS or not is_success(visit.exchange) or not visit.answer.body:
        return False
    to_nobody = visited(bench, visit.operation, ANONYMOUS)
    return to_nobody is not None and to_nobody.answer.status in _REFUSED
