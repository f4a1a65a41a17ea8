"""OSV's advisories of one ecosystem, kept up to date: all at first, then what changed. For `setpoint advisories sync`.

The layout is that of OSV's own export (https://google.github.io/osv.dev/data/): `<ecosystem>/all.zip`, a document
`<ecosystem>/<ID>.json` for each, and `<ecosystem>/modified_id.csv`, which lists when each was modified, newest first. A
record that OSV deletes stays there, withdrawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import IO, Final, TypeVar
from urllib.parse import quote

from setpoint.errors import InputError, NotFoundError, TemporaryError
from setpoint.files import parse_json
from setpoint.model.advisory import Advisory, SyncState
from setpoint.observe.advisories.download import Validators
from setpoint.observe.advisories.fetching import Fetcher
from setpoint.observe.advisories.files import MAX_DOCUMENT_BYTES, read_zip
from setpoint.observe.advisories.reading import ID, read_advisory
from setpoint.observe.interface import AdvisoryKeeper, Progress

DEFAULT_ADDRESS: Final = "https://osv-vulnerabilities.storage.googleapis.com"

MOST_BYTES: Final = 4 * 1024**3
"""Of `all.zip`; npm's, the largest, has some hundreds of megabytes."""

MOST_LISTED_BYTES: Final = 256 * 1024 * 1024
"""Of `modified_id.csv`: 60 bytes for each advisory."""

MOST_ONE_BY_ONE: Final = 1_000
"""Changed advisories that are fetched each by itself; where there are more, the zip is cheaper for both sides."""

BATCH: Final = 500
"""Advisories that are handed on at once; after each batch of changes, a sync that is interrupted goes on."""

TICK: Final = timedelta(microseconds=1)
"""Several advisories may have been modified at one time: until all of them are there, their time is not reached."""

MOST_TOLD: Final = 20
"""Refused documents that are told by name."""


@dataclass(frozen=True, slots=True)
class Synced:
    """What a sync did."""

    source: str
    taken: int
    refused: int
    """Documents that are no advisories, and were passed over."""
    first_refused: tuple[str, ...]
    """Why, of some of them."""
    state: SyncState

    @property
    def is_unchanged(self) -> bool:
        return not self.taken and not self.refused


def source_name(ecosystem: str) -> str:
    return f"OSV {ecosystem}"


def sync_ecosystem(
    ecosystem: str,
    fetcher: Fetcher,
    keeper: AdvisoryKeeper,
    *,
    progress: Progress | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Synced:
    """Takes what is new since the last time; all, where there was none, or too much changed since."""
    return _Sync(ecosystem, fetcher, keeper, progress, now()).run()


class _Sync:
    def __init__(
        self, ecosystem: str, fetcher: Fetcher, keeper: AdvisoryKeeper, progress: Progress | None, at: datetime
    ) -> None:
        if not ecosystem or ":" in ecosystem or "/" in ecosystem:
            raise InputError(
                f"{ecosystem!r} is no ecosystem that OSV exports", remedy="give it without its release, such as Debian"
            )
        self._folder = quote(ecosystem)
        self._at = at
        self._fetcher = fetcher
        self._keeper = keeper
        self._progress = progress
        self._source = source_name(ecosystem)
        self._state = replace(keeper.sync_state(self._source) or SyncState(self._source), synced_at=at)
        self._taken = 0
        self._refused: list[str] = []
        self._refusals = 0

    def run(self) -> Synced:
        if self._state.newest is None:
            self._take_all()
        else:
            self._take_changes(self._state.newest)
        self._keeper.put_sync_state(self._state)
        return Synced(self._source, self._taken, self._refusals, tuple(self._refused), self._state)

    def _take_all(self) -> None:
        """The zip is some hours older than the list at most: the next sync begins at the newest that was in it."""
        path = f"{self._folder}/all.zip"
        # What was fetched one by one since may be older again in there: it is taken once more from the list.
        self._state = replace(self._state, newest=None)
        with self._fetcher.get(path, most=MOST_BYTES) as fetched:
            try:
                for batch in _batches(read_zip(fetched.body, path, source=self._source, refuse=self._refuse)):
                    self._put(batch, total=None)
                    self._reach(max(each.modified for each in batch) - TICK)
            except InputError as error:
                raise TemporaryError(error.what, where=error.where) from error

    def _take_changes(self, newest: datetime) -> None:
        path = f"{self._folder}/modified_id.csv"
        known = Validators(self._state.etag, self._state.last_modified)
        listed = self._fetcher.get_if_changed(path, known, most=MOST_LISTED_BYTES)
        if listed is None:
            return
        with listed:
            changes = list(islice(_listed(listed.body, path, newest), MOST_ONE_BY_ONE + 1))
        if len(changes) > MOST_ONE_BY_ONE:
            self._take_all()
            return
        # The oldest first, so that everything up to the last batch is there if it breaks off.
        for batch in _batches(reversed(changes)):
            advisories = [each for at, identity in batch if (each := self._fetch(at, identity)) is not None]
            self._put(advisories, total=len(changes))
            self._reach(batch[-1][0] - TICK)
            self._keeper.put_sync_state(self._state)
        if changes:
            self._reach(changes[0][0])
        self._state = replace(self._state, etag=listed.validators.etag, last_modified=listed.validators.last_modified)

    def _fetch(self, at: datetime, identity: str) -> Advisory | None:
        """One that is listed, and gone since, holds no more."""
        path = f"{self._folder}/{quote(identity)}.json"
        try:
            fetched = self._fetcher.get(path, most=MAX_DOCUMENT_BYTES)
        except NotFoundError:
            return Advisory(identity, (), at, None, at, "", (), source=self._source)
        with fetched:
            try:
                document = parse_json(fetched.body.read(), path)
            except InputError as error:
                # A page of a proxy's own, most likely. Were it passed over, it would count as taken.
                raise TemporaryError(error.what, where=error.where) from error
        try:
            return read_advisory(document, where=path, source=self._source)
        except InputError as error:
            self._refuse(error)
            return None

    def _put(self, advisories: list[Advisory], *, total: int | None) -> None:
        self._keeper.put_advisories(advisories)
        self._taken += len(advisories)
        if self._progress:
            self._progress(self._source, self._taken, total)

    def _reach(self, at: datetime) -> None:
        """Never into the future, which a wrong date would leave nothing new after."""
        at = min(at, self._at)
        self._state = replace(self._state, newest=max(self._state.newest or at, at))

    def _refuse(self, error: InputError) -> None:
        self._refusals += 1
        if len(self._refused) < MOST_TOLD:
            self._refused.append(error.diagnostics())


_Entry = TypeVar("_Entry")


def _batches(entries: Iterable[_Entry]) -> Iterator[list[_Entry]]:
    left = iter(entries)
    while batch := list(islice(left, BATCH)):
        yield batch


def _listed(stream: IO[bytes], path: str, after: datetime) -> Iterator[tuple[datetime, str]]:
    """When each was modified, and its id, down to what is known."""
    for number, line in enumerate(stream, start=1):
        where = f"{path}:{number}"
        time, _, identity = line.decode("ascii", "replace").strip().partition(",")
        try:
            at = datetime.fromisoformat(time)
        except ValueError as error:
            raise TemporaryError("this is no list of times and ids", where=where) from error
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        if not ID.fullmatch(identity):
            raise TemporaryError(f"{identity[:100]!r} is no id", where=where)
        if at <= after:
            return
        yield at, identity
