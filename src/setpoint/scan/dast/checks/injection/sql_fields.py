"""SQL injection by the names of a body's fields, which some updates take for those of columns.

The name of one field goes on to another column, which is set to what it holds where a condition is true, and to what
fails where it is not. The statement's own condition stays behind it: no other row is reached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import orjson

from setpoint.model.canonical import Json
from setpoint.model.dast import BodyForm, Exchange, Fault, Operation, Part, PartPlace, PlannedRequest, Profile
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.differential import ROUNDS, Proof, differential
from setpoint.scan.dast.checks.injection.sql import FAILURES, SqlInjection, conditions
from setpoint.scan.dast.checks.probing import Place, only_reads, places, planned_probing, request, write_back
from setpoint.scan.dast.interface import Workbench

_NAME: Final = "{other} = (CASE WHEN {condition} THEN {other} ELSE {failure} END), {field}"
_KEY: Final = "id"
"""The column that is set where the body has no second field: hardly a table is without it."""
_ALL_NAMES: Final = Part(PartPlace.BODY, "/*")


class SqlInjectionInFieldNames:
    """SQL injection by the names of fields, told apart by true and false conditions."""

    name = "sql-injection-in-field-names"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from planned_probing(bench)
        for operation in bench.surface.operations if bench.profile is not Profile.PASSIVE else ():
            if _updates(operation) and not bench.may_send(operation):
                yield PlannedRequest(operation.key, self.name, "", len(FAILURES) * 2 * ROUNDS + 1, 2 * len(FAILURES))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        tried: dict[str, Place] = {}
        for place in places(bench):
            is_field = place.part.name.count("/") == 1 and place.part.name[1:].isidentifier()
            if is_field and _updates(place.operation) and place.operation.key not in tried:
                tried[place.operation.key] = place
                if proof := _told_apart(bench, place):
                    yield SqlInjection.weakness.told_apart(replace(place, part=_ALL_NAMES), proof)
        write_back(bench, tried.values())


def _updates(operation: Operation) -> bool:
    is_update = operation.method == "PATCH" or "{" in operation.path
    return is_update and operation.body is BodyForm.JSON and not only_reads(operation)


def _told_apart(bench: Workbench, place: Place) -> Proof | None:
    usual = request(bench, place, place.value)
    body = orjson.loads(usual.body)
    field = place.part.name[1:]
    if not isinstance(body, dict) or field not in body:
        return None
    other = next(_others(body, field), _KEY)

    def send(name: Json) -> Exchange:
        kept = {key: value for key, value in body.items() if key not in {field, other}}
        return bench.sender.send(replace(usual, body=orjson.dumps({**kept, str(name): body[field]})))

    for failure in FAILURES:
        variants = conditions(_NAME, field=field, other=other, failure=failure)
        proof = differential(bench, place, variants, send=send)
        if proof and _is_of_data(proof.exchanges):
            return proof
    return None


def _others(body: dict[str, Json], field: str) -> Iterator[str]:
    return (each for each in body if each.isidentifier() and each != field)


def _is_of_data(pair: Sequence[Exchange]) -> bool:
    """The true one was done, and the false one was not."""
    true, false = pair
    return is_success(true) and not is_success(false)
