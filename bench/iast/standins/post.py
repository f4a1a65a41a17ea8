"""A mail relay that keeps the headers of every letter."""

from __future__ import annotations

import socket
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from bench.iast.standins.records import append


class Relay:
    def __init__(self, letters: Path) -> None:
        self._letters = letters

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802, ARG002 - aiosmtpd's
        """What aiosmtpd calls for each letter."""
        letter = message_from_bytes(envelope.content)
        append(self._letters, {name: str(value) for name, value in letter.items()})
        return "250 taken"


def relay(letters: Path) -> Controller:
    with socket.create_server(("127.0.0.1", 0)) as probe:  # the library has to be told a port
        port = probe.getsockname()[1]
    return Controller(Relay(letters), hostname="127.0.0.1", port=port)
