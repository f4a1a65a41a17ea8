"""`setpoint up`, as far as it comes before anything is started."""

from __future__ import annotations

import socket
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


def test_a_port_that_is_taken_is_told_before_anything_begins(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert run(["up", "--listen", address]) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith(f"setpoint: {address}: nothing can listen there")) == ("", True)
    assert [each.name for each in folder.iterdir()] == ["setpoint.yaml"]


def test_a_certificate_that_cannot_be_used_is_told_before_anything_begins(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("server.pem", "server.key"):
        (folder / name).write_text("not PEM", encoding="utf-8")
    files = ["--tls-certificate", "server.pem", "--tls-key", "server.key"]
    assert run(["up", "--listen", "127.0.0.1:0", *files]) == 2
    out, err = capsys.readouterr()
    assert (out, err.startswith("setpoint: server.pem: the certificate and its key cannot be used")) == ("", True)
    assert sorted(each.name for each in folder.iterdir()) == ["server.key", "server.pem", "setpoint.yaml"]
