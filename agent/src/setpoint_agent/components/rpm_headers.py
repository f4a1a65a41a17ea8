"""Packages in rpm's database, as far as it is the SQLite one that rpm has used since 4.16.

Each row of `Packages` holds a header: two counts, an index of tags, and a store that they point into
(https://rpm-software-management.github.io/rpm/manual/format_header.html).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from setpoint_agent.components.component import LIBRARY, Component, purl

DATABASES: Final = ("var/lib/rpm/rpmdb.sqlite", "usr/lib/sysimage/rpm/rpmdb.sqlite", "usr/share/rpm/rpmdb.sqlite")
NAME, VERSION, RELEASE, EPOCH, LICENCE, ARCHITECTURE, SOURCE = 1000, 1001, 1002, 1003, 1014, 1022, 1044
_INT32, _STRING, _STRINGS = 4, 6, 9
MOST_TAGS: Final = 65_536
_ENTRY: Final = 16


def packages_of_rpm(root: Path, vendor: str, distro: str) -> Iterator[Component]:
    for each in DATABASES:
        database = root / each
        if database.is_file():
            for header in _headers(database):
                tags = read_header(header)
                if tags.get(NAME) and tags[NAME] != "gpg-pubkey":
                    yield _component(tags, vendor or "redhat", distro)
            return


def read_header(header: bytes) -> dict[int, str]:
    """Tag → its first value, of those that a component is made of; nothing of a header that is cut."""
    count, length = int.from_bytes(header[:4]), int.from_bytes(header[4:8])
    store = 8 + count * _ENTRY
    if count > MOST_TAGS or len(header) < store + length:
        return {}
    found = {}
    for start in range(8, store, _ENTRY):
        tag, kind, offset = (int.from_bytes(header[start + at : start + at + 4]) for at in (0, 4, 8))
        if tag in {NAME, VERSION, RELEASE, LICENCE, ARCHITECTURE, SOURCE} and kind in {_STRING, _STRINGS}:
            end = header.find(b"\0", store + offset)
            found[tag] = header[store + offset : end if end >= 0 else None].decode("utf-8", "replace")
        elif tag == EPOCH and kind == _INT32:
            found[tag] = str(int.from_bytes(header[store + offset : store + offset + 4]))
    return found


def _headers(database: Path) -> Iterator[bytes]:
    import sqlite3  # for systems with such a database alone

    try:
        connection = sqlite3.connect(f"file:{database}?mode=ro&immutable=1", uri=True)
    except sqlite3.Error:
        return
    try:
        for (blob,) in connection.execute("SELECT blob FROM Packages"):
            if isinstance(blob, bytes):
                yield blob
    except sqlite3.Error:
        return
    finally:
        connection.close()


def _component(tags: dict[int, str], vendor: str, distro: str) -> Component:
    name, version = tags[NAME], "-".join(filter(None, (tags.get(VERSION), tags.get(RELEASE))))
    qualifiers = {
        "arch": tags.get(ARCHITECTURE, ""),
        "distro": distro,
        "epoch": tags.get(EPOCH, ""),
        "upstream": tags.get(SOURCE, ""),
    }
    licence = tags.get(LICENCE, "")
    return Component(
        LIBRARY,
        name,
        version,
        purl("rpm", name, version, namespace=vendor, qualifiers=qualifiers),
        (licence,) if licence else (),
    )
