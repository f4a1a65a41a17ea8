from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.intent.schemas import SchemaCatalogue


@pytest.fixture(scope="session")
def schema_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that all tests of a session share: filling it costs seconds."""
    return tmp_path_factory.mktemp("schemas")


@pytest.fixture(scope="session")
def catalogue(schema_cache: Path) -> SchemaCatalogue:
    return SchemaCatalogue(cache_dir=schema_cache)
