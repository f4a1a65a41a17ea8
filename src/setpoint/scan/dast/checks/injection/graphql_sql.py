"""SQL injection in the arguments of GraphQL queries, where the schema can be read off.

A body holds one text for the whole query, so what `sql` puts into it breaks the query before any resolver runs. Each
argument that takes a text is asked for here as a variable, which no escaping of the query's own changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import islice
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import ANONYMOUS, Caller, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest
from setpoint.scan.dast.checks.differential import ROUNDS, differential
from setpoint.scan.dast.checks.exposure.graphql import data_of, graphql_operations, posted
from setpoint.scan.dast.checks.exposure.graphql_schema import QUERY
from setpoint.scan.dast.checks.injection.graphql_arguments import Argument, text_arguments
from setpoint.scan.dast.checks.injection.sql import WIDER, SqlInjection, conditions
from setpoint.scan.dast.checks.place import Place
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.yardstick import yardstick_of

MOST_ARGUMENTS: Final = 20
"""Of one schema."""


class GraphQLSqlInjection:
    """SQL injection by a variable of a GraphQL query, told apart by true and false conditions."""

    name = "graphql-sql-injection"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        about = 2 + MOST_ARGUMENTS * (2 + len(WIDER) + 2 * ROUNDS)
        for operation in graphql_operations(bench):
            yield PlannedRequest(operation.key, self.name, "", about)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        for operation in graphql_operations(bench):
            for caller in (ANONYMOUS, *bench.accounts.callers[:1]):
                schema = data_of(posted(bench, operation, caller, {"query": QUERY}))
                if schema:
                    for argument in islice(text_arguments(schema), MOST_ARGUMENTS):
                        if fault := _look(bench, operation, caller, argument):
                            yield fault
                    break


def _look(bench: Workbench, operation: Operation, caller: Caller, argument: Argument) -> Fault | None:
    def send(payload: Json) -> Exchange:
        return posted(bench, operation, caller, {"query": argument.query, "variables": {"value": payload}})

    marker = f"z{secrets.token_hex(5)}q"
    first, again = send(marker), send(marker)
    if first.answer is None or again.answer is None:
        return None
    yardstick = yardstick_of(first.answer, again.answer, [marker])
    part = Part(PartPlace.BODY, f"/{argument.field}/{argument.name}")
    place = Place(operation, part, caller, marker, {}, first, yardstick)
    for template in WIDER if place.usual else ():
        variants = conditions(template, marker=marker)
        if proof := differential(bench, place, variants, not_true=place.usual, send=send):
            return SqlInjection.weakness.told_apart(place, proof)
    return None
