"""Runs a check on an application of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.model.dast import Fault, Operation


@pytest.fixture
def found(serve: Any, workbench: Any) -> Callable[..., list[Fault]]:
    """What a check finds on an application."""

    def found(check: Any, app: Any, *operations: Operation, **more: Any) -> list[Fault]:
        bench = workbench(serve(app), *operations, **more)
        faults = list(check.run(bench))
        baselines = len(operations) * (1 + len(bench.accounts.callers))
        absences = 12  # asked for only where something was found
        planned = sum(each.at_most for each in check.plan(bench)) + baselines + absences
        assert len(bench.sender.exchanges) <= planned, "planned too few"
        assert all(each.message and each.proof and each.cwe for each in faults)
        return faults

    return found
