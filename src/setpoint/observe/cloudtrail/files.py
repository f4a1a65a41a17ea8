"""Logs in files and folders, read once and counted: what `setpoint identity use` asks.

Whoever names a file means all of it, so what is wrong with it is an error. A folder holds what was delivered: what is
wrong with one log there is told as a gap, and the others count.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import NO_FILE_REMEDY, read_bytes
from setpoint.model.permission_use import ANY_TIME, HOUR, Counts, Gap, GapKind, hour_of, silent_gaps
from setpoint.observe.cloudtrail.actions import ActionList
from setpoint.observe.cloudtrail.counting import UseCounter
from setpoint.observe.cloudtrail.digests import (
    Digest,
    Link,
    PublicKeys,
    chain_problem,
    log_problems,
    parse_digest,
    signature_problem,
)
from setpoint.observe.cloudtrail.layout import LOG_SUFFIXES, LogName, Place, digest_name, is_digest, log_name
from setpoint.observe.cloudtrail.records import read_records, unpack
from setpoint.observe.interface import Progress

MORE_SUFFIXES: Final = (*LOG_SUFFIXES, ".jsonl", ".jsonl.gz", ".ndjson")

Window = tuple[datetime, datetime]
"""From when on, and before when, something has to have happened to count."""


@dataclass(frozen=True, slots=True)
class FilesRead:
    counts: Counts
    gaps: tuple[Gap, ...]
    logs: int
    """How many were read to their end."""
    digests: int


@dataclass(slots=True)
class _Found:
    """What was come upon, by the last part of its name, which nothing else delivered has."""

    hashes: dict[str, str] = field(default_factory=dict)
    hours: defaultdict[Place, set[datetime]] = field(default_factory=lambda: defaultdict(set))
    digests: defaultdict[str, list[Digest]] = field(default_factory=lambda: defaultdict(list))
    """Chain → its digests."""
    gaps: list[Gap] = field(default_factory=list)
    logs: int = 0


def count_files(
    paths: Sequence[Path],
    *,
    window: Window = ANY_TIME,
    keys: PublicKeys | None = None,
    progress: Progress | None = None,
) -> FilesRead:
    """All logs of these files and folders. `InputError` where a file that was named is none, or there are none at all.

    Where digests lie beside them, the logs are held against those; with the public `keys`, their signatures, too.
    """
    counter, found = UseCounter(ActionList(), window=window), _Found()
    files = list(_files(paths))
    for number, (path, is_named) in enumerate(files, start=1):
        take = (
            partial(_take_digest, path)
            if is_digest(str(path))
            else partial(_take_log, path, counter, is_strict=is_named)
        )
        _guarded(take, path, found, is_named=is_named)
        if progress:
            progress("logs", number, len(files))
    gaps = [*found.gaps, *_proven(found, keys)]
    for place, hours in found.hours.items():
        gaps += silent_gaps(place.account, place.region, hours)
    told = sorted({gap for gap in gaps if gap.since < window[1] and gap.until > window[0]})
    digests = sum(map(len, found.digests.values()))
    return FilesRead(counter.counts(), tuple(told), found.logs, digests)


def folder_files(folder: Path) -> Iterator[Path]:
    """Everything in it that may be a log or a digest, in order of its name; links to other places are not followed."""
    for path in sorted(folder.rglob("*")):
        if path.name.endswith(MORE_SUFFIXES) and path.is_file() and not path.is_symlink():
            yield path


def _files(paths: Sequence[Path]) -> Iterator[tuple[Path, bool]]:
    """Each once, and whether somebody named it."""
    seen = set()
    for path in paths:
        if not path.exists():
            raise InputError("there is no such file or folder", where=str(path), remedy=NO_FILE_REMEDY)
        files = list(folder_files(path)) if path.is_dir() else [path]
        if not files:
            raise InputError(
                "there is no log of CloudTrail in this folder", where=str(path), remedy="logs end in .json.gz or .json"
            )
        for file in files:
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield file, not path.is_dir()


def _guarded(take: Callable[[_Found], None], path: Path, found: _Found, *, is_named: bool) -> None:
    try:
        take(found)
    except InputError as error:
        if is_named:
            raise
        found.gaps.append(unreadable(log_name(path.name), error))


def unreadable(name: LogName | None, error: InputError) -> Gap:
    """The hours of a log that could not be read, as far as its name says."""
    if name is None:
        return Gap("", "", *ANY_TIME, GapKind.UNREADABLE, error.diagnostics())
    place, hour = name.place, name.hour
    return Gap(place.account, place.region, hour, hour + HOUR, GapKind.UNREADABLE, error.diagnostics())


def _take_log(path: Path, counter: UseCounter, found: _Found, *, is_strict: bool) -> None:
    data = unpack(read_bytes(path), str(path))
    counter.take(read_records(data, str(path)), str(path), is_strict=is_strict)
    found.logs += 1
    found.hashes[path.name] = hashlib.sha256(data).hexdigest()
    if name := log_name(path.name):
        found.hours[name.place].add(name.hour)


def _take_digest(path: Path, found: _Found) -> None:
    name = digest_name(path.name)
    digest = parse_digest(unpack(read_bytes(path), str(path)), str(path))
    found.digests[name.chain if name else digest.place.region].append(digest)


def _proven(found: _Found, keys: PublicKeys | None) -> Iterator[Gap]:
    """What digests say of the logs; hours that they prove to be quiet are no gap."""
    for chain in found.digests.values():
        before: Digest | None = None
        for digest in sorted(chain, key=lambda each: each.end):
            found.hours[digest.place].add(hour_of(digest.start))
            yield from log_problems(digest, lambda key: found.hashes.get(key.rpartition("/")[2]))
            if before is not None:
                broken = chain_problem(digest, Link(before.key, before.hash, before.end))
                if broken:
                    yield broken
                elif keys is not None and (why := signature_problem(before, digest.previous_signature, keys)):
                    yield before.gap(GapKind.UNPROVEN, f"the digest {before.key} proves nothing: {why}")
            before = digest
