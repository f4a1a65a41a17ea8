"""Secrets are read where the settings say, and no error repeats them."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.act.delivery.secrets import LONGEST, read_secret
from setpoint.act.delivery.settings import SecretPlace
from setpoint.errors import InputError

SECRET = "https://hooks.example/T0KEN"


def of_file(path: Path) -> SecretPlace:
    return SecretPlace(None, path, "setpoint.yaml:9")


def write(folder: Path, data: bytes, mode: int = 0o600) -> Path:
    path = folder / "secret"
    path.write_bytes(data)
    path.chmod(mode)
    return path


def test_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK", f" {SECRET}\n")
    assert read_secret(SecretPlace("HOOK", None, "setpoint.yaml:9")) == SECRET


@pytest.mark.parametrize("value", [None, "", " \n"])
def test_a_variable_that_is_not_set(monkeypatch: pytest.MonkeyPatch, value: str | None) -> None:
    if value is None:
        monkeypatch.delenv("HOOK", raising=False)
    else:
        monkeypatch.setenv("HOOK", value)
    with pytest.raises(InputError, match=r"setpoint\.yaml:9: the environment variable HOOK is not set"):
        read_secret(SecretPlace("HOOK", None, "setpoint.yaml:9"))


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_from_a_file_of_its_owner(tmp_path: Path, mode: int) -> None:
    assert read_secret(of_file(write(tmp_path, SECRET.encode() + b"\n", mode))) == SECRET


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_can_use_is_refused(tmp_path: Path, mode: int) -> None:
    path = write(tmp_path, SECRET.encode(), mode)
    with pytest.raises(InputError, match=f"others may read or change this secret \\(mode {mode:04o}\\); chmod 600"):
        read_secret(of_file(path))


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "the file is empty"),
        (b"\xff\xfe" + SECRET.encode(), "this is not UTF-8"),
        (b"one\ntwo", "has more than one line"),
        (SECRET.encode() + b"\x1b[2J", "control characters"),
        (b"x" * (LONGEST + 1), "bytes"),
    ],
)
def test_what_is_no_secret_is_told_without_showing_it(tmp_path: Path, data: bytes, told: str) -> None:
    path = write(tmp_path, data)
    with pytest.raises(InputError, match=told) as caught:
        read_secret(of_file(path))
    assert caught.value.where == str(path)
    assert "T0KEN" not in caught.value.diagnostics()
    assert caught.value.__cause__ is None


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_secret(of_file(tmp_path / "nowhere"))
