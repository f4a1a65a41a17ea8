"""What is reserved though no word says so: objects that an account is refused to make, and a higher one makes.

Called by `functions`: whoever may not make a dish on the menu may not change or delete one either. What is changed is
the scan's own, and set back; what is deleted was made for that a moment before.
"""

from __future__ import annotations

from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Operation, Part, PartPlace
from setpoint.scan.dast.answers import is_success, json_of
from setpoint.scan.dast.checks.access.holdings import Values
from setpoint.scan.dast.checks.access.records import identifier_in
from setpoint.scan.dast.checks.access.replaying import ask
from setpoint.scan.dast.creations import is_creation
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.naming import is_parameter, noun_of, segments_of

_REFUSED: Final = frozenset({401, 403})


def creation_of(bench: Workbench, operation: Operation) -> Operation | None:
    """What makes the objects that this write names last: `POST /menu` of `PUT /menu/{id}`."""
    *above, last = segments_of(operation.path) or ("",)
    if operation.method not in {"PUT", "PATCH", "DELETE"} or not is_parameter(last):
        return None
    makers = (each for each in bench.surface.operations if list(segments_of(each.path)) == above)
    return next((each for each in makers if is_creation(each, bench.surface) and not bench.may_send(each)), None)


def is_refused_to(bench: Workbench, operation: Operation, lower: Caller, higher: Caller) -> bool:
    """Whether the lower caller was refused to make what the operation names, and the higher made one."""
    creation = creation_of(bench, operation)
    if creation is None or not is_success(bench.baseline(creation, higher)):
        return False
    tried = bench.baseline(creation, lower)
    return tried is not None and tried.answer is not None and tried.answer.status in _REFUSED


def made_to_delete(bench: Workbench, operation: Operation, higher: Caller) -> Values | None:
    """Values that name a new object of the higher caller's; None where none is made, or its answer does not name it."""
    creation = creation_of(bench, operation)
    part = next((each for each in reversed(operation.parts) if operation.path.endswith(f"{{{each.name}}}")), None)
    if creation is None or part is None:
        return None
    above = bench.owned(creation, higher) or {}
    made = ask(bench, creation, above, higher)
    if made.answer is None or not is_success(made):
        return None
    value = identifier_in(json_of(made.answer), noun_of(creation.path), part)
    return {**_carried(operation, above), part: value} if value is not None else None


def _carried(operation: Operation, above: Values) -> dict[Part, Json]:
    by_name = {part.name: value for part, value in above.items() if part.place is PartPlace.PATH}
    return {part: by_name[part.name] for part in operation.parts if part.name in by_name}
