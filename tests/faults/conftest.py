"""What every fault needs: AWS's HTTP API by moto, and the program in a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

# `demo` and these tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest
from tests.e2e.account import Aws, serve
from tests.e2e.program import Setpoint
from tests.faults.production import Production
from tests.faults.proxy import Proxy, serve_proxy


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
