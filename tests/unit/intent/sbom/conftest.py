"""Where the samples lie."""

from pathlib import Path

import pytest

ASSETS = Path(__file__).parents[3] / "assets" / "sbom"


@pytest.fixture(scope="session")
def samples() -> Path:
    return ASSETS
