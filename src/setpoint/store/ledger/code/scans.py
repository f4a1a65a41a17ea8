"""Scans of releases in the ledger, and the weaknesses of their services. Used by `writing` and `reader`.

Of a release, all is kept that its scans told. Of a service, each weakness is kept by its fingerprint from when it was
first told: mended when a scan of a newer release, by every tool that told it, tells it no more; back when one does.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import Connection, Row, func, select, update

from setpoint.errors import LedgerError
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.code import (
    OpenWeakness,
    ScanChanges,
    certain_tools,
    is_mended,
    merged,
    scan_document,
    scan_of,
    weakness_document,
    weakness_of,
)
from setpoint.model.scan import Scan
from setpoint.model.service import Release
from setpoint.store.ledger.audit import Entry
from setpoint.store.ledger.code.tables import release_scans, weaknesses
from setpoint.store.ledger.database import batches
from setpoint.store.ledger.tables import releases
from setpoint.store.ledger.upserts import insert_or_update

QUICKLY: Final = 1
"""zlib's level: a scan of a thousand weaknesses takes some milliseconds, and a tenth of its room."""

LARGEST: Final = 256 * 1024 * 1024
"""Bytes of one scan. None that was recorded is as large: what is, somebody made to fill the memory."""


@dataclass(frozen=True, slots=True)
class _Settled:
    """What a scan does to the weaknesses of its service."""

    rows: Sequence[dict[str, Any]] = ()
    """Of those that are other than they were."""
    told_again: Sequence[str] = ()
    """Those that are as they were, by fingerprint."""
    opened: tuple[str, ...] = ()
    reopened: tuple[str, ...] = ()
    closed: tuple[str, ...] = ()


def record(
    connection: Connection, release: Release, scan: Scan, at: datetime, actor: str
) -> tuple[ScanChanges, list[Entry]]:
    """What came and went, and what the audit log says about it."""
    _keep(connection, release, together(connection, release, scan), at)
    settled = _Settled()
    if _is_newest(connection, release):
        settled = _settle(_rows(connection, release.service), release, scan, at)
        _write(connection, release, settled, at)
    is_open = tuple(read_open(connection, release.service)) if settled.rows else None
    changes = ScanChanges(settled.opened, settled.reopened, settled.closed, is_open)
    return changes, [_entry(release, scan, settled, at, actor)]


def read(connection: Connection, release: Release) -> Scan | None:
    """All that is known of its source."""
    document = _document(connection, release)
    return None if document is None else _scan(document, release)


def together(connection: Connection, release: Release, scan: Scan) -> Scan:
    """All that is known of its source, with one more scan of it."""
    document = _document(connection, release)
    if document is None:
        return scan
    try:
        is_all_anew = {each["scanner"] for each in document["runs"]} <= certain_tools(scan)
    except (KeyError, TypeError) as error:
        raise _damaged(release) from error
    return scan if is_all_anew else merged(_scan(document, release), scan)


def read_open(connection: Connection, service: str) -> list[OpenWeakness]:
    """By fingerprint."""
    table = weaknesses
    wanted = select(table).where(table.c.service == service, table.c.closed_at.is_(None)).order_by(table.c.fingerprint)
    return [_open(row) for row in connection.execute(wanted)]


def _settle(known: Mapping[str, Row[Any]], release: Release, scan: Scan, at: datetime) -> _Settled:
    told = {each.fingerprint: each for each in scan.weaknesses}
    fingerprints = frozenset(told)
    mended = [
        row
        for fingerprint, row in known.items()
        if row.closed_at is None
        and fingerprint not in told
        and is_mended(weakness_of(row.document), scan, fingerprints)
    ]
    rows: list[dict[str, Any]] = []
    told_again: list[str] = []
    for fingerprint, weakness in sorted(told.items()):
        row, document = known.get(fingerprint), weakness_document(weakness)
        if row is not None and row.closed_at is None and row.document == document:
            told_again.append(fingerprint)
        else:
            rows.append(_row(row, document, release, at))
    rows += [{**row._mapping, "closed_at": at} for row in mended]
    return _Settled(
        rows,
        told_again,
        opened=tuple(sorted(fingerprints - known.keys())),
        reopened=tuple(each for each in sorted(fingerprints & known.keys()) if known[each].closed_at is not None),
        closed=tuple(row.fingerprint for row in mended),
    )


