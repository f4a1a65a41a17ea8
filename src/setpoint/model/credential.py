"""The text of a token: `sp_<id>_<secret><checksum>`. The ledger mints it, authentication takes it apart.

The prefix, the fixed lengths and the checksum let secret scanners find one that was leaked, without asking anybody and
without false alarms. All signs are letters and digits, so that a double click marks the whole.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import string
import zlib
from dataclasses import dataclass, field
from typing import Final

PREFIX: Final = "sp"
ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
"""Base 62, in the order of ASCII."""

ID_LENGTH: Final = 12
"""71 bits: no two of a ledger's tokens are to be expected to get the same one, and one that does is refused."""

SECRET_LENGTH: Final = 43
"""At 5.95 bits a sign, the fewest that hold 256 bits."""

CHECKSUM_LENGTH: Final = 6
"""The fewest signs that hold the 32 bits of a CRC."""

PATTERN: Final = re.compile(
    rf"{PREFIX}_([0-9A-Za-z]{{{ID_LENGTH}}})_[0-9A-Za-z]{{{SECRET_LENGTH + CHECKSUM_LENGTH}}}", re.ASCII
)
"""What a scanner, or a filter of logs, looks for."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A well-formed token, as it was shown: whether it is a real one, only the ledger can say."""

    id: str
    digest: str = field(repr=False)


def mint() -> tuple[str, Credential]:
    """The text of a new token, and what is kept of it."""
    identity, secret = _random(ID_LENGTH), _random(SECRET_LENGTH)
    body = f"{PREFIX}_{identity}_{secret}"
    text = body + _checksum(body)
    return text, Credential(identity, _digest(text))


def read(text: str) -> Credential | None:
    """None for what is no token: other text, or one that was mistyped or cut."""
    match = PATTERN.fullmatch(text)
    # The checksum is no secret: anybody can compute it, so it may be compared in any time.
    if match is None or text[-CHECKSUM_LENGTH:] != _checksum(text[:-CHECKSUM_LENGTH]):
        return None
    return Credential(match[1], _digest(text))


def _digest(text: str) -> str:
    """SHA-256, which is fast, on purpose.

    A slow hash protects passwords, which can be guessed one after the other; nobody tries 2**256 secrets, while a slow
    hash in front of every call would let anybody keep the server busy with false ones.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def _random(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def _checksum(body: str) -> str:
    number, signs = zlib.crc32(body.encode()), ""
    for _ in range(CHECKSUM_LENGTH):
        number, digit = divmod(number, len(ALPHABET))
        signs = ALPHABET[digit] + signs
    return signs
