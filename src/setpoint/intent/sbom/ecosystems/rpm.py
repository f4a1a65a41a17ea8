"""The database of RPM, in each of its forms: rpmdb.sqlite, ndb (`Packages.db`) and Berkeley DB (`Packages`).

All hold a header for each package (https://rpm-software-management.github.io/rpm/manual/format_header.html).
"""

from __future__ import annotations

import sqlite3
import struct
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.intent.sbom.ecosystems.rpm_stores import NDB_MAGIC, bdb_headers, ndb_headers
from setpoint.intent.sbom.octets import MAX_BYTES
from setpoint.model.component import Problem, ProblemKind
from setpoint.model.purl import Purl

_NAME, _VERSION, _RELEASE, _EPOCH, _LICENCE, _ARCH, _SOURCE_RPM = 1000, 1001, 1002, 1003, 1014, 1022, 1044
"""Tags (rpm, `include/rpm/rpmtag.h`)."""
_TEXT_TAGS: Final = frozenset((_NAME, _VERSION, _RELEASE, _LICENCE, _ARCH, _SOURCE_RPM))
_INT32, _STRING, _TRANSLATED = 4, 6, 9
"""Types of values (the same manual)."""
_INDEX: Final = struct.Struct(">IIII")
_INTRO: Final = struct.Struct(">II")
_NUMBER: Final = struct.Struct(">I")
_MOST_STEPS: Final = 50_000_000
"""Instructions of SQLite's machine: a distribution's thousands of packages take some ten each."""
_STEPS_AT_ONCE: Final = 100_000
_NO_PACKAGE: Final = "gpg-pubkey"
"""Under this name RPM keeps the keys that it trusts."""


def read_rpm_sqlite(source: Source) -> Iterator[Found | Problem]:
    yield from _packages(source, _rows(source.octets))


def read_rpm_packages(source: Source) -> Iterator[Found | Problem]:
    """Of ndb or Berkeley DB, as its content says."""
    headers = ndb_headers if source.octets.startswith(NDB_MAGIC) else bdb_headers
    yield from _packages(source, headers(source.octets))


def _packages(source: Source, headers: Iterable[tuple[int, object]]) -> Iterator[Found | Problem]:
    for number, blob in headers:
        where = f"{source.path}: package {number}"
        tags = _tags(blob) if isinstance(blob, bytes) else None
        if tags is None or not tags.get(_NAME):
            yield Problem(ProblemKind.NO_NAME, where, "its header cannot be read")
        elif tags[_NAME] != _NO_PACKAGE:
            yield _found(source, where, tags)


def _rows(octets: bytes) -> Iterator[tuple[int, object]]:
    """Of a file that may be anybody's: what it makes SQLite do ends after so many steps, and values stay bounded."""
    with closing(sqlite3.connect(":memory:")) as database:
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MAX_BYTES)
        database.set_progress_handler(_Steps().over, _STEPS_AT_ONCE)
        try:
            database.deserialize(_without_log(octets))
            database.execute("PRAGMA trusted_schema = OFF")
            yield from database.execute("SELECT hnum, blob FROM Packages")
        except sqlite3.Error as error:
            raise InputError(f"this is no rpmdb.sqlite ({error})") from error


class _Steps:
    def __init__(self) -> None:
        self._left = _MOST_STEPS // _STEPS_AT_ONCE

    def over(self) -> bool:
        self._left -= 1
        return self._left < 0


def _found(source: Source, where: str, tags: dict[int, str]) -> Found:
    qualifiers = {
        "arch": tags.get(_ARCH, ""),
        "distro": source.distro.name,
        "epoch": tags.get(_EPOCH, ""),
        "upstream": tags.get(_SOURCE_RPM, ""),
    }
    version = "-".join(filter(None, (tags.get(_VERSION, ""), tags.get(_RELEASE, ""))))
    licence = tags.get(_LICENCE, "")
    return Found(
        Purl.of("rpm", source.distro.id, tags[_NAME], version, qualifiers=qualifiers),
        where,
        licences=(licence,) if licence else (),
    )


def _without_log(octets: bytes) -> bytes:
    """As one without a write-ahead log, which none in memory can have (SQLite, "Database File Format", 1.3.3)."""
    return octets[:18] + b"\x01\x01" + octets[20:] if octets[18:20] == b"\x02\x02" else octets


def _tags(header: bytes) -> dict[int, str] | None:
    """Those that are asked for, as text; None for what is no header."""
    if len(header) < _INTRO.size:
        return None
    entries, length = _INTRO.unpack_from(header)
    start = _INTRO.size + entries * _INDEX.size
    if start + length > len(header):
        return None
    found = {}
    for index in range(entries):
        tag, kind, offset, _ = _INDEX.unpack_from(header, _INTRO.size + index * _INDEX.size)
        at = start + offset
        if tag in found:
            continue  # each stands there once; of one that comes a million times, a million copies would be made
        if tag in _TEXT_TAGS and kind in (_STRING, _TRANSLATED) and at < len(header):
            found[tag] = header[at:].partition(b"\0")[0].decode(errors="replace")
        elif tag == _EPOCH and kind == _INT32 and at + _NUMBER.size <= len(header):
            found[tag] = str(_NUMBER.unpack_from(header, at)[0] or "")
    return found
