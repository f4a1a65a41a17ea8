from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from setpoint.model.scan import ScannerRun
from setpoint.scan.sarif.reading import read_sarif

ROOT = Path("/srv/shop")
Read = Callable[..., ScannerRun]


@pytest.fixture
def read() -> Read:
    """One run with these results, of a tool with these rules."""

    def read_one(*results: Any, rules: Any = (), tool: str = "CodeQL", driver: Any = None, **run: Any) -> ScannerRun:
        described = {"name": tool, "rules": list(rules), **(driver or {})}
        log = {"version": "2.1.0", "runs": [{"tool": {"driver": described}, "results": list(results), **run}]}
        (made,) = read_sarif(orjson.dumps(log), root=ROOT)
        return made

    return read_one
