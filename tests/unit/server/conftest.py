from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# These tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest
from tests.serving import Caller, issue, parts_on, populate

from setpoint.model.access import AccessScope
from setpoint.server.app import create_app
from setpoint.server.parts import ServerParts
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger


@pytest.fixture(scope="session")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger to copy, with two services in it."""
    path = tmp_path_factory.mktemp("production") / "ledger.sqlite"
    ledger = open_ledger(str(path))
    populate(ledger)
    ledger.close()
    return path


@pytest.fixture
def ledger(production: Path, tmp_path: Path) -> Iterator[SqlLedger]:
    opened = open_ledger(str(shutil.copy(production, tmp_path / "ledger.sqlite")))
    yield opened
    opened.close()


@pytest.fixture
def parts(ledger: SqlLedger, tmp_path: Path) -> Iterator[ServerParts]:
    made = parts_on(ledger, tmp_path)
    yield made
    made.authenticator.close()


Call = Callable[..., Caller]


@pytest.fixture
def call(parts: ServerParts) -> Iterator[Call]:
    """Makes a caller with a new token of these scopes, bound to a service or to none."""
    app, callers = create_app(parts), list[Caller]()

    def make(*scopes: AccessScope, service: str | None = None) -> Caller:
        token = issue(parts.tokens, *scopes, service=service, name=f"t{len(callers)}") if scopes else ""
        callers.append(Caller(app, token))
        return callers[-1]

    yield make
    for each in callers:
        each.close()


@pytest.fixture
def calling() -> Iterator[Callable[..., Caller]]:
    """Makes a caller of an application made of other parts, with a new token of these scopes."""
    callers: list[Caller] = []

    def make(parts: ServerParts, *scopes: AccessScope) -> Caller:
        callers.append(Caller(create_app(parts), issue(parts.tokens, *scopes, name="other") if scopes else ""))
        return callers[-1]

    yield make
    for each in callers:
        each.close()


@pytest.fixture
def reader(call: Call) -> Caller:
    return call(AccessScope.READ)


@pytest.fixture
def operator(call: Call) -> Caller:
    return call(AccessScope.OPERATE)
