"""Lines with secrets and look-alikes are made, always the same, and none of them is in the repository."""

from __future__ import annotations

import json
from pathlib import Path

from bench.sast.check import faults_of_secrets
from bench.sast.labels import HERE
from bench.sast.secrets.make import LABELS, make


def text_of(folder: Path, file: str, line: int) -> str:
    return (folder / "files" / file).read_text().splitlines()[line - 1]


def test_there_are_enough_of_both(tmp_path: Path) -> None:
    assert list(faults_of_secrets(make(tmp_path))) == []


def test_too_few_are_told(tmp_path: Path) -> None:
    assert list(faults_of_secrets(make(tmp_path)[:3])) != []


def test_labels_beside_the_files_name_every_line(tmp_path: Path) -> None:
    make(tmp_path)
    labels = [json.loads(line) for line in (tmp_path / LABELS).read_text().splitlines()]
    lines = {(path.name, at) for path in (tmp_path / "files").iterdir() for at in line_numbers(path)}
    assert {(label["file"], label["line"]) for label in labels} == lines


def line_numbers(path: Path) -> range:
    return range(1, len(path.read_text().splitlines()) + 1)


def test_the_lines_are_always_the_same(tmp_path: Path) -> None:
    assert make(tmp_path / "once") == make(tmp_path / "again")
    for path in (tmp_path / "once" / "files").iterdir():
        assert path.read_text() == (tmp_path / "again" / "files" / path.name).read_text()


def test_no_secret_is_kept_in_the_repository(tmp_path: Path) -> None:
    made = [text_of(tmp_path, label.file, label.line) for label in make(tmp_path) if label.is_secret]
    kept = "".join(path.read_text() for path in (HERE / "secrets").glob("*.py"))
    assert [line for line in made if line in kept] == []
