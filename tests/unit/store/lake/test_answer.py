"""Every value of an answer can be written as JSON, and says what it was."""

from __future__ import annotations

import orjson
import pytest
from tests.unit.store.lake.shapes import Ask

from setpoint.errors import InputError
from setpoint.store.lake.lake import DuckDbLake


@pytest.fixture
def lake(shared_lake: DuckDbLake) -> DuckDbLake:
    return shared_lake


VALUES = [
    ("true", True),
    ("NULL", None),
    ("1", 1),
    ("9223372036854775807", 9223372036854775807),
    ("18446744073709551615::UBIGINT", 18446744073709551615),
    ("12345678901234567890123::HUGEINT", "12345678901234567890123"),
    ("1.50", "1.50"),
    ("0.5::DOUBLE", 0.5),
    ("'nan'::DOUBLE", "NaN"),
    ("'inf'::FLOAT", "Infinity"),
    ("'-inf'::DOUBLE", "-Infinity"),
    ("'é\u0001'", "é\u0001"),
    ("'a'::ENUM('a')", "a"),
    ("x'00ff'", "AP8="),
    ("DATE '2026-01-02'", "2026-01-02"),
    ("TIME '10:00:01'", "10:00:01"),
    ("TIMESTAMP '2026-01-02 03:04:05.678'", "2026-01-02T03:04:05.678"),
    ("TIMESTAMPTZ '2026-01-02 03:04:05+02'", "2026-01-02T01:04:05Z"),
    ("'infinity'::TIMESTAMPTZ", "infinity"),
    ("'0044-03-15 (BC)'::TIMESTAMP", "0044-03-15 (BC) 00:00:00"),
    ("'290000-01-01'::TIMESTAMP", "290000-01-01T00:00:00"),
    ("INTERVAL 1 MONTH", "1 month"),
    ("'5fe1ba23-d9e4-4a2b-a9a0-8ab9ee5f6b50'::UUID", "5fe1ba23-d9e4-4a2b-a9a0-8ab9ee5f6b50"),
    ("[1, NULL, 3]", [1, None, 3]),
    ("['nan'::DOUBLE, 1]", ["NaN", 1.0]),
    ("[12345678901234567890123::HUGEINT, 1]", ["12345678901234567890123", 1]),
    ("[9223372036854775807]", [9223372036854775807]),
    ("{'a': {'b': [TRUE]}}", {"a": {"b": [True]}}),
    ("row(1, 'x')", [1, "x"]),
    ("MAP {'k': 1}", {"k": 1}),
    ("MAP {1: 2}", {"1": 2}),
    ("union_value(a := 1)", {"a": 1}),
    ("'x'::VARIANT", "x"),
    ("""'{"a": [1.5, null]}'::JSON""", {"a": [1.5, None]}),
    ("'[1e400, 1e4]'::JSON", ["1e400", 1e4]),
    ("'[12345678901234567890123]'::JSON", ["12345678901234567890123"]),
    ("'101'::BIT", "101"),
]


@pytest.mark.parametrize(("expression", "expected"), VALUES)
def test_a_value_becomes_one_of_json(ask: Ask, expression: str, expected: object) -> None:
    [(value,)] = ask(f"SELECT {expression}").rows
    assert value == expected
    assert type(value) is type(expected)
    assert orjson.loads(orjson.dumps(value)) == value


@pytest.mark.parametrize("depth", [150, 300, 3000])
def test_json_that_is_nested_deep_stays_text(ask: Ask, depth: int) -> None:
    text = "[" * depth + "]" * depth
    assert ask(f"SELECT '{text}'::JSON").rows == ((text,),)


def test_columns_keep_their_names_types_and_order(ask: Ask) -> None:
    answer = ask("SELECT 2 AS b, 'x' AS a, 3 AS b")
    assert answer.columns == ("b", "a", "b")
    assert answer.types == ("INTEGER", "VARCHAR", "INTEGER")
    assert answer.rows == ((2, "x", 3),)
    assert not answer.cut


def test_rows_keep_their_order(ask: Ask) -> None:
    rows = ask("SELECT range AS n FROM range(5000) ORDER BY n DESC", limit=1000).rows
    assert [row[0] for row in rows] == list(range(4999, 3999, -1))


@pytest.mark.parametrize(("rows", "cut"), [(9, False), (10, False), (11, True), (100_000_000_000, True)])
def test_more_rows_than_asked_for_are_cut(ask: Ask, rows: int, *, cut: bool) -> None:
    answer = ask(f"FROM range({rows})", limit=10)
    assert (len(answer.rows), answer.cut) == (min(rows, 10), cut)


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_has_limits(ask: Ask, limit: int) -> None:
    with pytest.raises(InputError, match="from 1 to 1,000 rows"):
        ask("SELECT 1", limit=limit)


def test_an_answer_has_so_many_bytes_at_most(ask: Ask) -> None:
    with pytest.raises(InputError, match="more than 1,048,576 bytes"):
        ask(f"SELECT '{'x' * 10_000}' FROM range(200)", limit=1000)
