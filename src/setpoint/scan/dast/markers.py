"""What an agent inside of the target says of single requests: `interface.Evidence`. Made by `wiring.dast`.

Each request carries a probe id in a header that the fleet's key signs; agents repeat the id in the evidence of that
request. They report in batches, so an answer may take some seconds, and one wait serves all requests before it.
"""

from __future__ import annotations

import hmac
import secrets
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.dast import Sent

PROBE_HEADER: Final = "x-setpoint-probe"
"""`v1.<id>.<expiry>.<mac>`: the HMAC-SHA256 (hex) under the fleet's key of all before the last dot."""

LIFETIME: Final = 600
"""Seconds that a marker is good for: more than any request takes on its way."""

REPORT_SECONDS: Final = 12.0
"""An agent reports every ten seconds, unless it is told otherwise (`SETPOINT_REPORT_SECONDS`)."""

LONGEST_LINE: Final = 1024 * 1024
"""Of an agent's report file; a line takes a few kilobytes."""

Told = tuple[str, Mapping[str, Json]]
"""A probe id, and a weak place that its request reached."""


class AgentEvidence:
    """Asks a source for what agents told meanwhile; a source gives each piece once."""

    def __init__(
        self,
        news: Callable[[], Iterable[Told]],
        key: bytes,
        *,
        patience: float = REPORT_SECONDS,
        stop: threading.Event | None = None,
    ) -> None:
        """`patience`: seconds after a request within which agents have told of it, if they ever do."""
        self._news = news
        self._key = key
        self._patience = patience
        self._stop = stop or threading.Event()
        self._sent: dict[str, float] = {}
        self._known: dict[str, list[Mapping[str, Json]]] = defaultdict(list)

    def marked(self, request: Sent) -> tuple[Sent, str]:
        marker = secrets.token_hex(8)
        signed = f"v1.{marker}.{int(time.time()) + LIFETIME}"
        mac = hmac.new(self._key, signed.encode(), "sha256").hexdigest()
        self._sent[marker] = time.monotonic()
        return replace(request, headers=(*request.headers, (PROBE_HEADER, f"{signed}.{mac}"))), marker

    def of(self, marker: str) -> Sequence[Mapping[str, Json]]:
        """Waits, at most as long as agents take to report after the request."""
        until = self._sent.get(marker, 0.0) + self._patience
        while True:
            self._take_in()
            left = until - time.monotonic()
            if marker in self._known or left <= 0 or self._stop.wait(min(left, 0.25)):
                return tuple(self._known.get(marker, ()))

    def _take_in(self) -> None:
        for marker, place in self._news():
            if marker in self._sent and place not in self._known[marker]:
                self._known[marker].append(place)


class ReportFile:
    """The lines that agents append to their report file (`SETPOINT_REPORT_FILE`), as a source of news."""

    def __init__(self, path: Path) -> None:
        """Only what is appended from now on is news."""
        self._path = path
        try:
            self._read = path.stat().st_size if path.exists() else 0
        except OSError as error:
            raise InputError(f"the agent's report file cannot be read ({error.strerror})", where=str(path)) from error

    def __call__(self) -> Iterable[Told]:
        for line in self._lines():
            try:
                told = orjson.loads(line)
            except orjson.JSONDecodeError:
                continue
            if isinstance(told, dict) and isinstance(told.get("probe"), str) and told["probe"]:
                yield told["probe"], told

    def _lines(self) -> Iterable[bytes]:
        """Whole ones that were appended since; of a file that was begun anew, from its start."""
        if not self._path.exists():
            return
        with self._path.open("rb") as stream:
            if stream.seek(0, 2) < self._read:
                self._read = 0
            stream.seek(self._read)
            while (line := stream.readline(LONGEST_LINE)).endswith(b"\n") or len(line) == LONGEST_LINE:
                self._read += len(line)
                yield line


def fleet_key(text: str, where: str) -> bytes:
    """As agents are given it (`SETPOINT_FLEET_KEY`): in hexadecimal. Raises `InputError`, which holds nothing of it."""
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if not key:
        raise InputError("the fleet's key is not in hexadecimal", where=where, remedy="give what the agents have")
    return key
