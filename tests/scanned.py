"""Weaknesses and scans of them, as tests of the gate need them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

from setpoint.model.dast import Profile
from setpoint.model.policy import Severity
from setpoint.model.scan import (
    CodePlace,
    Means,
    Outside,
    Scan,
    ScanKind,
    ScannerRun,
    ScanStatus,
    Tested,
    Weakness,
)

AT: Final = datetime(2026, 5, 1, 12, tzinfo=UTC)


def weakness(number: int = 1, file: str = "shop/orders.py", **changes: Any) -> Weakness:
    """One that bandit tells; another number is another one."""
    given: dict[str, Any] = {
        "fingerprint": f"{number:012x}".ljust(32, "f"),
        "kind": ScanKind.SAST,
        "rule": "cwe-89",
        "severity": Severity.HIGH,
        "place": CodePlace(file, number, number + 2, "Orders.find"),
        "message": "SQL is put together from text",
        "cwes": (89,),
        "told_by": ("bandit/B608",),
        "spans": ((number, number + 2),),
    }
    return Weakness(**(given | changes))


def ran(scanner: str = "bandit", status: ScanStatus = ScanStatus.COMPLETE, **changes: Any) -> ScannerRun:
    given: dict[str, Any] = {"kind": ScanKind.SAST, "version": "1.9", "must_run": True}
    return ScannerRun(scanner, status=status, **(given | changes))


def scan(*weaknesses: Weakness, runs: tuple[ScannerRun, ...] = (), **changes: Any) -> Scan:
    """By bandit alone, wholly, unless said otherwise."""
    given: dict[str, Any] = {"at": AT, "commit": "4f1c2d3e"}
    return Scan(runs or (ran(),), weaknesses, **(given | changes))


MEANS: Final = Means(Profile.SAFE, ("alice", "bob"))
READ_ORDER: Final = "GET /orders/{id}"


def outside(number: int = 1, **changes: Any) -> Weakness:
    """One of the running service, which the check `objects` tells of reading an order."""
    given: dict[str, Any] = {
        "operation": READ_ORDER,
        "part": "path:id",
        "check": "objects",
        "is_of_surface": True,
        "means": MEANS,
        "owasp": "API1:2023",
        "certainty": "confirmed",
        "difference": "bob reads what alice made",
    }
    return weakness(
        number,
        kind=ScanKind.DAST,
        rule="object-level-authorisation",
        place=CodePlace("https://staging.example/orders/{id}"),
        message="everybody reads every order",
        cwes=(639,),
        told_by=("setpoint-dast/objects",),
        spans=(),
        outside=Outside(**(given | changes)),
    )


def ran_outside(status: ScanStatus = ScanStatus.COMPLETE, **changes: Any) -> ScannerRun:
    """Of the running service: reading orders, by the check `objects`."""
    given: dict[str, Any] = {"means": MEANS, "checks": ("objects",), "operations": (READ_ORDER,)}
    return ScannerRun("setpoint-dast", ScanKind.DAST, status, tested=Tested(**(given | changes)))
