"""Whether a request is to be opened when a server hands one over, and what a scanner says in it: common to all."""

from __future__ import annotations

import hmac
import time
from typing import Final

from setpoint_agent.request import current
from setpoint_agent.switch import switch

PROBE_HEADER: Final = "x-setpoint-probe"
"""`v1.<id>.<expiry>.<mac>`: a scanner's id, when it expires (seconds since 1970) and the HMAC-SHA256 (hex) under the
fleet key of all before the last dot. It is echoed into the evidence of its request."""
LONGEST_PROBE: Final = 512


def wanted() -> bool:
    """Whether a request is to be opened here: not where the agent is off, and not inside of another."""
    return switch.on and current.get() is None


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
