"""What a query may do, and what not: nothing here may read a file, write, change a setting, or see the catalogue."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.unit.store.lake.shapes import Ask, MakeEntry

from setpoint.errors import InputError
from setpoint.store.lake.lake import DuckDbLake
from setpoint.store.lake.tables import VIEWS
from setpoint.store.lake.vetting import LONGEST

ALLOWED = [
    "SELECT 1",
    "select 1;",
    "/* why */ SELECT 1 -- because",
    "FROM signals",
    "TABLE signals",
    "VALUES (1)",
    "FROM main.signals",
    'FROM "SIGNALS"',
    "DESCRIBE signals",
    "SUMMARIZE signals",
    "SHOW TABLES",
    "FROM (DESCRIBE daily)",
    "WITH own AS (SELECT 1 AS x) FROM own",
    "WITH a AS (SELECT 1 AS x), b AS (FROM a) FROM b",
    "WITH RECURSIVE n AS (SELECT 1 AS x UNION ALL SELECT x + 1 FROM n WHERE x < 3) FROM n",
    "SELECT (SELECT count(*) FROM signals)",
    "SELECT * FROM signals s JOIN LATERAL json_each(s.data) ON true",
    "FROM range(3)",
    "SELECT unnest([1, 2])",
    "SELECT [x * 2 for x in [1, 2]]",
    "SELECT max(id) OVER (PARTITION BY type) FROM signals",
    "PIVOT signals ON type IN ('a') USING count(*) GROUP BY source",
    "UNPIVOT (SELECT 1 AS a, 2 AS b) ON a, b",
    "FROM signals UNION ALL FROM signals",
    "SELECT * EXCLUDE (data) FROM signals TABLESAMPLE 10%",
]

HOSTILE = [
    # files
    "SELECT * FROM read_text('/etc/passwd')",
    "FROM read_csv('/etc/passwd')",
    "FROM read_json('/etc/passwd')",
    "FROM read_blob('/etc/passwd')",
    "FROM read_parquet('/etc/passwd')",
    "FROM read_duckdb('/etc/passwd')",
    "FROM sniff_csv('/etc/passwd')",
    "FROM glob('/*')",
    "FROM '/etc/passwd'",
    "FROM 'https://example.org/x.csv'",
    "SELECT EXISTS (FROM read_csv('/etc/passwd'))",
    "SELECT [x for x in [1] if EXISTS (FROM glob('*'))]",
    "WITH a AS (FROM glob('*')) SELECT 1",
    "DESCRIBE FROM read_csv('/etc/passwd')",
    "FROM range((SELECT count(*) FROM glob('*')))",
    "COPY signals TO '/tmp/out.csv'",
    "COPY (SELECT 1) TO '/tmp/out.csv'",
    "EXPORT DATABASE '/tmp/out'",
    "IMPORT DATABASE '/tmp/out'",
    "ATTACH '/tmp/other.duckdb'",
    # extensions, settings, secrets, the environment
    "INSTALL httpfs",
    "LOAD httpfs",
    "SET threads = 8",
    "SET enable_external_access = true",
    "RESET memory_limit",
    "SET VARIABLE x = 1",
    "PRAGMA version",
    "PRAGMA database_list",
    "CALL pragma_version()",
    "FROM pragma_version()",
    "FROM duckdb_secrets()",
    "FROM duckdb_settings()",
    "CREATE SECRET s (TYPE s3)",
    "SELECT current_setting('temp_directory')",
    "SELECT list_transform([1], lambda x: current_setting('threads'))",
    "SELECT getenv('HOME')",
    "SELECT getvariable('x')",
    # writing
    "INSERT INTO kept.events SELECT * FROM signals",
    "DELETE FROM kept.events",
    "UPDATE kept.state SET taken = 0",
    "MERGE INTO kept.events USING signals ON true WHEN MATCHED THEN DELETE",
    "WITH gone AS (DELETE FROM kept.events RETURNING *) FROM gone",
    "WITH new AS (INSERT INTO kept.state VALUES (1, 1) RETURNING *) FROM new",
    "CREATE TABLE t (a INTEGER)",
    "CREATE TEMP TABLE t AS SELECT 1",
    "CREATE MACRO m() AS 1",
    "DROP VIEW signals",
    "ALTER TABLE kept.events RENAME TO x",
    "CHECKPOINT",
    "FROM checkpoint()",
    "FROM enable_logging()",
    "SELECT write_log('x')",
    "VACUUM",
    # other statements, and several
    "SELECT 1; SELECT 2",
    "FROM signals; DROP VIEW signals",
    "BEGIN",
    "COMMIT",
    "USE main",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE FROM signals",
    "PIVOT signals ON type",
    "",
    "-- nothing",
    # what lies behind the views, and the catalogue
    "FROM kept.events",
    "FROM main.kept.events",
    "FROM lake.main.signals",
    "FROM information_schema.tables",
    "FROM duckdb_tables",
    "FROM sqlite_master",
    "FROM pg_catalog.pg_class",
    "SHOW ALL TABLES",
    "SHOW DATABASES",
    "FROM (SHOW DATABASES)",
    "FROM duckdb_settings, (WITH duckdb_settings AS (SELECT 1) FROM duckdb_settings)",
    "WITH duckdb_settings AS (FROM duckdb_settings) FROM duckdb_settings",
    "WITH a AS (FROM duckdb_settings), duckdb_settings AS (SELECT 1) FROM a",
    "WITH RECURSIVE duckdb_settings AS (SELECT name FROM duckdb_settings UNION ALL SELECT 'x') FROM duckdb_settings",
    # a query in a text
    "FROM query('SELECT 1')",
    "FROM query_table('signals')",
    "FROM json_execute_serialized_sql('{}')",
    "SELECT json_serialize_plan('SELECT 1')",
    # values of any size, and waiting
    "SELECT repeat('x', 1000000000)",
    "SELECT 'x'.repeat(1000000000)",
    "SELECT lpad('x', 2000000000, 'y')",
    "SELECT len(range(0, 1000000000))",
    "SELECT main.range(0, 1000000000)",
    "SELECT sleep_ms(60000)",
    # not SQL, or too much of it
    "SELEC 1",
    "SELECT $1",
    f"SELECT {'1+' * 3000}1",
    f"SELECT '{'x' * LONGEST}'",
    "SELECT '\0",
]


@pytest.fixture
def lake(shared_lake: DuckDbLake, entry: MakeEntry) -> DuckDbLake:
    shared_lake.take([entry(1)])
    return shared_lake


@pytest.mark.parametrize("sql", ALLOWED)
def test_reading_the_views_is_allowed(ask: Ask, sql: str) -> None:
    ask(sql)


@pytest.mark.parametrize("sql", HOSTILE, ids=lambda sql: str(sql)[:60])
def test_anything_else_is_refused_and_changes_nothing(
    lake: DuckDbLake, ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        ask(sql)
    assert "root:" not in str(refused.value)
    assert list(tmp_path.rglob("*")) == []
    assert ask("SELECT count(*) FROM signals").rows == ((1,),)
    assert ask("SHOW TABLES").rows == tuple((name,) for name in sorted(VIEWS))
    assert lake.taken() == 1


def test_what_vetting_let_through_could_still_not_write(lake: DuckDbLake, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("setpoint.store.lake.query.vet", lambda _connection, sql: sql)
    for sql in (
        "WITH gone AS (DELETE FROM kept.state RETURNING *) FROM gone",
        "FROM read_text('/etc/passwd')",
        "COPY (SELECT 1) TO '/tmp/x'",
    ):
        with pytest.raises(Exception, match=r"read-only|disabled by configuration"):
            lake.query(sql, limit=1, timeout=5.0)
    assert lake.taken() == 1


def test_an_error_says_where_and_what_in_one_line(ask: Ask) -> None:
    with pytest.raises(InputError) as refused:
        ask("SELECT 1\nFROM FROM")
    assert refused.value.where == "line 2"
    with pytest.raises(InputError) as refused:
        ask("SELECT statuss FROM signals")
    assert refused.value.what.startswith('Referenced column "statuss" not found')
    assert "\n" not in refused.value.what
