"""What the system says about the journal's files, as an error of ours."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from setpoint.errors import Error, JournalError, TemporaryError

FULL_DISK: Final = frozenset({errno.ENOSPC, errno.EDQUOT})

DISK_DELAY: Final = 10.0
"""Seconds; somebody has to make room."""


def unwritable(error: OSError, path: Path) -> Error:
    """For a write; nothing of it counts as taken."""
    failure: Error
    if error.errno in FULL_DISK:
        failure = TemporaryError(
            f"the journal's disk is full ({error.strerror})", remedy="make room on it", delay=DISK_DELAY
        )
    else:
        failure = JournalError(
            f"the journal cannot be written ({error.strerror})",
            where=str(path),
            remedy="check its folder and its disk",
        )
    failure.__cause__ = error
    return failure


def unreadable(error: OSError, path: Path) -> JournalError:
    return JournalError(
        f"the journal cannot be read ({error.strerror})",
        where=str(path),
        remedy="check the disk; with this file moved elsewhere, the rest is served",
    )
