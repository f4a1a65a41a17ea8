"""One check on one small target."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from setpoint.model.dast import Fault, Operation


@pytest.fixture
def found(serve: Any, workbench: Any) -> Callable[..., list[Fault]]:
    """What a check finds wrong with these operations of an application."""

    def found(check: Any, app: Flask, *operations: Operation, **given: Any) -> list[Fault]:
        bench = workbench(serve(app), *operations, **given)
        faults = list(check().run(bench))
        planned = sum(each.at_most for each in check().plan(bench))
        assert faults or len(bench.sender.exchanges) <= planned, "the plan told of fewer requests"
        return faults

    return found
