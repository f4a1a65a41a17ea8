"""GraphQL queries that nest objects in each other without end, asked so that the service hardly works for them.

Called by `graphql`. What goes around through lists grows with each level, and may stop a service for good: there a
query is asked that finds nothing at its first field, and is refused or taken by its depth alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Certainty, Exchange
from setpoint.scan.dast.checks.exposure.graphql_endpoints import Endpoint, data_of, posted
from setpoint.scan.dast.checks.exposure.graphql_schema import Schema, Ways, endless, finding_nothing, nested
from setpoint.scan.dast.interface import Workbench

DEPTHS: Final = (3, 5, 10, 15, 20)
"""Asked for in turn; people's own queries end before the last (a limit of 10 or 15 is usual)."""

MAX_BYTES: Final = 100_000
"""An answer longer than this, or one that would be by the growth so far, costs the service too much."""

MAX_SECONDS: Final = 2.0

Taken = tuple[Exchange, Certainty, str]
"""A query that was too deep and yet answered, what that rests on, and in words."""


def too_deep(bench: Workbench, endpoint: Endpoint, schema: Schema) -> Taken | None:
    """None where the depth is bounded, where nothing is endless, or where nobody can tell without harm."""
    ways = endless(schema)
    if ways is None:
        return None
    shown: list[tuple[int, Exchange]] = []
    for depth in DEPTHS:
        if _would_grow(shown, depth):
            return _taken_unseen(bench, endpoint, schema, shown)
        exchange = posted(bench, endpoint.operation, endpoint.caller, {"query": nested(ways, depth)})
        if exchange.answer is None or not _is_walked(data_of(exchange), ways):
            return None
        shown.append((depth, exchange))
    return shown[-1][1], Certainty.CONFIRMED, f"a query {DEPTHS[-1]} levels deep is answered without an error"


def _would_grow(shown: list[tuple[int, Exchange]], depth: int) -> bool:
    """Whether an answer so deep is more than a service should have to make, as the last two tell."""
    answers = [(at, each.answer) for at, each in shown[-2:] if each.answer is not None]
    if any(len(answer.body) > MAX_BYTES or answer.seconds > MAX_SECONDS for _, answer in answers):
        return True
    if len(answers) < 2:
        return False
    (before, smaller), (now, larger) = answers
    a_level = math.pow(max(len(larger.body), 1) / max(len(smaller.body), 1), 1 / (now - before))
    return len(larger.body) * math.pow(a_level, depth - now) > MAX_BYTES


def _taken_unseen(
    bench: Workbench, endpoint: Endpoint, schema: Schema, shown: list[tuple[int, Exchange]]
) -> Taken | None:
    deepest, last = shown[-1]
    nothing = finding_nothing(schema)
    exchange = (
        posted(bench, endpoint.operation, endpoint.caller, {"query": nested(nothing, DEPTHS[-1])}) if nothing else None
    )
    if exchange is None or not data_of(exchange):
        bench.told(f"graphql: answers of {endpoint.operation.path} grow too much at depth {deepest} to go deeper")
        return None
    size = len(last.answer.body) if last.answer is not None else 0
    said = f"a query {DEPTHS[-1]} levels deep is taken; one of {deepest} that finds something gives {size:,} bytes"
    return exchange, Certainty.DIFFERENTIAL, said


def _is_walked(data: Mapping[str, Json], ways: Ways) -> bool:
    """Whether the query was carried out: what was looked up by a guess has to be there."""
    value: Json = data
    for each in ways[0] + ways[1]:
        inside = value[0] if isinstance(value, list) and value else value
        value = inside.get(each.name) if isinstance(inside, Mapping) else None
        if each.is_guessed and value in (None, []):
            return False
    return bool(data)
