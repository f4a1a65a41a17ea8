"""`setpoint signals query`: what it prints and writes, and which servers it trusts with a token."""

from __future__ import annotations

import io
from pathlib import Path
from typing import BinaryIO

import orjson
import pytest

from setpoint.cli.main import run
from setpoint.cli.output import Output
from setpoint.cli.signals import export, show
from setpoint.errors import InputError, TemporaryError
from setpoint.store.interface import Answer


class Door:
    """Half of what it sends comes before it fails, where it fails."""

    def __init__(self, *, fails: bool = False) -> None:
        self._fails = fails

    def query(self, sql: str, *, limit: int, timeout: float) -> Answer:
        raise NotImplementedError

    def export(self, sql: str, file: BinaryIO, *, timeout: float) -> int:  # noqa: ARG002 (the door's signature)
        file.write(b"PAR1")
        if self._fails:
            raise TemporaryError("the server did not answer")
        return 4


ANSWER = Answer(("n", "data"), ("INTEGER", "JSON"), ((1, {"a": "x\x1b[2J"}), (2, None)), cut=False)


def _shown(answer: Answer, *, as_json: bool) -> str:
    stream = io.StringIO()
    show(Output(as_json, stream), answer)
    return stream.getvalue()


def test_rows_are_shown_under_their_columns() -> None:
    lines = _shown(ANSWER, as_json=False).splitlines()
    assert lines[0].split() == ["n", "data"]
    assert lines[2].split() == ["2", "-"]
    assert "\x1b" not in lines[1]


def test_the_whole_answer_is_one_json_document() -> None:
    document = orjson.loads(_shown(ANSWER, as_json=True))
    assert document == {
        "columns": ["n", "data"],
        "types": ["INTEGER", "JSON"],
        "rows": [[1, {"a": "x\x1b[2J"}], [2, None]],
        "cut": False,
    }


def test_that_rows_are_missing_is_said() -> None:
    assert "more rows" in _shown(Answer(("n",), ("INTEGER",), ((1,),), cut=True), as_json=False)
    assert _shown(Answer(("n",), ("INTEGER",), (), cut=False), as_json=False) == "no rows\n"


def test_an_export_replaces_the_file_once_it_is_whole(tmp_path: Path) -> None:
    file = tmp_path / "out.parquet"
    file.write_bytes(b"before")
    with pytest.raises(TemporaryError):
        export(Door(fails=True), "", file, timeout=1.0)
    assert file.read_bytes() == b"before"
    assert export(Door(), "", file, timeout=1.0) == 4
    assert [(each.name, each.read_bytes()) for each in tmp_path.iterdir()] == [("out.parquet", b"PAR1")]


def test_a_file_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be written"):
        export(Door(), "", tmp_path / "no" / "out.parquet", timeout=1.0)


@pytest.mark.parametrize(
    ("server", "told"),
    [
        ("http://setpoint.example.org", "in the clear"),
        ("ftp://127.0.0.1", "no URL"),
        ("127.0.0.1:8437", "no URL"),
        ("https://", "no URL"),
        ("http://127.0.0.1:x", "no URL"),
    ],
)
def test_a_token_goes_to_no_unsafe_server(server: str, told: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--server", server, "--token", "secret", "signals", "query", "SELECT 1"]) == 2
    printed = capsys.readouterr().err
    assert told in printed
    assert "secret" not in printed


def test_a_server_that_is_not_there_is_could_not_tell(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--server", "http://127.0.0.1:1", "signals", "query", "SELECT 1"]) == 3
    assert "cannot be reached" in capsys.readouterr().err
