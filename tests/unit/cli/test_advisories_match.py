"""`setpoint advisories match`: rows in, ids out, and the exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from setpoint.cli.main import run

pytest.importorskip("univers", reason="the extra sbom is not installed")

ADVISORIES = Path(__file__).parents[2] / "assets" / "advisories" / "some.jsonl"


def told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str | bytes, *options: str
) -> tuple[int, list[dict[str, Any]]]:
    path = tmp_path / "rows.csv"
    path.write_bytes(rows.encode() if isinstance(rows, str) else rows)
    code = run(["advisories", "match", str(path), "--advisories", str(ADVISORIES), "--json", *options])
    return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def ids(answers: list[dict[str, Any]]) -> list[list[str]]:
    return [each["advisories"] for each in answers]


def test_a_line_a_row(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answers = told(tmp_path, capsys, "package,version\ndemo-lib,1.0\ndemo-lib,2.0\nother,1.0\n")
    assert code == 1
    assert answers == [
        {"package": "demo-lib", "version": "1.0", "advisories": ["TEST-1"], "could_not_compare": []},
        {"package": "demo-lib", "version": "2.0", "advisories": [], "could_not_compare": []},
        {"package": "other", "version": "1.0", "advisories": [], "could_not_compare": []},
    ]


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("2.0rc1", ["TEST-1"]),
        ("2.0.dev3", ["TEST-1"]),
        ("1.9.post1", ["TEST-1"]),
        ("v1.9", ["TEST-1"]),
        ("1.9+local.2", ["TEST-1"]),
        ("2004d", ["TEST-1"]),
        ("2.0+local", []),
        ("2.0.post1", []),
        ("1!3.1", ["TEST-2"]),
        ("1!3.1.0", ["TEST-2"]),
        ("1!3.1.post1", []),
        ("2!0", []),
    ],
)
def test_versions_of_every_kind(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: str, expected: list[str]
) -> None:
    _, (answer,) = told(tmp_path, capsys, f"demo-lib,{version}\n")
    assert answer["advisories"] == expected


@pytest.mark.parametrize(
    "rows",
    [
        "package,version\ndemo-lib,1.0\n",
        "demo-lib,1.0\n",
        "\ufeffpackage,version\r\ndemo-lib,1.0\r\n\r\n",
        "\ufeffdemo-lib,1.0",
        '"Package","Version"\n"demo-lib","1.0"\n',
        "Demo_Lib,1.0\n",
        "demo.lib, 1.0 \n",
        "version,name\n1.0,demo-lib\n",
        "demo-lib,1.0,PyPI\n",
        "x,1.0,pkg:pypi/demo-lib@1.0\n",
        "purl\npkg:pypi/demo-lib@1.0\n",
        "package,version,ecosystem\ndemo-lib,1.0,\n",
        "package,version,why\ndemo-lib,1.0,because\n",
    ],
)
def test_rows_in_every_form(tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: str) -> None:
    assert ids(told(tmp_path, capsys, rows)[1]) == [["TEST-1"]]


def test_other_ecosystems(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = "@demo/lib,v1.2.2,npm\n@demo/lib,1.2.3,NPM\ndemo-lib,1.0,npm\n"
    assert ids(told(tmp_path, capsys, rows)[1]) == [["TEST-4"], [], []]
    assert ids(told(tmp_path, capsys, "@demo/lib,1.2.2\n", "--ecosystem", "npm")[1]) == [["TEST-4"]]


@pytest.mark.parametrize("version", ["latest", ""])
def test_what_could_not_be_compared_is_told_apart(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: str
) -> None:
    code, (answer,) = told(tmp_path, capsys, f"package,version\ndemo-lib,{version}\n")
    assert code == 3
    assert answer["advisories"] == []
    assert answer["could_not_compare"] == ["TEST-1", "TEST-2"]


def test_nothing_found_is_fine(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, capsys, "package,version\nother,1.0\n")[0] == 0
    assert told(tmp_path, capsys, "package,version\n") == (0, [])


def test_findings_come_before_what_could_not_be_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert told(tmp_path, capsys, "demo-lib,latest\ndemo-lib,1.0\n")[0] == 1


@pytest.mark.parametrize(
    ("rows", "where", "what"),
    [
        (b"", "", "no rows"),
        (b"\n\n", "", "no rows"),
        (b"demo-lib,1.0\ndemo-lib\n", ":2", "1 column; 2 were expected"),
        (b"package,version\n,1.0\n", ":2", "names no package"),
        (b"demo-lib,1.0\nother,1.0,npn\n", ":2", "there is no ecosystem 'npn'; did you mean 'npm'?"),
        (b"purl\nnothing\n", ":2", "is no package URL"),
        (b'demo-lib,"1.0\n', ":1", "this is not CSV"),
        (b"demo-lib,\xff\n", "", "this is not UTF-8 (byte 9)"),
        (b"demo-lib," + b"1" * 200_000, ":1", "this is not CSV"),
    ],
)
def test_bad_rows_name_their_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], rows: bytes, where: str, what: str
) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(rows)
    assert run(["advisories", "match", str(path), "--advisories", str(ADVISORIES), "--json"]) == 2
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith(f"setpoint: {path}{where}: ")
    assert what in printed.err


def test_bad_advisories_name_their_place(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows, advisories = tmp_path / "rows.csv", tmp_path / "broken.jsonl"
    rows.write_text("demo-lib,1.0\n", encoding="utf-8")
    advisories.write_text(ADVISORIES.read_text(encoding="utf-8") + '{"id": "TEST-9"}\n', encoding="utf-8")
    assert run(["advisories", "match", str(rows), "--advisories", str(advisories)]) == 2
    assert f"{advisories}:5: modified is missing" in capsys.readouterr().err


def test_a_table_for_people(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("demo-lib,1.0\ndemo-lib,latest\nother,1.0\n", encoding="utf-8")
    assert run(["advisories", "match", str(rows), "--advisories", str(ADVISORIES)]) == 1
    out = capsys.readouterr().out
    assert "TEST-1, TEST-2" in out
    assert "3 rows: 1 affected, 1 that could not be compared with every advisory" in out


@pytest.mark.parametrize("arguments", [["--ecosystem", "npn"], []])
def test_wrong_usage(tmp_path: Path, arguments: list[str]) -> None:
    rows = tmp_path / "rows.csv"
    rows.write_text("demo-lib,1.0\n", encoding="utf-8")
    advisories = ["--advisories", str(ADVISORIES)] if arguments else []
    assert run(["advisories", "match", str(rows), *advisories, *arguments]) == 2


@pytest.mark.parametrize("name", ["empty", "empty.json"])
def test_no_advisory_at_all_is_no_clean_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty.json").write_text("[]")
    rows = tmp_path / "rows.csv"
    rows.write_text("demo-lib,1.0\n")
    assert (
        run(["advisories", "match", str(rows), "--advisories", str(ADVISORIES), "--advisories", str(tmp_path / name)])
        == 2
    )
    assert "there is no advisory in it" in capsys.readouterr().err
