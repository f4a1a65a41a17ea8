"""What changes in all that the scan's accounts can read: how a message is seen to have done something."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Final

from setpoint.model.dast import Operation
from setpoint.scan.dast.answers import is_success, json_of, leaves
from setpoint.scan.dast.checks.exposure.asking import ask, everybody
from setpoint.scan.dast.interface import Workbench

Place = tuple[str, str, str]
"""Operation, caller, and JSON Pointer with `*` for places in lists."""

State = Counter[tuple[Place, str]]
"""Values by where they stand, as often as they do: a list that grew has one more."""

_NUMBER: Final = re.compile(r"(?<=/)\d+(?=/|$)")


def state_of(bench: Workbench, operations: Iterable[Operation]) -> State:
    """What everybody is shown by them now."""
    found: State = Counter()
    for operation in operations:
        for caller in everybody(bench):
            exchange = ask(bench, bench.build(operation, {}), caller)
            document = json_of(exchange.answer) if exchange.answer is not None and is_success(exchange) else None
            for pointer, value in leaves(document) if document is not None else ():
                found[(operation.key, caller.name, _NUMBER.sub("*", pointer)), str(value)] += 1
    return found


def changed(before: State, after: State) -> frozenset[Place]:
    """Where they differ."""
    return frozenset(place for place, _ in (before - after) + (after - before))
