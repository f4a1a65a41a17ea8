"""Advisories out of files: one document, an array, JSON Lines (gzip or not), OSV's zip of an ecosystem, or a folder.

`setpoint advisories sync --from` and `match` call it. Nothing is unpacked to disk, and all of it is bounded.
"""

from __future__ import annotations

import gzip
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Final

import orjson

from setpoint.errors import InputError
from setpoint.files import MAX_BYTES, NO_FILE_REMEDY, check_depth, parse_json, read_bytes, read_lines
from setpoint.model.advisory import Advisory
from setpoint.model.canonical import Json
from setpoint.observe.advisories.packed import GZIP, unpacked
from setpoint.observe.advisories.reading import read_advisory

MAX_DOCUMENT_BYTES: Final = 16 * 1024 * 1024
"""Of one advisory; the largest, of a kernel in many releases, has some hundreds of kilobytes."""

MAX_ZIP_BYTES: Final = 16 * 1024**3
"""Of all that a zip holds, unpacked; all ecosystems of OSV together have a few gigabytes."""

MAX_DOCUMENTS: Final = 2_000_000
"""In one zip or folder: several times what OSV holds."""

_ZIP: Final = b"PK"

Refuse = Callable[[InputError], None]
"""Is told of each document that is no advisory; those after it are read."""


def read_advisories(path: Path, *, refuse: Refuse | None = None) -> Iterator[Advisory]:
    """All in a file or folder. Without `refuse`, the first that is no advisory raises its `InputError`."""
    return _advisories(_documents(path), path.name, refuse)


def read_zip(stream: IO[bytes], name: str, *, source: str = "", refuse: Refuse | None = None) -> Iterator[Advisory]:
    """All in a zip; `InputError` for what is none, or not whole."""
    return _advisories(_zipped(stream, name), source or name, refuse)


def _advisories(
    documents: Iterator[tuple[str, bytes | Json]], source: str, refuse: Refuse | None
) -> Iterator[Advisory]:
    for where, document in documents:
        try:
            value = _json(document, where) if isinstance(document, bytes) else document
            advisory = read_advisory(value, where=where, source=source)
        except InputError as error:
            if refuse is None:
                raise
            refuse(error)
        else:
            yield advisory


def _documents(path: Path) -> Iterator[tuple[str, bytes | Json]]:
    if path.is_dir():
        for number, each in enumerate(sorted(path.rglob("*.json")), start=1):
            _count(number, str(path))
            yield str(each), read_bytes(each, limit=MAX_DOCUMENT_BYTES)
        return
    start = _start(path)
    if start.startswith(_ZIP):
        with path.open("rb") as stream:
            yield from _zipped(stream, str(path))
    elif start.lstrip().startswith(b"[") or not _is_document(start):
        yield from _whole(path)
    else:
        yield from read_lines(path)


def _start(path: Path) -> bytes:
    """Its first line, or as much of it as an advisory may have; unpacked where it is gzip."""
    try:
        with path.open("rb") as plain:
            if plain.peek(len(GZIP)).startswith(GZIP):
                with gzip.GzipFile(fileobj=plain) as stream:
                    return _first_line(stream)
            return _first_line(plain)
    except FileNotFoundError as error:
        raise InputError("there is no such file or folder", where=str(path), remedy=NO_FILE_REMEDY) from error
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise InputError(f"this is not whole as a gzip file ({error})", where=str(path)) from error
    except OSError as error:
        raise InputError(f"the file cannot be read ({error.strerror})", where=str(path)) from error


def _first_line(stream: IO[bytes] | gzip.GzipFile) -> bytes:
    for line in iter(lambda: stream.readline(MAX_DOCUMENT_BYTES), b""):
        if line.strip():
            return line
    return b""


def _is_document(line: bytes) -> bool:
    """Whether a line is JSON by itself; else it begins a document that goes on below."""
    try:
        orjson.loads(line)
    except orjson.JSONDecodeError:
        return False
    return True


def _whole(path: Path) -> Iterator[tuple[str, Json]]:
    value = parse_json(unpacked(read_bytes(path), str(path), most=MAX_BYTES), str(path))
    if not isinstance(value, list):
        yield str(path), value
        return
    for index, each in enumerate(value):
        yield f"{path}[{index}]", each


def _zipped(stream: IO[bytes], name: str) -> Iterator[tuple[str, bytes]]:
    """Sizes are those that come out, not those that the zip claims."""
    try:
        with zipfile.ZipFile(stream) as archive:
            left = MAX_ZIP_BYTES
            members = [each for each in archive.infolist() if each.filename.endswith(".json")]
            _count(len(members), name)
            for each in members:
                if each.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise InputError("it is packed in a way that is not read", where=f"{name}:{each.filename}")
                with archive.open(each) as member:
                    octets = member.read(MAX_DOCUMENT_BYTES + 1)
                left -= len(octets)
                if len(octets) > MAX_DOCUMENT_BYTES or left < 0:
                    raise InputError(
                        f"more would come out of it than is read: {MAX_DOCUMENT_BYTES:,} bytes of one document, "
                        f"{MAX_ZIP_BYTES:,} of all",
                        where=f"{name}:{each.filename}",
                    )
                yield f"{name}:{each.filename}", octets
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
        # RuntimeError is how zipfile tells that a member is encrypted.
        raise InputError(f"this is not whole as a zip file ({error})", where=name) from error


def _count(number: int, where: str) -> None:
    if number > MAX_DOCUMENTS:
        raise InputError(f"it holds more than {MAX_DOCUMENTS:,} documents, which is all that is read", where=where)


def _json(octets: bytes, where: str) -> Json:
    try:
        value = orjson.loads(octets)
    except orjson.JSONDecodeError as error:
        raise InputError(f"this is not JSON ({error.msg})", where=where) from error
    check_depth(value, where)
    return value