def _write(connection: Connection, release: Release, settled: _Settled, at: datetime) -> None:
    if settled.rows:
        connection.execute(insert_or_update(connection, weaknesses), settled.rows)
    for some in batches(settled.told_again):
        these = (weaknesses.c.service == release.service, weaknesses.c.fingerprint.in_(some))
        connection.execute(update(weaknesses).where(*these).values(version=release.version, last_seen=at))


def _row(row: Row[Any] | None, document: Json, release: Release, at: datetime) -> dict[str, Any]:
    is_back = row is not None and row.closed_at is not None
    return {
        "service": release.service,
        "fingerprint": document["fingerprint"],
        "document": document,
        "first_version": row.first_version if row is not None else release.version,
        "version": release.version,
        "first_seen": row.first_seen if row is not None else at,
        "last_seen": at,
        "times_opened": (row.times_opened if row is not None else 1) + is_back,
        "closed_at": None,
    }


def _rows(connection: Connection, service: str) -> dict[str, Row[Any]]:
    found = connection.execute(select(weaknesses).where(weaknesses.c.service == service))
    return {row.fingerprint: row for row in found}


def _is_newest(connection: Connection, release: Release) -> bool:
    """Whether no release that came after it was scanned: what an older one has says nothing of what holds now."""
    of_release = (releases.c.service == release.service, releases.c.version == release.version)
    first_seen = select(releases.c.first_seen).where(*of_release).scalar_subquery()
    later = (
        select(releases.c.version)
        .join(
            release_scans,
            (release_scans.c.service == releases.c.service) & (release_scans.c.version == releases.c.version),
        )
        .where(releases.c.service == release.service, releases.c.first_seen > first_seen)
    )
    return connection.execute(later.limit(1)).first() is None


def _keep(connection: Connection, release: Release, scan: Scan, at: datetime) -> None:
    number = (connection.execute(select(func.max(release_scans.c.number))).scalar_one() or 0) + 1
    row = {
        "service": release.service,
        "version": release.version,
        "number": number,
        "at": at,
        "packed": zlib.compress(canonical_bytes(scan_document(scan)), QUICKLY),
    }
    connection.execute(insert_or_update(connection, release_scans), row)


def _document(connection: Connection, release: Release) -> Json:
    """What is kept of it; None where nothing is."""
    table = release_scans
    wanted = select(table.c.packed).where(table.c.service == release.service, table.c.version == release.version)
    packed = connection.execute(wanted).scalar_one_or_none()
    try:
        return None if packed is None else orjson.loads(zlib.decompressobj().decompress(packed, LARGEST))
    except (zlib.error, orjson.JSONDecodeError) as error:
        raise _damaged(release) from error


def _scan(document: Json, release: Release) -> Scan:
    try:
        return scan_of(document)
    except (KeyError, TypeError, ValueError) as error:
        raise _damaged(release) from error


def _damaged(release: Release) -> LedgerError:
    return LedgerError(
        f"the scan of {release.urn} in the ledger is damaged", remedy="scan it again, or restore the ledger"
    )


def _open(row: Row[Any]) -> OpenWeakness:
    return OpenWeakness(
        weakness_of(row.document),
        version=row.version,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        times_opened=row.times_opened,
        closed_at=row.closed_at,
    )


def _entry(release: Release, scan: Scan, settled: _Settled, at: datetime, actor: str) -> Entry:
    details = {
        "scanners": [f"{each.scanner} {each.version}: {each.status}" for each in scan.runs],
        "commit": scan.commit,
        "is_dirty": scan.is_dirty,
        "weaknesses": len(scan.weaknesses),
        "opened": len(settled.opened),
        "reopened": len(settled.reopened),
        "closed": len(settled.closed),
    }
    return Entry(at, "scan recorded", release.urn, details, actor)


def numbered(connection: Connection, service: str) -> int:
    """Grows with every scan of the service."""
    wanted = select(func.max(release_scans.c.number)).where(release_scans.c.service == service)
    return connection.execute(wanted).scalar_one() or 0


def known(connection: Connection, service: str) -> dict[str, tuple[str, datetime]]:
    """Fingerprint → the release that it was told of first, and when."""
    table = weaknesses
    wanted = select(table.c.fingerprint, table.c.first_version, table.c.first_seen).where(table.c.service == service)
    return {row.fingerprint: (row.first_version, row.first_seen) for row in connection.execute(wanted)}


def read_services(connection: Connection) -> Sequence[str]:
    wanted = select(release_scans.c.service).distinct().order_by(release_scans.c.service)
    return connection.execute(wanted).scalars().all()
