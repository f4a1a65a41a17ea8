"""Opens a request when a server hands one over, and closes it when it was answered: common to WSGI and ASGI."""

from __future__ import annotations

import hmac
import time
from time import perf_counter
from typing import Final

from setpoint_agent.operations.counts import operations
from setpoint_agent.request import Request, current
from setpoint_agent.switch import switch

PROBE_HEADER: Final = "x-setpoint-probe"
"""`v1.<id>.<expiry>.<mac>`: a scanner's id, when it expires (seconds since 1970) and the HMAC-SHA256 (hex) under the
fleet key of all before the last dot. It is echoed into the evidence of its request."""
LONGEST_PROBE: Final = 512


def wanted() -> bool:
    """Whether a request is to be opened here: not where the agent is off, and not inside of another."""
    return switch.on and current.get() is None


def finish(request: Request, status: int, began: float) -> None:
    """Count a request that `began` by `perf_counter` and was answered with `status`; 0: an exception went through to
    the server."""
    request.ended = now = perf_counter()
    operations.finished(request, status, now - began)


def probe_of(header: str, now: float | None = None) -> str:
    """The id of a probe header; empty for one that is malformed, expired, or not of this fleet."""
    if not switch.fleet_key or len(header) > LONGEST_PROBE:
        return ""
    signed, _, mac = header.rpartition(".")
    version, _, rest = signed.partition(".")
    identity, _, expiry = rest.rpartition(".")
    if version != "v1" or not identity or not expiry.isdecimal():
        return ""
    expected = hmac.new(switch.fleet_key, signed.encode("utf-8", "replace"), "sha256").hexdigest()
    if not hmac.compare_digest(expected.encode(), mac.encode("utf-8", "replace")):
        return ""
    return identity if int(expiry) > (time.time() if now is None else now) else ""
