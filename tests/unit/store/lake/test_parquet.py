"""A query's result as a Parquet file: whole, or not there."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet
import pytest
from tests.unit.store.lake.shapes import MakeEntry

from setpoint.errors import InputError, LakeError
from setpoint.store.lake.lake import DuckDbLake


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "out.parquet"


def test_all_rows_are_exported(lake: DuckDbLake, entry: MakeEntry, file: Path) -> None:
    lake.take([entry(each, data={"n": each}) for each in range(1, 3001)])
    assert lake.export("SELECT * FROM signals ORDER BY 1", file, timeout=20.0) == 3000
    table = pyarrow.parquet.read_table(file)
    assert table.column("offset").to_pylist() == list(range(1, 3001))
    assert table.column("data").to_pylist()[0] == '{"n":1}'
    assert [str(each.type) for each in table.schema][:3] == [
        "int64",
        "timestamp[us, tz=Etc/UTC]",
        "timestamp[us, tz=Etc/UTC]",
    ]


def test_types_that_parquet_lacks_become_text(lake: DuckDbLake, file: Path) -> None:
    sql = "SELECT INTERVAL 1 DAY AS i, union_value(a := 1) AS u, 1::UHUGEINT AS h, '1'::BIT AS b, NULL AS n, 1.5 AS d"
    assert lake.export(sql, file, timeout=20.0) == 1
    [row] = pyarrow.parquet.read_table(file).to_pylist()
    assert {name: str(value) for name, value in row.items()} == {
        "i": "1 day", "u": "1", "h": "1", "b": "1", "n": "None", "d": "1.5",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("SELECT 1 AS a, 2 AS a", "2 columns have the name 'a'"),
        ("SELECT [INTERVAL 1 DAY] AS x", "cast it to VARCHAR"),
        ("FROM range(100000000000)", "more than 1,048,576 bytes"),
        ("SELECT CASE WHEN range > 4000000 THEN ('x' || range)::INT END FROM range(5000000)", "Could not convert"),
        ("WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n", "did not end"),
        ("COPY signals TO '/tmp/x'", "not allowed"),
    ],
)
def test_what_cannot_be_exported_leaves_no_file(lake: DuckDbLake, file: Path, sql: str, told: str) -> None:
    with pytest.raises(InputError, match=told):
        lake.export(sql, file, timeout=2.0)
    assert not file.exists()


def test_a_file_that_is_there_is_not_written_over(lake: DuckDbLake, file: Path) -> None:
    file.write_text("mine")
    with pytest.raises(LakeError, match="cannot be written"):
        lake.export("SELECT 1", file, timeout=5.0)
    assert file.read_text() == "mine"
