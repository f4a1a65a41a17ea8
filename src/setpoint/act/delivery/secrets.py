"""Secrets of channels, read where the settings say that they are.

`courier` calls it once, before the first beat; `setpoint up` before any of its processes may have written something.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final

from setpoint.act.delivery.settings import AlertSettings, SecretPlace
from setpoint.errors import InputError
from setpoint.files import read_bytes

LONGEST: Final = 16 * 1024
"""Bytes in a file of one secret; no URL or key comes near it."""

_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


def check_secrets(settings: AlertSettings) -> None:
    """Raises `InputError` for the first that is not there."""
    for channel in settings.channels.values():
        for place in filter(None, (channel.url, channel.key)):
            read_secret(place)


def read_secret(place: SecretPlace) -> str:
    """The secret, without white space around it; `InputError` where it is not there, or others could read it."""
    secret = _of_environment(place) if place.file is None else _of_file(place.file)
    if not secret.isprintable():
        raise InputError("the secret holds control characters, or has more than one line", where=_name(place))
    return secret


def _of_environment(place: SecretPlace) -> str:
    name = place.variable or ""
    secret = os.environ.get(name, "").strip()
    if not secret:
        raise InputError(
            f"the environment variable {name} is not set", where=place.where, remedy="set it to the secret"
        )
    return secret


def _of_file(path: Path) -> str:
    data = read_bytes(path, limit=LONGEST)
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & _OTHERS:
        raise InputError(
            f"others may read or change this secret (mode {mode:04o})", where=str(path), remedy=f"chmod 600 {path}"
        )
    try:
        secret = data.decode().strip()
    except UnicodeDecodeError as error:
        # From None: the exception holds the secret.
        raise InputError(f"this is not UTF-8 (byte {error.start})", where=str(path)) from None
    if not secret:
        raise InputError("the file is empty; a secret was expected", where=str(path))
    return secret


def _name(place: SecretPlace) -> str:
    return place.where if place.file is None else str(place.file)
