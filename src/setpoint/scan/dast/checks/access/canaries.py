"""Which objects may be written to: those that were made for the scan, and the accounts of the scan themselves."""

from __future__ import annotations

from setpoint.model.dast import Operation, PartPlace
from setpoint.scan.dast.answers import is_success
from setpoint.scan.dast.checks.access.holdings import Holdings, Values, values_equal
from setpoint.scan.dast.checks.access.reading_back import watches
from setpoint.scan.dast.checks.access.references import naming_parts, part_reference, single, thing_of
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.values import CANARY


def canary(bench: Workbench, operation: Operation, owner: Holdings, other: Holdings) -> Values | None:
    """Values that name what the owner has for the scan, and the other has not; None where nothing is known to be so."""
    values = owner.alone(operation, other)
    if values is not None and _is_made(bench, operation, values, owner):
        return values
    unlisted = (each for each in owner.candidates(operation) if not other.is_listed(operation, each))
    return next((each for each in unlisted if _says_so(bench, operation, each, owner)), None)


def own_values(bench: Workbench, operation: Operation, owner: Holdings) -> Values | None:
    """Values by which the operation writes to what the owner has for the scan, whoever else may have it, too.

    Empty where it names nothing that it would change: what it names besides (a product to order) is only read. None
    where nothing that it may write to is known.
    """
    thing = thing_of(operation.path)
    named = [part for part in naming_parts(operation) if (part_reference(operation, part) or ("",))[0] == thing]
    if not named and all(part.place is not PartPlace.PATH for part in operation.parts):
        return {}
    for values in owner.candidates(operation):
        if _is_made(bench, operation, values, owner) or _says_so(bench, operation, values, owner):
            return values
    return None


def _is_made(bench: Workbench, operation: Operation, values: Values, owner: Holdings) -> bool:
    if values_equal(bench.owned(operation, owner.caller), values):
        return True
    return all(str(single(value)) in owner.made for value in values.values())


def _says_so(bench: Workbench, operation: Operation, values: Values, owner: Holdings) -> bool:
    """Whether the object shows one of the texts that the scan gives to what it makes."""
    for watch in watches(bench, operation, values, owner):
        if watch.is_of_object:
            read = watch.read(bench, owner.caller)
            if is_success(read) and read.answer is not None and f"{CANARY}-".encode() in read.answer.body:
                return True
    return False
