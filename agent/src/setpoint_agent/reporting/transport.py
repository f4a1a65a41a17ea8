"""Sends reports over HTTP, from the background thread alone: bounded in time and size."""

from __future__ import annotations

import gzip
import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from setpoint_agent.settings import Settings
from setpoint_agent.version import __version__

TIMEOUT: Final = 10.0
"""Seconds for each step of a call."""
LARGEST_ANSWER: Final = 65_536
"""Octets of an answer that are read."""
LONGEST_WAIT: Final = 300.0
"""Seconds that a Retry-After is followed for."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How sending ended."""

    taken: bool
    """Never to be sent again: it was taken, or refused for what it is."""
    answer: Any = None
    wait: float = 0.0
    """Seconds that the control plane asks to wait."""
    failure: str = ""
    """What went wrong, in words without anything secret; empty if it was taken."""


class Transport:
    """One connection to the control plane, opened when needed and kept."""

    def __init__(self, settings: Settings) -> None:
        self._token = settings.token
        self._certificates = settings.certificates
        address = urlsplit(settings.server)
        self._secure = address.scheme == "https"
        self._host = address.hostname or ""
        self._port = address.port
        self._path = f"{address.path.rstrip('/')}/v1/agent/reports"
        self._connection: http.client.HTTPConnection | None = None

    def send(self, report: dict[str, Any]) -> Outcome:
        """Send one report; never raises for what the network or the other side does."""
        body = gzip.compress(json.dumps(report, separators=(",", ":")).encode("utf-8", "replace"), 5)
        try:
            connection = self._connection or self._opened()
            connection.request("POST", self._path, body, self._headers())
            response = connection.getresponse()
            content = response.read(LARGEST_ANSWER)
            if response.read(1) or response.will_close:
                self.close()
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.close()
            return Outcome(taken=False, failure=type(error).__name__)
        return _outcome(response.status, response.headers.get("Retry-After", ""), content)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _opened(self) -> http.client.HTTPConnection:
        if self._secure:
            context = ssl.create_default_context()
            if self._certificates:
                context.load_verify_locations(self._certificates)
            self._connection = http.client.HTTPSConnection(self._host, self._port, timeout=TIMEOUT, context=context)
        else:
            self._connection = http.client.HTTPConnection(self._host, self._port, timeout=TIMEOUT)
        return self._connection

    def _headers(self) -> dict[str, str]:
        return {
            "Authorization": f"Bearer {self._token}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "User-Agent": f"setpoint-agent/{__version__}",
        }


def _outcome(status: int, retry_after: str, content: bytes) -> Outcome:
    if 200 <= status < 300:
        try:
            return Outcome(taken=True, answer=json.loads(content) if content else None)
        except ValueError:
            return Outcome(taken=True)
    wait = min(float(retry_after), LONGEST_WAIT) if retry_after.isdecimal() else 0.0
    refused_for_good = status in {400, 413, 415, 422}
    return Outcome(taken=refused_for_good, wait=wait, failure=f"HTTP {status}")
