"""What the name of a log or digest says: the account, the region and the time of its delivery. Pure.

The layout is that of the AWS CloudTrail User Guide, *CloudTrail log file name format* and *CloudTrail digest file
structure*.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

_LOG: Final = re.compile(
    r"(?:.*/)?(?P<account>\d{12})_CloudTrail_(?P<region>[a-z0-9-]+)_(?P<at>\d{8}T\d{4})Z_[A-Za-z0-9]+\.json(?:\.gz)?"
)
_DIGEST: Final = re.compile(
    r"(?:.*/)?(?P<account>\d{12})_CloudTrail-Digest_(?P<region>[a-z0-9-]+)_(?P<trail>.+)_(?P<home>[a-z0-9-]+)_"
    r"(?P<at>\d{8}T\d{6})Z(?P<backfill>_backfill)?\.json(?:\.gz)?"
)

LOG_SUFFIXES: Final = (".json", ".json.gz")
"""Of what CloudTrail delivers, and of the same unpacked."""

LOGS: Final = "CloudTrail"
DIGESTS: Final = "CloudTrail-Digest"
"""The folders below the account's."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where what a log holds happened."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


@dataclass(frozen=True, slots=True)
class LogName:
    place: Place
    at: datetime
    """When it was delivered, to the minute."""

    @property
    def hour(self) -> datetime:
        return self.at.replace(minute=0)


@dataclass(frozen=True, slots=True)
class DigestName:
    place: Place
    chain: str
    """Digests of one trail, region and kind are chained."""
    at: datetime


def log_name(name: str) -> LogName | None:
    """Of a path or key; None where it is not named as CloudTrail names logs."""
    found = _LOG.fullmatch(name)
    at = _moment(found["at"], "%Y%m%dT%H%M") if found else None
    return LogName(Place(found["account"], found["region"]), at) if found and at else None


def digest_name(name: str) -> DigestName | None:
    found = _DIGEST.fullmatch(name)
    at = _moment(found["at"], "%Y%m%dT%H%M%S") if found else None
    if not found or not at:
        return None
    chain = "/".join((found["account"], found["region"], found["trail"], found["home"], found["backfill"] or ""))
    return DigestName(Place(found["account"], found["region"]), chain, at)


def is_digest(name: str) -> bool:
    return digest_name(name) is not None or f"/{DIGESTS}/" in f"/{name}"


def _moment(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form).replace(tzinfo=UTC)
    except ValueError:
        return None
