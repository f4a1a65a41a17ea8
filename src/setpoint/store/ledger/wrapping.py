"""Keys at rest: wrapped by AES-256-GCM under a master key that is a file beside the ledger, never in it.

A wrapped key is bound to its purpose: it cannot be unwrapped as another's, wherever somebody copies it. `tokens.py`
calls it, inside a writing transaction whenever a key is made, so that two processes never make two master keys.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, delete, insert, select

from setpoint.errors import InputError, LedgerError
from setpoint.store.key_file import KEY_BYTES, is_there, make_key, read_key
from setpoint.store.ledger.tables import wrapped_keys

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES: Final = 12
"""NIST SP 800-38D, section 8.2: random ones of 96 bits are good for 2**32 keys under one master key."""

CONTEXT: Final = b"setpoint wrapped key\n"
"""Stands before the purpose in what a wrapping is bound to."""


class WrappedKeys:
    """The keys in a ledger, by purpose."""

    def __init__(self, master_key: Path) -> None:
        self._master_key = master_key

    def get(self, connection: Connection, purpose: str) -> bytes | None:
        """Raises `Error` where the key is there and the right master key is not."""
        wanted = select(wrapped_keys.c.wrapped).where(wrapped_keys.c.purpose == purpose)
        wrapped = connection.execute(wanted).scalar_one_or_none()
        return None if wrapped is None else self._unwrap(wrapped, purpose)

    def make(self, connection: Connection, purpose: str) -> bytes:
        """A new random key."""
        self._expect_master_key(connection)
        key, nonce = secrets.token_bytes(KEY_BYTES), os.urandom(NONCE_BYTES)
        wrapped = nonce + self._cipher().encrypt(nonce, key, CONTEXT + purpose.encode())
        connection.execute(insert(wrapped_keys).values(purpose=purpose, wrapped=wrapped.hex()))
        return key

    def get_or_make(self, connection: Connection, purpose: str) -> bytes:
        return self.get(connection, purpose) or self.make(connection, purpose)

    def forget(self, connection: Connection, purpose: str) -> None:
        connection.execute(delete(wrapped_keys).where(wrapped_keys.c.purpose == purpose))

    def _expect_master_key(self, connection: Connection) -> None:
        """The first key makes the master key; a later one must find it, or the earlier ones would be lost unnoticed."""
        if is_there(self._master_key):
            return
        if connection.execute(select(wrapped_keys.c.purpose).limit(1)).first() is not None:
            raise self._loss("the master key is gone, and keys in the ledger are wrapped under it")
        try:
            make_key(self._master_key)
        except OSError as error:
            raise LedgerError(
                f"the master key cannot be kept ({error.strerror})",
                where=str(self._master_key),
                remedy="name another path in server.master_key, or make its folder writable",
            ) from error

    def _unwrap(self, wrapped: str, purpose: str) -> bytes:
        if not is_there(self._master_key):
            raise self._loss("the master key is gone, and keys in the ledger are wrapped under it")
        cipher = self._cipher()
        from cryptography.exceptions import InvalidTag

        try:
            data = bytes.fromhex(wrapped)
            return cipher.decrypt(data[:NONCE_BYTES], data[NONCE_BYTES:], CONTEXT + purpose.encode())
        except (InvalidTag, ValueError) as error:
            raise self._loss(f"the key of {purpose} was not wrapped under this master key, or is damaged") from error

    def _cipher(self) -> AESGCM:
        try:
            from cryptography.hazmat.primitives.ciphers.aead import AESGCM
        except ImportError as error:
            raise InputError(
                "agents' keys are wrapped by cryptography", remedy="install it with: pip install 'setpoint[server]'"
            ) from error
        return AESGCM(read_key(self._master_key))

    def _loss(self, what: str) -> LedgerError:
        return LedgerError(
            what, where=str(self._master_key), remedy="bring the master key back that belongs to this ledger"
        )
