"""One file on its way: what is there of it, and how to ask for the rest. `fetching` fills it."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import IO, Final

from setpoint.errors import InputError, TemporaryError

IN_MEMORY: Final = 8 * 1024 * 1024
"""Bytes; what is larger goes to a temporary file, which has no name and ends with the process."""

COME_BACK_LATER: Final = 3600.0
"""Seconds, after a file took too long, or found no room."""

_PARTIAL: Final = 206


@dataclass(frozen=True, slots=True)
class Validators:
    """By which a server knows whether a file changed, as it gave them."""

    etag: str = ""
    last_modified: str = ""


NEVER_FETCHED: Final = Validators()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole file; closed where its `with` ends."""

    body: IO[bytes]
    """At its beginning."""
    validators: Validators

    def __enter__(self) -> Fetched:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.body.close()


class Download:
    def __init__(self, url: str, known: Validators, *, most: int, within: float) -> None:
        self.url = url
        self.known = known
        """Of what whoever asks has already."""
        self.taken = 0
        """Bytes."""
        self.total: int | None = None
        """Bytes, where the server says."""
        self.body: IO[bytes] = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 (`Fetched` closes it)
        self._validators = NEVER_FETCHED
        self._most = most
        self._until = time.monotonic() + within

    def headers(self) -> Mapping[str, str]:
        """For the rest, of the same file or else the whole of another; at the beginning, for what changed."""
        etag = self._validators.etag
        if self.taken and etag and not etag.startswith("W/"):  # a weak one does not promise the same bytes
            return {"Range": f"bytes={self.taken}-", "If-Range": etag}
        conditions = {"If-None-Match": self.known.etag, "If-Modified-Since": self.known.last_modified}
        return {name: value for name, value in conditions.items() if value}

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """An answer comes: the rest of the file, or all of it."""
        if status == _PARTIAL and not headers.get("Content-Range", "").startswith(f"bytes {self.taken}-"):
            self._restart()
            raise TemporaryError("the server sent another part than was asked for", where=self.url)
        if status != _PARTIAL:
            self._restart()
            self._validators = Validators(headers.get("ETag", ""), headers.get("Last-Modified", ""))
        length = headers.get("Content-Length", "")
        self.total = self.taken + int(length[:15]) if length.isdecimal() else None
        self._check(self.total or 0)

    def add(self, piece: bytes) -> None:
        self.taken += len(piece)
        self._check(self.taken)
        try:
            self.body.write(piece)
        except OSError as error:
            raise TemporaryError(
                f"the file could not be kept ({error.strerror})", where=self.url, delay=COME_BACK_LATER
            ) from error

    def finished(self) -> Fetched:
        self.body.seek(0)
        return Fetched(self.body, self._validators)

    def _restart(self) -> None:
        self.body.seek(0)
        self.body.truncate()
        self.taken = 0

    def _check(self, size: int) -> None:
        if size > self._most:
            raise InputError(f"the file has more than {self._most:,} bytes, which is all that is read", where=self.url)
        if time.monotonic() > self._until:
            raise TemporaryError("the file takes too long to come", where=self.url, delay=COME_BACK_LATER)
