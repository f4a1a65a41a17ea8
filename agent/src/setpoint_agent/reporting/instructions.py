"""What the control plane may answer to a report: watch, or do not. Signed, or it changes nothing."""

from __future__ import annotations

import hmac
from datetime import UTC, datetime
from typing import Any, Final

ON, OFF = "on", "off"
_DIGITS: Final = 64
"""Of HMAC-SHA256 in hexadecimal."""
_BEFORE_ALL: Final = datetime.min.replace(tzinfo=UTC)


class Instructions:
    """Reads the instructions of one boot; keeps the newest."""

    def __init__(self, key: bytes, boot: str) -> None:
        self._key = key
        self._boot = boot
        self._newest = _BEFORE_ALL
        self.refused = 0

    def read(self, answer: Any) -> str | None:
        """`on`, `off`, or None: there is nothing new to follow in `answer`."""
        if not isinstance(answer, dict) or answer.get("instructions") is None:
            return None
        wanted = self._valid(answer["instructions"], answer.get("signature"))
        if wanted is None:
            self.refused += 1
            return None
        agent, issued = wanted
        if issued == self._newest:  # the control plane repeats itself until it is asked for something else
            return None
        if issued < self._newest:  # an answer that somebody kept back
            self.refused += 1
            return None
        self._newest = issued
        return agent

    def _valid(self, given: Any, signature: Any) -> tuple[str, datetime] | None:
        """What is asked for and when that was, of an instruction that is whole, signed and for this boot."""
        if not isinstance(given, dict) or not isinstance(signature, str):
            return None
        agent, issued = given.get("agent"), given.get("issued")
        if agent not in (ON, OFF) or not isinstance(issued, str) or given.get("for") != self._boot:
            return None
        if not self._is_signed(issued, agent, signature):
            return None
        moment = _moment(issued)
        return (agent, moment) if moment is not None else None

    def _is_signed(self, issued: str, agent: str, signature: str) -> bool:
        if not self._key or len(signature) != _DIGITS:
            return False
        canonical = f"v1\n{self._boot}\n{issued}\n{agent}".encode("utf-8", "replace")
        expected = hmac.new(self._key, canonical, "sha256").hexdigest()
        return hmac.compare_digest(expected.encode(), signature.lower().encode("utf-8", "replace"))


def _moment(text: str) -> datetime | None:
    """RFC 3339; None for what is none, or of no zone."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
