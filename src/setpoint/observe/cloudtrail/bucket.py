"""New logs in a trail's bucket, listed from where the last reading ended; and the digests that prove them.

Keys are in the order of time below each account and region (AWS CloudTrail User Guide, *Finding your CloudTrail log
files*), but those of one minute are in none: the last hour is listed again, and what was read of it is known.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from setpoint.aws import AwsClients, client_errors, error_code, translate
from setpoint.errors import InputError
from setpoint.logs import logger
from setpoint.model.permission_use import Forgetting, Gap, GapKind, hour_of
from setpoint.observe.cloudtrail.digests import (
    SIGNATURE,
    Digest,
    Link,
    PublicKeys,
    chain_problem,
    log_problems,
    parse_digest,
    signature_problem,
)
from setpoint.observe.cloudtrail.layout import DIGESTS, LOGS, DigestName, Place, digest_name, log_name
from setpoint.observe.cloudtrail.records import MOST_BYTES, unpack
from setpoint.observe.cloudtrail.trail import Delivery, Log
from setpoint.observe.interface import TrailKeeper

LISTS: Final = "s3:ListBucket"
GETS: Final = "s3:GetObject"

AGAIN: Final = timedelta(hours=1)
"""Of what was read, listed again: logs of one minute come in no order."""

SKEW: Final = timedelta(minutes=5)
"""By which this machine's clock may be behind AWS's, which names what it delivers."""

KNOWN_FOR: Final = timedelta(days=2)
"""What was read is remembered for: until the digest of its hour has come, which it does within two hours."""

AT_ONCE: Final = 32
"""Logs that are in memory, and kept, at one time."""

KeysOf = Callable[[Digest], PublicKeys]

ABSENT: Final = frozenset({"NoSuchKey", "404", "NotFound"})


@dataclass(frozen=True, slots=True)
class TrailPlaces:
    """What is read of a bucket."""

    bucket: str
    prefix: str = ""
    """In front of `AWSLogs/`, without a slash at its end."""
    accounts: frozenset[str] = frozenset()
    """None means all."""
    regions: frozenset[str] = frozenset()
    """None means all."""


@dataclass(frozen=True, slots=True)
class _Folder:
    key: str
    """With a slash at its end."""
    place: Place

    def start_after(self, at: datetime) -> str:
        """Before the first key that may have been delivered then."""
        day = f"{self.key}{at:%Y/%m/%d}/"
        if f"/{DIGESTS}/" in self.key:
            return day  # the name of the trail goes before the time
        return f"{day}{self.place.account}_{LOGS}_{self.place.region}_{at:%Y%m%dT%H%M}"


class BucketTrail:
    def __init__(
        self,
        clients: AwsClients,
        places: TrailPlaces,
        *,
        look_back: timedelta,
        keys_of: KeysOf | None,
    ) -> None:
        """`keys_of` gives AWS's public keys for a digest; without it, digests are not looked at."""
        self._clients = clients
        self._places = places
        self._look_back = look_back
        self._keys_of = keys_of

    @property
    def name(self) -> str:
        return f"s3://{self._places.bucket}/{self._places.prefix}"

    def deliveries(self, keeper: TrailKeeper, now: datetime) -> Iterator[Delivery]:
        accounts = list(self._accounts())
        for folder in self._folders(accounts, LOGS):
            yield from self._new_logs(folder, keeper, now)
        if self._keys_of is not None:
            for folder in self._folders(accounts, DIGESTS):
                yield from self._new_digests(folder, self._keys_of, keeper, now)

    # Logs

    def _new_logs(self, folder: _Folder, keeper: TrailKeeper, now: datetime) -> Iterator[Delivery]:
        for keys in self._listed(folder, keeper, now):
            named = [(key, name) for key in keys if (name := log_name(key)) and _is_past(key, name.at, now)]
            known = keeper.logs_read(self.name, [key for key, _ in named])
            new = [(key, name) for key, name in named if key not in known]
            for start in range(0, len(new), AT_ONCE):
                some = new[start : start + AT_ONCE]
                latest = max(name.at for _, name in some)
                found = self._fetched([key for key, _ in some])
                logs = [Log(key, found[key], name.at, name.place) for key, name in some if key in found]
                gone = [lost(name.place, name.hour, key) for key, name in some if key not in found]
                mark = {folder.key: latest.isoformat()}
                yield Delivery(tuple(logs), mark, tuple(gone), forget=Forgetting(latest - KNOWN_FOR, folder.key))

    def _fetched(self, keys: Sequence[str]) -> dict[str, bytes]:
        """Those that are there."""
        with ThreadPoolExecutor(self._clients.settings.pool) as pool:
            found = zip(keys, pool.map(self.fetch, keys), strict=True)
            return {key: data for key, data in found if data is not None}

    def fetch(self, key: str) -> bytes | None:
        """None where it is not there any more."""
        read = self._read(key)
        return read[0] if read else None

    def _read(self, key: str) -> tuple[bytes, dict[str, str]] | None:
        s3 = self._clients.client("s3", self._clients.settings.home)
        try:
            answer = s3.get_object(Bucket=self._places.bucket, Key=key)
            with answer["Body"] as body:
                return body.read(MOST_BYTES + 1), answer.get("Metadata", {})
        except client_errors() as error:
            if error_code(error) in ABSENT:
                return None
            raise translate(error, GETS) from error

    # Digests

    def _new_digests(self, folder: _Folder, keys_of: KeysOf, keeper: TrailKeeper, now: datetime) -> Iterator[Delivery]:
        for keys in self._listed(folder, keeper, now):
            for key in keys:
                name = digest_name(key)
                if name is None or not _is_past(key, name.at, now):
                    continue
                before = Link.of(keeper.trail_mark(self.name, f"digests {name.chain}"))
                if before is None or name.at > before.end:
                    judged = self._judged(key, name, keys_of, before, keeper, now)
                    marks = {**judged.marks, folder.key: name.at.isoformat()}
                    yield replace(judged, marks=marks)

    def _judged(
        self, key: str, name: DigestName, keys_of: KeysOf, before: Link | None, keeper: TrailKeeper, now: datetime
    ) -> Delivery:
        read = self._read(key)
        if read is None:
            return Delivery()  # the next one of the chain tells that it is missing
        data, metadata = read
        try:
            digest = parse_digest(unpack(data, key), key)
        except InputError as error:
            place, hour = name.place, name.at - AGAIN
            gap = Gap(place.account, place.region, hour, name.at, GapKind.UNPROVEN, error.diagnostics())
            return Delivery(gaps=(gap,))
        problem = signature_problem(digest, metadata.get(SIGNATURE, ""), keys_of(digest))
        gaps = [*self._problems(digest, key, problem, before), *self._log_problems(digest, keeper, now)]
        # Its end is only what it says of itself: the next ones are told from it by the time that they are named by.
        link = Link(digest.key, digest.hash, min(digest.end, name.at))
        quiet = {} if gaps else {digest.place: (hour_of(digest.start),)}
        return Delivery(marks={f"digests {name.chain}": link.text()}, gaps=tuple(gaps), quiet=quiet)

    def _problems(self, digest: Digest, key: str, signature: str, before: Link | None) -> Iterator[Gap]:
        if (digest.bucket, digest.key) != (self._places.bucket, key):
            why = f"the digest {key} was delivered elsewhere, to {digest.bucket}/{digest.key}"
            yield digest.gap(GapKind.UNPROVEN, why)
        if signature:
            yield digest.gap(GapKind.UNPROVEN, f"the digest {key} proves nothing: {signature}")
        if broken := chain_problem(digest, before):
            yield broken

    def _log_problems(self, digest: Digest, keeper: TrailKeeper, now: datetime) -> list[Gap]:
        """What was read from it is remembered; whatever else it names is read now, to see what it is."""
        known = keeper.logs_read(self.name, [key for key, _ in digest.logs])
        since = now - self._look_back

        def hash_of(key: str) -> str | None:
            told = log_name(key)
            if known.get(key):
                return known[key]
            if told and told.at < since:
                return dict(digest.logs)[key]  # of before the time that is looked at
            data = self.fetch(key)
            return _hash(data, key) if data is not None else None

        return log_problems(digest, hash_of)

    # Listing

    def _listed(self, folder: _Folder, keeper: TrailKeeper, now: datetime) -> Iterator[list[str]]:
        mark = keeper.trail_mark(self.name, folder.key)
        at = datetime.fromisoformat(mark) - AGAIN if mark else (now - self._look_back).astimezone(UTC)
        start = folder.start_after(at if mark else at.replace(hour=0, minute=0))
        for page in self._pages(Prefix=folder.key, StartAfter=start):
            yield [each["Key"] for each in page.get("Contents", [])]

    def _folders(self, accounts: Collection[str], kind: str) -> Iterator[_Folder]:
        for account in accounts:
            for region in self._below(f"{account}{kind}/"):
                place = Place(account.rstrip("/").rpartition("/")[2], region.rstrip("/").rpartition("/")[2])
                if not self._places.regions or place.region in self._places.regions:
                    yield _Folder(region, place)

    def _accounts(self) -> Iterator[str]:
        """Of an organisation's trail, those are one folder deeper."""
        prefix = f"{self._places.prefix}/" if self._places.prefix else ""
        for folder in self._below(f"{prefix}AWSLogs/"):
            name = folder.rstrip("/").rpartition("/")[2]
            inner = self._below(folder) if name.startswith("o-") else [folder]
            for each in inner:
                account = each.rstrip("/").rpartition("/")[2]
                if account.isdigit() and (not self._places.accounts or account in self._places.accounts):
                    yield each

    def _below(self, key: str) -> list[str]:
        pages = self._pages(Prefix=key, Delimiter="/")
        return [each["Prefix"] for page in pages for each in page.get("CommonPrefixes", [])]

    def _pages(self, **asked: str) -> Iterator[dict[str, Any]]:
        s3 = self._clients.client("s3", self._clients.settings.home)
        try:
            yield from s3.get_paginator("list_objects_v2").paginate(Bucket=self._places.bucket, **asked)
        except client_errors() as error:
            raise translate(error, LISTS) from error


def _is_past(key: str, at: datetime, now: datetime) -> bool:
    """Whether a name can be CloudTrail's. One of the future would be the mark behind which nothing is listed any more:
    whoever may write to the bucket could hide with it whatever is delivered until then."""
    if at <= now + SKEW:
        return True
    logger(__name__).warning("passed over: it is named by a time that has not come", key=key)
    return False


def lost(place: Place, hour: datetime, key: str) -> Gap:
    reason = f"the log {key} was listed, and is not there any more"
    return Gap(place.account, place.region, hour, hour + AGAIN, GapKind.LOST, reason)


def _hash(data: bytes, key: str) -> str:
    """Empty, as nothing is, where it cannot be unpacked."""
    try:
        return hashlib.sha256(unpack(data, key)).hexdigest()
    except InputError:
        return ""
