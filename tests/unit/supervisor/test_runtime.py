"""What a supervisor has for itself, and leaves to nobody."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from setpoint.errors import InputError, LeaseHeldError
from setpoint.supervisor.runtime import take_run_folder


def test_the_folders_are_for_their_owner_only_and_gone_afterwards(tmp_path: Path) -> None:
    with take_run_folder(tmp_path / "ledger", "default") as (folder, sockets):
        assert [stat.S_IMODE(each.stat().st_mode) for each in (folder, sockets)] == [0o700, 0o700]
        (sockets / "ingest.sock").touch()
    assert not folder.exists()
    assert not sockets.exists()


def test_the_path_of_a_socket_is_short_wherever_the_ledger_is(tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 200)
    deep.mkdir()
    with take_run_folder(deep / "ledger", "default") as (_folder, sockets):
        assert len(str(sockets)) < 90


@pytest.mark.parametrize("runtime", ["/nonexistent", "here", ""])
def test_a_runtime_folder_that_is_none_is_not_needed(
    runtime: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", runtime)
    with take_run_folder(tmp_path / "ledger", "default") as (_folder, sockets):
        assert sockets.is_absolute()
        assert sockets.is_dir()


def test_without_a_place_for_sockets_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    with pytest.raises(InputError, match="no place for sockets"):
        take_run_folder(tmp_path / "ledger", "default").__enter__()
    assert list(tmp_path.iterdir()) == []


def test_two_cannot_have_it(tmp_path: Path) -> None:
    with take_run_folder(tmp_path / "ledger", "default") as (folder, sockets):
        with pytest.raises(LeaseHeldError, match="another process works on 'default'"):
            take_run_folder(tmp_path / "ledger", "default").__enter__()
        assert folder.is_dir()
        assert sockets.is_dir()


def test_what_others_left_there_stays(tmp_path: Path) -> None:
    folder = tmp_path / "ledger.run"
    folder.mkdir()
    precious = tmp_path / "precious"
    precious.mkdir()
    (folder / "sockets").symlink_to(precious)
    (folder / "note").touch()
    with take_run_folder(tmp_path / "ledger", "default"):
        pass
    assert precious.is_dir()
    assert [each.name for each in folder.iterdir()] == ["note"]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="make the ledger's folder"):
        take_run_folder(tmp_path / "nowhere" / "ledger", "default").__enter__()
