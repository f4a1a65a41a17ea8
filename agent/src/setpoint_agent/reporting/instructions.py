"""What the control plane may answer to a report: watch, or do not. Signed, or it changes nothing."""

from __future__ import annotations

import hmac
from typing import Any, Final

ON, OFF = "on", "off"
_DIGITS: Final = 64
"""Of HMAC-SHA256 in hexadecimal."""


class Instructions:
    """Reads the instructions of one boot; keeps the newest."""

    def __init__(self, key: bytes, boot: str) -> None:
        self._key = key
        self._boot = boot
        self._newest = ""
        self.refused = 0

    def read(self, answer: Any) -> str | None:
        """`on`, `off`, or None: there is nothing new to follow in `answer`."""
        if not isinstance(answer, dict) or not isinstance(answer.get("instructions"), dict):
            return None
        given, signature = answer["instructions"], answer.get("signature")
        wanted, issued = given.get("agent"), given.get("issued")
        if wanted not in {ON, OFF} or not isinstance(issued, str) or not isinstance(signature, str):
            self.refused += 1
            return None
        if given.get("for") != self._boot or not self._is_signed(issued, wanted, signature):
            self.refused += 1
            return None
        if issued <= self._newest:  # RFC 3339 in UTC sorts as text; an answer that was kept back and sent again
            return None
        self._newest = issued
        return str(wanted)

    def _is_signed(self, issued: str, wanted: str, signature: str) -> bool:
        if not self._key or len(signature) != _DIGITS:
            return False
        expected = hmac.new(self._key, f"v1\n{self._boot}\n{issued}\n{wanted}".encode(), "sha256").hexdigest()
        return hmac.compare_digest(expected.encode(), signature.encode("utf-8", "replace"))
