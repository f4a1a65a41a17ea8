"""Whether there is a terminal: one that is closed sends SIGHUP, too, and then all is to end. `supervisor` asks."""

from __future__ import annotations

import os
from typing import Final

TERMINAL: Final = "/dev/tty"
"""Of the process's session, whatever its streams are (tty(4)); it cannot be opened where there is none any more."""


def has_terminal() -> bool:
    try:
        os.close(os.open(TERMINAL, os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC))
    except OSError:
        return False
    return True
