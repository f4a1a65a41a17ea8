"""Who runs a command: the actor of what it writes into the audit log."""

from __future__ import annotations

import os
import pwd
import socket


def actor() -> str:
    """`user@host`, the user as the system knows them: what the environment says, anyone can set."""
    number = os.getuid()
    try:
        user = pwd.getpwuid(number).pw_name
    except KeyError:
        user = f"uid-{number}"
    return f"{user}@{socket.gethostname()}"
