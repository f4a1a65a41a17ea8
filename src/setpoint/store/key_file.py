"""Files that hold one secret key: whole from the first moment on, for their owner's eyes only."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import read_bytes

KEY_BYTES: Final = 32
"""256 bits: as long as the digest of HMAC-SHA256, which RFC 2104 advises (section 3, *Keys*), and a key of AES-256."""

MAX_BYTES: Final = 1024


def is_there(path: Path) -> bool:
    """Reading what may be there, but cannot be looked at, will say why."""
    try:
        path.lstat()
    except FileNotFoundError:
        return False
    except OSError:
        return True
    return True


def make_key(path: Path) -> None:
    """A new random key; where another process was faster, its key stays. Raises `OSError` where it cannot be kept."""
    content = secrets.token_hex(KEY_BYTES).encode() + b"\n"
    with written_beside(path, content) as temporary, contextlib.suppress(FileExistsError):
        path.hardlink_to(temporary)
    _keep_name(path.parent)


def read_key(path: Path) -> bytes:
    """Raises `InputError` for what is no key, or one that others can read."""
    where = str(path)
    text = read_bytes(path, limit=MAX_BYTES).strip()
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise InputError("others can read this key", where=where, remedy="let only its owner: chmod 600")
    try:
        key = bytes.fromhex(text.decode())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise InputError(f"this is no key of {2 * KEY_BYTES} hexadecimal digits", where=where)
    return key


@contextmanager
def written_beside(path: Path, content: bytes) -> Iterator[Path]:
    """A file in the same folder that only its owner can read, safe on the disk; gone afterwards under this name."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def _keep_name(folder: Path) -> None:
    """A power cut must not take back the name of a key under which something may be wrapped already."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
