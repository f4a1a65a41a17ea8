"""The agent put in place around libraries, with evidence kept in a list instead of being sent."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path

import pytest
from tests.control_plane import ControlPlane
from tests.loaded import Service

from setpoint_agent import examination
from setpoint_agent.catalogue import Kind
from setpoint_agent.evidence import Evidence
from setpoint_agent.patching.placing import place
from setpoint_agent.stack import Application
from setpoint_agent.switch import switch

SOURCES = (
    "sources.wsgi",
    "sources.asgi",
    "sources.frameworks",
    "sources.aiohttp_requests",
    "sources.tornado_requests",
    "sources.contexts",
    "sources.background",
    "sources.decoded",
)

BY_CALL = tuple(
    f"sinks.{each}"
    for each in ("hashing", "ciphers", "randomness", "cookies", "xml", "tls", "tokens", "exposure", "session")
)
"""Families that report whatever the application calls, of requests or not."""

Watch = Callable[..., list[Evidence]]


@pytest.fixture
def watching() -> Iterator[Watch]:
    """Call it with families: from then on, what they meet is in the list it gives. Tests are the application.

    Families stay in place for good: what those `BY_CALL` meet that an earlier test has asked for is left out.
    """
    kept: list[Evidence] = []

    def begin(*families: str, sources: bool = True) -> list[Evidence]:
        place((*(SOURCES if sources else ()), *families))
        others = _kinds(set(BY_CALL) - set(families)) - _kinds(families)

        def record(evidence: Evidence) -> None:
            if evidence.kind not in others:
                kept.append(evidence)

        examination.begin(examination.Examination(application=Application((Path(__file__).parent,)), record=record))
        switch.on = True
        return kept

    yield begin
    switch.on = False
    examination.begin(None)


def _kinds(families: Iterable[str]) -> set[Kind]:
    modules = [import_module(f"setpoint_agent.{each}") for each in families]
    return {each for module in modules for each in vars(module).values() if isinstance(each, Kind)}


@pytest.fixture
def blue() -> str:
    """What a request may bring. A literal inside of a test would be a constant of the code, which is no input."""
    return "".join(["bl", "ue"])


@pytest.fixture
def smith() -> str:
    """The same, of two words."""
    return "".join(["John ", "Smith"])


@pytest.fixture
def control_plane() -> Iterator[ControlPlane]:
    """One that takes every report; `reply` says what it is to do instead."""
    plane = ControlPlane()
    yield plane
    plane.close()
    assert plane.faults == []


@pytest.fixture
def service(tmp_path: Path, control_plane: ControlPlane) -> Iterator[Service]:
    """Not running yet, and reporting to `control_plane`."""
    made = Service(tmp_path, control_plane.address)
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.wait()
