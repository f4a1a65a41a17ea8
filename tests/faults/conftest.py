"""What every fault needs: AWS's HTTP API by moto, and the program in a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

# `demo` and these tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest
from tests.e2e.account import Aws, free_port, serve
from tests.e2e.program import Setpoint
from tests.faults.ills import Ills
from tests.faults.ingesting import Life, Start
from tests.faults.production import Production
from tests.faults.proxy import Proxy, serve_proxy
from tests.under_load import configure, issue

from setpoint.model.health import Duty

SERVED = (Duty.SERVER, Duty.INGEST)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    with serve(tmp_path_factory.mktemp("aws")) as aws:
        yield aws


@pytest.fixture
def production(server: Aws) -> Production:
    """As declared, in an account that was empty before."""
    server.empty()
    return Production(server)


@pytest.fixture
def proxy(server: Aws) -> Iterator[Proxy]:
    with serve_proxy(server.url) as proxy:
        yield proxy


@pytest.fixture
def setpoint(tmp_path: Path, server: Aws) -> Setpoint:
    return Setpoint(tmp_path, server.url)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    port, lives, tokens = free_port(), list[Life](), list[str]()
    (tmp_path / "program").mkdir()
    setpoint = Setpoint(tmp_path / "program", f"http://127.0.0.1:{free_port()}")

    def begin(ills: Ills | None = None, duties: tuple[Duty, ...] = SERVED, **settings: Any) -> Life:
        setpoint.environment |= ills.environment if ills else {}
        if not tokens:
            configure(setpoint, port, **settings)
            tokens.append(issue(setpoint, "operate", "ingest"))
        lives.append(Life(setpoint, port, tokens[0], duties))
        lives[-1].processes.await_started()
        return lives[-1]

    yield begin
    for each in lives:
        each.end()


@pytest.fixture
def ills(tmp_path: Path) -> Ills:
    return Ills(tmp_path)
