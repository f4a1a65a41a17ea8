from __future__ import annotations

import pytest

from setpoint.intent.schemas import SchemaCatalogue


@pytest.fixture(scope="session")
def catalogue() -> SchemaCatalogue:
    return SchemaCatalogue()
