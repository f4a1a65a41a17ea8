"""Sends reports over HTTP, from the background thread alone: bounded in time and size."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from setpoint_agent.native import native
from setpoint_agent.reporting.exchange import Answer, post
from setpoint_agent.settings import Settings
from setpoint_agent.version import __version__

TIMEOUT: Final = 10.0
"""Seconds for a report from the first octet to the last of its answer."""
LONGEST_WAIT: Final = 300.0
"""Seconds that a Retry-After is followed for."""
GZIP: Final = 16
"""Makes `wbits` mean gzip's format (https://docs.python.org/3/library/zlib.html#zlib.compressobj)."""
REFUSED_FOR_GOOD: Final = frozenset({400, 413, 415, 422})
"""Statuses that say that the same report would be refused again."""
_MEANINGS: Final = {
    401: "; see SETPOINT_TOKEN: the token is missing, mistyped, expired or revoked",
    403: "; see SETPOINT_TOKEN and SETPOINT_SERVICE: the token is not one for agents of this service",
    404: "; see SETPOINT_SERVER: this is not where Setpoint answers",
}
"""Of statuses that only somebody who changes the agent's settings can change."""


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
    """The way to the control plane."""

    def __init__(self, settings: Settings) -> None:
        address = urlsplit(settings.server)
        self._secure = address.scheme == "https"
        self._host = address.hostname or ""
        self._port = address.port or (443 if self._secure else 80)
        self._path = f"{address.path.rstrip('/')}/v1/agent/reports"
        self._certificates = settings.certificates
        self._tls: Any = None
        self._headers = {
            "Authorization": f"Bearer {settings.token}",
            "Content-Type": "application/json",
            "Content-Encoding": "gzip",
            "Accept": "application/json",
            "User-Agent": f"setpoint-agent/{__version__}",
        }

    def send(self, report: dict[str, Any]) -> Outcome:
        """Send one report; never raises for what the network or the other side does."""
        body = _packed(json.dumps(report, separators=(",", ":")).encode())
        try:
            tls = self._context() if self._secure else None
            answer = post(self._host, self._port, self._path, self._headers, body, seconds=TIMEOUT, tls=tls)
        except (OSError, ValueError) as error:
            return Outcome(taken=False, failure=type(error).__name__)
        return _outcome(answer)

    def _context(self) -> Any:
        """Certificates and names are checked; SETPOINT_CA_FILE is trusted beside the system's authorities."""
        if self._tls is None:
            context = native("ssl", "SSLContext")(native("ssl", "PROTOCOL_TLS_CLIENT"))
            context.load_default_certs()
            if self._certificates:
                context.load_verify_locations(self._certificates)
            self._tls = context
        return self._tls


def _packed(text: bytes) -> bytes:
    """As gzip, with a window of 4 KB: what zlib takes by default (a quarter of a megabyte) the process would keep."""
    packing = zlib.compressobj(level=5, wbits=GZIP | 12, memLevel=5)
    return packing.compress(text) + packing.flush()


def _outcome(answer: Answer) -> Outcome:
    status, headers, content = answer
    if 200 <= status < 300:
        return Outcome(taken=True, answer=_document(content))
    retry_after = headers.get("retry-after", "")
    wait = min(float(retry_after), LONGEST_WAIT) if retry_after.isdecimal() else 0.0
    return Outcome(taken=status in REFUSED_FOR_GOOD, wait=wait, failure=f"HTTP {status}{_MEANINGS.get(status, '')}")


def _document(content: bytes) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
        return None
