"""A receiver of traces and metrics."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

# These tests are not installed, and pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[3]))

import pytest
from tests.unit.telemetry.receiver import Receiver, serve_receiver


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serve_receiver() as receiver:
        yield receiver
