"""A folder of JSON files that remember what was expensive to work out; it may be lost, broken or read-only."""

from __future__ import annotations

import contextlib
import os
import tempfile
from pathlib import Path
from typing import Final

import orjson

from setpoint.model.canonical import Json, digest

_VALUE: Final = "value"
_DIGEST: Final = "digest"


def user_cache() -> Path:
    """Where this user's caches belong (XDG Base Directory Specification)."""
    configured = os.environ.get("XDG_CACHE_HOME", "")
    base = Path(configured) if Path(configured).is_absolute() else Path.home() / ".cache"
    return base / "setpoint"


class Cache:
    """Values by name. A value that does not match its digest was never written whole, and counts as absent."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, name: str) -> Json:
        """The value, or None."""
        try:
            entry = orjson.loads(self._path(name).read_bytes())
        except (OSError, orjson.JSONDecodeError):
            return None
        if not isinstance(entry, dict) or entry.get(_DIGEST) != digest(entry.get(_VALUE)):
            return None
        return entry[_VALUE]

    def put(self, name: str, value: Json) -> None:
        """Remember `value`, if the folder lets us; a reader sees the old file or the new one, nothing between."""
        content = orjson.dumps({_DIGEST: digest(value), _VALUE: value})
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, temporary = tempfile.mkstemp(dir=self._folder, prefix=f".{name}-")
            try:
                with os.fdopen(handle, "wb") as stream:
                    stream.write(content)
                Path(temporary).replace(self._path(name))
            except OSError:
                Path(temporary).unlink(missing_ok=True)
                raise

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.json"
