"""The key of the pseudonyms: in a file of its own, so that who has the lake does not have it. `wiring` asks."""

from __future__ import annotations

from pathlib import Path

from setpoint.errors import InputError
from setpoint.store.key_file import is_there, make_key, read_key


def pseudonym_key(path: Path) -> bytes:
    """Made where there is none: with another key, the same value would get another pseudonym."""
    if not is_there(path):
        try:
            make_key(path)
        except OSError as error:
            raise InputError(
                f"the key of the pseudonyms cannot be made ({error.strerror})",
                where=str(path),
                remedy="make its folder writable, or name another file as privacy.key_file",
            ) from error
    return read_key(path)
