"""What `setpoint advisories sync` refuses, in one line each."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.cli.main import run

pytest.importorskip("httpx", reason="the extra sbom is not installed")
pytest.importorskip("cvss", reason="the extra sbom is not installed")

CONFIGURATION = "aws: {regions: [eu-west-1]}\nintent: [{cloudformation: shop.yaml}]\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "setpoint.yaml").write_text(CONFIGURATION)
    (tmp_path / "bad.json").write_text("{}")
    (tmp_path / "empty").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "no source of advisories is named"),
        (("--ecosystem", "pypy"), "there is no ecosystem 'pypy'"),
        (("--ecosystem", "Debian:12"), "OSV exports Debian as a whole"),
        (("--from", "empty"), "there is no advisory in it"),
        (("--from", "bad.json"), "modified is missing"),
        (("--kev", "bad.json"), "vulnerabilities is missing"),
        (("--kev", "gone.json"), "there is no such file"),
        (("--epss", "bad.json"), "does not say of which day it is"),
        (("--ecosystem", "PyPI", "--address", "ftp://mirror"), "is no address of a web server"),
        (("--kev", "http://example.com/kev"), "would be fetched without TLS"),
    ],
)
def test_bad_input_is_told_in_one_line(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["advisories", "sync", *arguments]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert told in line


def test_a_server_is_not_asked(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--server", "http://127.0.0.1:1", "advisories", "sync", "--kev"]) == 2
    assert "works on the ledger of this machine, and asks no server" in capsys.readouterr().err
