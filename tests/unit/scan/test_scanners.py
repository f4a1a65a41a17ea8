from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.model.scan import ScanKind, ScannerRun, ScanStatus
from setpoint.scan.interface import Availability, ScanTarget
from setpoint.scan.names import NAMES, check_names
from setpoint.scan.scanners import run_side_by_side, shipped_scanners


class _Meeting:
    """Ends only once as many run as should."""

    kind = ScanKind.OTHER

    def __init__(self, name: str, barrier: threading.Barrier) -> None:
        self.name = name
        self._barrier = barrier

    def availability(self) -> Availability:
        return Availability("1")

    def is_of_use(self, target: ScanTarget) -> bool:
        return target.root == Path("/")

    def scan(self, target: ScanTarget, told: Callable[[str], None]) -> ScannerRun:
        self._barrier.wait(timeout=30)
        told(f"{self.name} met the others in {target.root}")
        return ScannerRun(self.name, self.kind, ScanStatus.COMPLETE)


def test_the_names_are_those_that_there_are() -> None:
    """The last two are put together elsewhere: they take what other stages know."""
    assert (*shipped_scanners(), "guardrails", "advisories") == NAMES


def test_a_name_that_is_none() -> None:
    with pytest.raises(InputError, match=r"there is no scanner 'bandi'; did you mean 'bandit'\?"):
        check_names(["ruff", "bandi"], "--scanner")


def test_they_run_side_by_side_and_are_told_in_order() -> None:
    barrier = threading.Barrier(2)
    runs = run_side_by_side([_Meeting("b", barrier), _Meeting("a", barrier)], ScanTarget(Path("/")), lambda _line: None)
    assert [each.scanner for each in runs] == ["b", "a"]
