from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.settings.lake import LakeSettings, read_lake
from setpoint.store.lake.limits import LakeLimits

BASE: Final = Path("/etc/setpoint")
LEDGER: Final = Path("/var/lib/setpoint.sqlite")


def read(text: str) -> LakeSettings:
    return read_lake(Fields(parse_yaml(text.encode(), "setpoint.yaml")), BASE, LEDGER)


def test_the_usual_lies_beside_the_ledger() -> None:
    assert read("{}") == LakeSettings(Path("/var/lib/setpoint.sqlite.lake/lake.duckdb"), 30, LakeLimits())


def test_everything_can_be_said() -> None:
    settings = read(
        "{folder: lake, days: 7, memory_bytes: 268435456, temporary_bytes: 1000000000, threads: 2, queries: 4,"
        " rows: 50, answer_bytes: 4096, timeout: 5s, export_bytes: 1000000}"
    )
    limits = LakeLimits(268435456, 1_000_000_000, 2, 4, 50, 4096, 5.0, 1_000_000)
    assert settings == LakeSettings(BASE / "lake" / "lake.duckdb", 7, limits)


@pytest.mark.parametrize(
    "text",
    ["{days: 0}", "{memory_bytes: 1000}", "{threads: 0}", "{queries: 0}", "{rows: 0}", "{timeout: 2m}", "{file: x}"],
)
def test_what_makes_no_sense_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InputError) as refused:
        read(text)
    assert refused.value.where.startswith("setpoint.yaml:1")
