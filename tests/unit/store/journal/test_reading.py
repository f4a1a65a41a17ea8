"""Reading what a failing disk still gives back."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from setpoint.store.journal.reading import SECTOR, read_at

SIZE = 5 * SECTOR + 100


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(bad=st.sets(st.integers(0, 5)), position=st.integers(0, SIZE), size=st.integers(0, SIZE))
def test_only_bad_sectors_are_zeros(tmp_path: Path, bad: set[int], position: int, size: int) -> None:
    content = os.urandom(SIZE)
    (tmp_path / "file").write_bytes(content)
    left = bytearray(content)
    for each in bad:
        left[each * SECTOR : (each + 1) * SECTOR] = bytes(len(left[each * SECTOR : (each + 1) * SECTOR]))
    pread = os.pread

    def broken(file: int, wanted: int, start: int) -> bytes:
        if any(start < (each + 1) * SECTOR and start + wanted > each * SECTOR for each in bad):
            raise OSError(errno.EIO, "Input/output error")
        return pread(file, wanted, start)

    with pytest.MonkeyPatch.context() as patch, (tmp_path / "file").open("rb") as file:
        patch.setattr(os, "pread", broken)
        assert read_at(file.fileno(), position, size) == bytes(left[position : position + size])


def test_other_failures_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: int) -> bytes:
        raise PermissionError(errno.EACCES, "Permission denied")

    (tmp_path / "file").write_bytes(b"x")
    monkeypatch.setattr(os, "pread", refused)
    with (tmp_path / "file").open("rb") as file, pytest.raises(PermissionError):
        read_at(file.fileno(), 0, 1)
