from __future__ import annotations

import io
from pathlib import Path

import pytest
from tests.unit.reports.telling import EXCEEDED, decision, known, objection, scan, told, weakness

from setpoint.cli.output import Output
from setpoint.cli.pipeline import from_checkout, pipeline
from setpoint.reports.markdown import MOST_BYTES


@pytest.fixture(autouse=True)
def _outside(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY", "GITHUB_WORKSPACE", "CI_PROJECT_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def summary(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Of a step on GitHub."""
    file = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    return file


def printed(*, as_json: bool = False) -> str:
    """What is printed of a refused release beside the table."""
    stream = io.StringIO()
    made = weakness()
    with pipeline(Output(as_json, stream), ()) as ahead:
        ahead.scanned(scan(made), Path("src"))
        ahead.decided(decision(EXCEEDED, told(known(made)), objection(known(made))), {})
    return stream.getvalue()


def test_elsewhere_nothing_is_told_by_itself() -> None:
    assert printed() == ""


def test_on_github_there_are_annotations_and_a_summary(summary: Path) -> None:
    assert "::error file=src/shop/orders.py,line=41," in printed()
    assert summary.read_text(encoding="utf-8").startswith("<h2>❌ refuse: release:shop")


def test_where_standard_output_is_a_document_there_is_a_summary_alone(summary: Path) -> None:
    assert printed(as_json=True) == ""
    assert "shop/orders.py:41" in summary.read_text(encoding="utf-8")


def test_what_the_step_said_before_stays_and_takes_room(summary: Path) -> None:
    summary.write_text("before\n" + "x" * (MOST_BYTES - 1_500))
    printed()
    assert summary.read_text(encoding="utf-8").startswith("before\n")
    assert "had no room here" in summary.read_text(encoding="utf-8")
    assert summary.stat().st_size <= MOST_BYTES


def test_a_summary_that_cannot_be_written_refuses_nobody(
    summary: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary / "gone"))
    assert "::error" in printed()
    assert "the step's summary cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("variable", ["GITHUB_WORKSPACE", "CI_PROJECT_DIR", ""])
def test_files_are_counted_from_the_checkout(variable: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    if variable:
        monkeypatch.setenv(variable, str(tmp_path))
        monkeypatch.chdir("/")
    assert from_checkout(tmp_path / "a" / "b") == "a/b"
    assert from_checkout(tmp_path) == from_checkout(tmp_path.parent) == ""
