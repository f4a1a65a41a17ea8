"""The agent put in place around libraries, with evidence kept in a list instead of being sent."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from setpoint_agent import examination
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
    "sources.decoded",
)

Watch = Callable[..., list[Evidence]]


@pytest.fixture
def watching() -> Iterator[Watch]:
    """Call it with families: from then on, what they meet is in the list it gives. Tests are the application."""
    kept: list[Evidence] = []

    def begin(*families: str, sources: bool = True) -> list[Evidence]:
        place((*(SOURCES if sources else ()), *families))
        examination.begin(
            examination.Examination(application=Application((Path(__file__).parent,)), record=kept.append)
        )
        switch.on = True
        return kept

    yield begin
    switch.on = False
    examination.begin(None)


@pytest.fixture
def blue() -> str:
    """What a request may bring. A literal inside of a test would be a constant of the code, which is no input."""
    return "".join(["bl", "ue"])


@pytest.fixture
def smith() -> str:
    """The same, of two words."""
    return "".join(["John ", "Smith"])
