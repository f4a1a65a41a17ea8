from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.configuration.file_kinds import FILE_KINDS, TELLING
from setpoint.scan.dast.checks.configuration.grammars import (
    is_code,
    is_environment_file,
    is_log,
    is_metrics,
    is_sql,
    is_table_of_people,
    tells_environment,
    tells_secrets,
)
from setpoint.scan.dast.checks.configuration.listings import is_listing

GRAMMARS = [grammar for kind in (*FILE_KINDS, *TELLING) for _, grammar in kind.shows]


def answer(content: str | bytes) -> Answer:
    return Answer(200, (("content-type", "text/plain"),), content.encode() if isinstance(content, str) else content)


@pytest.mark.parametrize(
    "content",
    ["A=1\n\n# note\nexport B='x y'\n", "DEBUG=true", "app.name = shop\n"],
)
def test_environment_files(content: str) -> None:
    assert is_environment_file(answer(content))


@pytest.mark.parametrize("content", ["", "# nothing", "A=1\nand a sentence", "<html>A=1</html>", "{}", "ok"])
def test_no_environment_files(content: str) -> None:
    assert not is_environment_file(answer(content))


def test_secrets_are_known_by_their_names() -> None:
    assert tells_secrets(answer('{"a": [{"dbPassword": "hunter22"}]}'))
    assert tells_secrets(answer("spring.datasource.password=hunter22\n"))
    assert tells_secrets(answer('{"db": "postgresql://shop:hunter22@db/shop"}'))
    assert not tells_secrets(answer('{"db": "postgresql://shop:***@db/shop", "site": "https://shop.example:8080/@me"}'))
    assert not tells_secrets(answer('{"password": ""}'))
    assert not tells_secrets(answer('{"password": null, "passwordUrl": "/reset", "tokenType": "Bearer"}'))
    assert not tells_secrets(answer("apiKey: AIzaSyExample\n"))
    assert not tells_secrets(answer("<html>password: hunter22</html>"))


def test_the_environment_of_a_process() -> None:
    assert tells_environment(answer('{"env": {"PATH": "/bin", "HOME": "/root"}}'))
    assert tells_environment(answer("PATH=/bin\nHOME=/root\n"))
    assert not tells_environment(answer("<h1>The PATH to our HOME</h1>"))


def test_metrics_logs_code_and_dumps() -> None:
    assert is_metrics(answer("# TYPE up gauge\nup 1\n"))
    assert not is_metrics(answer("# TYPE of house\nWe have 3 rooms\n"))
    assert is_log(answer('127.0.0.1 - - [01/Jan/2026:00:00:00 +0000] "GET / HTTP/1.1" 200 5\n' * 2))
    assert not is_log(answer("2026-01-02 10:00 Opening\n"))
    assert is_code(answer("import os\n\ndef go():\n    pass\n"))
    assert not is_code(answer("We import goods and let you choose"))
    assert is_sql(answer("-- dump\nINSERT INTO people VALUES (1);"))
    assert not is_sql(answer("Insert into slot A"))
    assert is_table_of_people(answer('"id";"email"\n1;anna@shop.example\n'))
    assert not is_table_of_people(answer("city,mayor\nUlm,someone@ulm.example\n"))


@given(st.binary(max_size=300))
def test_any_bytes_are_read(content: bytes) -> None:
    for grammar in GRAMMARS:
        assert grammar(answer(content)) in {True, False}
    assert is_listing(answer(content), "http://127.0.0.1/files/") in {True, False}


@pytest.mark.parametrize(
    "piece", ["\n", "a", "a=", " ", "a.", "{", "[", "a==1", "<a>", '<a href="', "import ", "A_", "x:"]
)
def test_hostile_texts_are_read_in_time(piece: str) -> None:
    hostile = answer(piece * (300_000 // len(piece)))
    started = time.monotonic()
    for grammar in GRAMMARS:
        grammar(hostile)
    assert time.monotonic() - started < 10


def test_environment_files_with_values_of_several_lines() -> None:
    assert is_environment_file(answer('A=1\nKEY="-----BEGIN KEY-----\nMIIB+/\n-----END KEY-----"\nB=2\n'))
    assert not is_environment_file(answer('A="1"\nand a sentence\nB="2"\n'))


@pytest.mark.parametrize(
    "line",
    [
        "[INFO] 2026-01-02 10:00:00,123 start",
        "I, [2026-01-02T10:00:00.123 #7]  INFO -- : start",
        "[Mon Jan 05 10:00:00.123 2026] [core:error] no",
        "ERROR:shop.orders:no such order",
        '{"level": "info", "time": "2026-01-02T10:00:00Z", "msg": "start"}',
        "02-Jan-2026 10:00:00 start",
    ],
)
def test_lines_of_logs(line: str) -> None:
    assert is_log(answer(f"{line}\n{line}\n"))
    assert not is_log(answer(f"{line}\n"))


def test_metrics_of_routes_with_templates_and_exemplars() -> None:
    lines = ['hits_total{path="/orders/{id}"} 3', 'slow_bucket{le="1"} 2 # {trace_id="a"} 0.5', "up\t1"]
    assert is_metrics(answer("\n".join(lines)))


def test_dumps_in_small_letters_and_of_postgresql_but_no_lessons() -> None:
    assert is_sql(answer("create table people (id int);\n"))
    assert is_sql(answer("COPY public.people (id, name) FROM stdin;\n1\tann\n"))
    assert not is_sql(answer("<!doctype html><pre>\nINSERT INTO people VALUES (1)\n</pre>"))
