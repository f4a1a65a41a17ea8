"""Faults of objects and functions that others reach: told alike by every check that finds one."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from setpoint.model.dast import Caller, Certainty, Exchange, Fault, Operation
from setpoint.model.policy import Severity

KIND: Final = "object-level-authorisation"
FUNCTION_KIND: Final = "function-level-authorisation"

NO_PEER: Final = "nobody can be set against an account's owner: auth.yaml names fewer than two accounts"


def object_fault(
    operation: Operation, part: str, other: Caller, proof: tuple[Exchange, ...], *, message: str, difference: str
) -> Fault:
    """`part`: what names the object, with its place; `other`: who reaches it, and should not."""
    return Fault(
        kind=KIND,
        cwe=639,
        owasp="API1:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=part,
        caller=other.name,
        message=message,
        proof=proof,
        difference=difference,
    )


def function_fault(
    operation: Operation, lower: Caller, proof: tuple[Exchange, ...], *, message: str, difference: str
) -> Fault:
    """What `lower` does, or is shown, and only others should."""
    return Fault(
        kind=FUNCTION_KIND,
        cwe=862,
        owasp="API5:2023",
        severity=Severity.HIGH,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        caller=lower.name,
        message=message,
        proof=proof,
        difference=difference,
    )


def open_write_fault(
    operation: Operation, proof: tuple[Exchange, ...], *, message: str, difference: str, part: str = ""
) -> Fault:
    """What anybody writes, without credentials."""
    return Fault(
        kind="missing-authentication",
        cwe=306,
        owasp="API2:2023",
        severity=Severity.CRITICAL,
        certainty=Certainty.CONFIRMED,
        method=operation.method,
        path=operation.path,
        part=part,
        message=message,
        proof=proof,
        difference=difference,
    )


def open_read_fault(operation: Operation, proof: tuple[Exchange, ...], *, message: str, difference: str) -> Fault:
    """What anybody is shown, without credentials."""
    return replace(open_write_fault(operation, proof, message=message, difference=difference), severity=Severity.HIGH)
