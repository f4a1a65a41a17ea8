"""`setpoint up`, as far as it comes before anything is started."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.cli.main import run
from setpoint.model.health import Duty
from setpoint.supervisor import libraries

CONFIGURATION = "aws: {regions: [eu-west-1]}\nintent: [{terraform: terraform.tfstate}]\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setpoint.yaml").write_text(CONFIGURATION, encoding="utf-8")
    return tmp_path


def test_without_the_servers_libraries_it_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(libraries.LIBRARIES, Duty.SERVER, ("no_such_library",))
    assert run(["up"]) == 2
    assert capsys.readouterr().err == (
        "setpoint: the process 'server' needs the library no_such_library; "
        "install it with: pip install 'setpoint[server]', or run setpoint up --only loop\n"
    )
    assert [each.name for each in folder.iterdir()] == ["setpoint.yaml"]


@pytest.mark.parametrize("arguments", [["--only", "lop"], ["--log-level", "loud"]])
def test_what_it_does_not_know_is_refused(folder: Path, arguments: list[str]) -> None:
    assert run(["up", *arguments]) == 2
    assert [each.name for each in folder.iterdir()] == ["setpoint.yaml"]


def test_a_wrong_configuration_is_told_once_and_starts_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "setpoint.yaml").write_text(f"telemetry: {{endpoint: x}}\n{CONFIGURATION}", encoding="utf-8")
    assert run(["up"]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1
    assert [each.name for each in folder.iterdir()] == ["setpoint.yaml"]
