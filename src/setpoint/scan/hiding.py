"""Results about secrets, without the secret: some tools put it into the message, the snippet or a fingerprint."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from setpoint.model.scan import ScanKind, ScanResult

SECRET_WEAKNESSES: Final = frozenset({259, 321, 798})
"""CWE: hard-coded passwords, keys and credentials."""

_VALUE_BEGINS: Final = re.compile(r"[:'\"`=]")


def is_of_secret(kind: ScanKind, cwes: Iterable[int]) -> bool:
    return kind is ScanKind.SECRETS or not SECRET_WEAKNESSES.isdisjoint(cwes)


def words_before_value(message: str) -> str:
    """What may be shown of a message about a secret: the words in front of the first value."""
    return _VALUE_BEGINS.split(message, maxsplit=1)[0].strip()


def without_secret(result: ScanResult) -> ScanResult:
    """As it is, where it is not about a secret."""
    if not is_of_secret(result.kind, result.cwes):
        return result
    return replace(result, message=words_before_value(result.message) or "a secret", snippet="", told_fingerprint="")
