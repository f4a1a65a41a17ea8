"""Questions to the lake, over a real connection; the server's answers are canned."""

from __future__ import annotations

import io

import orjson
import pytest
from tests.unit.client.canned import Canned, Connect, Told, problem

from setpoint.client.signals import EXPORT, QUERY, RemoteSignals
from setpoint.errors import CouldNotTellError, InputError, TemporaryError
from setpoint.store.interface import Answer


def test_an_answer_comes_back_as_it_was(server: Canned, connect: Connect) -> None:
    answer = Answer(("n", "x"), ("INTEGER", "JSON"), ((1, {"a": None}), (2, {"unknown": "x"})), cut=True)
    server.tell_json(answer)
    assert RemoteSignals(connect()).query("SELECT 1", limit=2, timeout=3.0) == answer
    (asked,) = server.asked
    assert (asked.path, asked.headers["Authorization"]) == (f"/v1{QUERY}", "Bearer secret")
    assert asked.json() == {"sql": "SELECT 1", "limit": 2, "timeout": 3.0}


def test_an_export_is_written_as_it_comes(server: Canned, connect: Connect) -> None:
    server.tell(Told(b"PAR1" * 100_000))
    file = io.BytesIO()
    assert RemoteSignals(connect()).export("SELECT 1", file, timeout=3.0) == 400_000
    assert file.getvalue() == b"PAR1" * 100_000
    (asked,) = server.asked
    assert (asked.path, asked.json()) == (f"/v1{EXPORT}", {"sql": "SELECT 1", "timeout": 3.0})


def test_an_export_that_is_cut_is_told(server: Canned, connect: Connect) -> None:
    server.tell(Told(b"PAR1", headers={"Content-Length": "400000", "Connection": "close"}))
    with pytest.raises(TemporaryError, match="did not answer"):
        RemoteSignals(connect()).export("SELECT 1", io.BytesIO(), timeout=3.0)
    assert len(server.asked) == 1


def test_a_refusal_is_told_as_the_server_tells_it(server: Canned, connect: Connect) -> None:
    server.tell(Told(problem(400, "no", where="line 1", remedy="do that"), 400))
    with pytest.raises(InputError) as refused:
        RemoteSignals(connect()).query("x", limit=1, timeout=1.0)
    assert refused.value.diagnostics() == "line 1: no; do that"


@pytest.mark.parametrize("body", [b"", b"{}", b"[1]", b'{"columns": 1, "types": [], "rows": [], "cut": false}'])
def test_what_is_no_answer_is_told(server: Canned, connect: Connect, body: bytes) -> None:
    server.tell(Told(body))
    with pytest.raises(CouldNotTellError, match="no answer"):
        RemoteSignals(connect()).query("x", limit=1, timeout=1.0)


def test_a_question_changes_nothing_and_is_asked_again(server: Canned, connect: Connect, waited: list[float]) -> None:
    answer = Answer(("n",), ("INTEGER",), (), cut=False)
    server.tell(Told(cut=True), Told(orjson.dumps(answer)))
    assert RemoteSignals(connect()).query("SELECT 1", limit=2, timeout=3.0) == answer
