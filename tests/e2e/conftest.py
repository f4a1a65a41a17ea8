"""AWS's HTTP API by moto, a process for all tests, emptied before each; and the program in a folder of its own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# `demo` and these tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

import pytest
from tests.e2e.account import BUCKET, Aws, close_default_group, free_port, make_bucket, serve
from tests.e2e.pipelines import ControlPlane, Project, control_plane
from tests.e2e.program import PATIENCE, Loop, Setpoint


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    """Without AWS's managed policies, which take moto a second to load after every reset."""
    with serve(tmp_path_factory.mktemp("aws")) as aws:
        yield aws


@pytest.fixture
def aws(server: Aws) -> Aws:
    """An empty account."""
    server.empty()
    return server


@pytest.fixture
def shop(aws: Aws) -> Aws:
    """An account with what `shop.yaml` declares."""
    close_default_group(aws)
    make_bucket(aws, BUCKET, "shop", "alias/shop")
    return aws


@pytest.fixture
def setpoint(tmp_path: Path, aws: Aws) -> Setpoint:
    program = Setpoint(tmp_path, aws.url)
    program.configure()
    return program


@pytest.fixture
def lonely_setpoint(tmp_path: Path) -> Setpoint:
    """For what ends before AWS is asked: nothing listens where AWS would be."""
    program = Setpoint(tmp_path, f"http://127.0.0.1:{free_port()}")
    program.configure()
    return program


@pytest.fixture(scope="module")
def plane(server: Aws, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """A control plane that runs, for all tests of a module: they only ask."""
    with control_plane(tmp_path_factory.mktemp("plane") / "ledger", server) as plane:
        yield plane


@pytest.fixture
def project(tmp_path: Path, plane: ControlPlane) -> Project:
    """A repository whose pipeline may ask the control plane."""
    given = {"SETPOINT_SERVER": plane.url, "SETPOINT_TOKEN": plane.token}
    return Project.at(tmp_path / "project", {**plane.program.environment, **given})


@pytest.fixture
def start_loop(setpoint: Setpoint) -> Iterator[Callable[[], Loop]]:
    """Starts `setpoint up`, as often as it is called; what still runs at the end is ended."""
    loops: list[Loop] = []

    def start() -> Loop:
        loops.append(Loop(setpoint, f"up-{len(loops)}"))
        return loops[-1]

    yield start
    for loop in loops:
        if loop.process.poll() is None:
            loop.process.kill()
            loop.process.wait(timeout=PATIENCE)
