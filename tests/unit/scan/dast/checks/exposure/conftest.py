"""Accounts of the small targets of this theme, and the faults of a check."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.model.dast import Caller, Fault, Operation, Part, PartPlace

ALICE = Caller("alice", "customer", 1)


def get(path: str, *names: str, example: Any = None) -> Operation:
    """An operation that reads, with these parameters of its query."""
    return Operation("GET", path, tuple(Part(PartPlace.QUERY, name, example=example) for name in names))


@pytest.fixture
def by_cookie() -> HeaderAccounts:
    return HeaderAccounts({ALICE: (("cookie", "session=alice"),)})


@pytest.fixture
def found(serve: Any, workbench: Any) -> Callable[..., list[Fault]]:
    """What a check tells of these operations of an application."""

    def run(check: Any, app: Any, *operations: Operation, **more: Any) -> list[Fault]:
        bench = workbench(serve(app), *operations, **more)
        list(check().plan(bench))
        assert not bench.sender.exchanges, "planning sent something"
        faults = list(check().run(bench))
        for fault in faults:
            assert fault.proof
            assert "session=alice" not in fault.message + fault.difference
        return faults

    return run
