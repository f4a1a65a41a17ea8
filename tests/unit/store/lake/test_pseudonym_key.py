"""The key of the pseudonyms is made once, and only its owner can read it."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.errors import InputError
from setpoint.store.lake.pseudonym_key import pseudonym_key


def test_it_is_made_once(tmp_path: Path) -> None:
    path = tmp_path / "key"
    key = pseudonym_key(path)
    assert len(key) == 32
    assert path.stat().st_mode & 0o777 == 0o600
    assert pseudonym_key(path) == key


def test_one_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "key"
    pseudonym_key(path)
    path.chmod(0o644)
    with pytest.raises(InputError, match="others can read this key"):
        pseudonym_key(path)


def test_one_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be made"):
        pseudonym_key(tmp_path / "no" / "such" / "key")
