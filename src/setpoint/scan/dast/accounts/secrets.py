"""Secrets that a file of settings names, and does not hold. Called by `reading` and `login_reading`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import read_bytes

MAX_BYTES: Final = 64 * 1024
"""Of a file that holds one: a hundred times the longest token that a browser would send."""

REMEDY: Final = "write {environment: NAME} or {file: PATH}; {insecure_literal: …} for one that is no secret"


def read_secret(fields: Fields, key: str, folder: Path) -> str:
    """What `key` names, from where it says. The message of an error holds nothing of it."""
    if not fields.has(key):
        raise InputError(f"{fields.path}.{key} is missing", where=fields.where(), remedy=REMEDY)
    if not isinstance(fields.raw(key), Mapping):
        raise InputError(f"{fields.path}.{key} stands in the file", where=fields.where(key), remedy=REMEDY)
    source = fields.section(key)
    sources: dict[str, Callable[[], str]] = {
        "environment": lambda: _from_environment(source),
        "file": lambda: _from_file(folder / source.text("file")),
        "insecure_literal": lambda: source.text("insecure_literal"),
    }
    given = [name for name in sources if source.has(name)]
    source.done()
    if len(given) != 1:
        raise InputError(f"{source.path} has to name one source", where=source.where(), remedy=REMEDY)
    return sources[given[0]]()


def _from_environment(source: Fields) -> str:
    name = source.text("environment")
    value = os.environ.get(name, "")
    if not value:
        where = source.where("environment")
        raise InputError(f"the environment variable {name} is not set", where=where, remedy=f"export {name}=…")
    return value


def _from_file(path: Path) -> str:
    try:
        value = read_bytes(path, limit=MAX_BYTES).decode().strip("\r\n")
    except UnicodeDecodeError as error:
        raise InputError("the file of a secret is not UTF-8", where=str(path)) from error
    if not value:
        raise InputError("the file of a secret is empty", where=str(path))
    return value
