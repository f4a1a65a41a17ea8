"""Puts together what reads advisories in: the feeds, and the ledger that keeps them. For `sync`, and for the loop."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Final, Protocol

from setpoint.errors import CouldNotTellError, InputError
from setpoint.files import read_bytes
from setpoint.loop.advisories import AdvisoryUpdates
from setpoint.loop.instructions import time_of
from setpoint.model.advisory import Advisory, SyncState
from setpoint.model.inventory import ExploitScore, KnownExploited
from setpoint.observe.advisories.exploited import (
    EPSS,
    EPSS_ADDRESS,
    KEV,
    KEV_ADDRESS,
    MOST_BYTES,
    fetch_epss,
    fetch_kev,
    read_epss,
    read_kev,
)
from setpoint.observe.advisories.fetching import Fetcher
from setpoint.observe.advisories.files import read_advisories
from setpoint.observe.advisories.sync import BATCH, DEFAULT_ADDRESS, MOST_TOLD, source_name, sync_ecosystem
from setpoint.observe.interface import Progress, SourceRead
from setpoint.settings import AdvisorySources, Settings
from setpoint.store.interface import Ledger
from setpoint.wiring.stores import open_first_ledger

SCORES_AT_ONCE: Final = 10_000
"""EPSS scores that are written in one step: others who want to write wait for less than a second."""


class LedgerKeeper:
    """Implements `observe.interface.AdvisoryKeeper` with the ledger, and counts what was new to it."""

    def __init__(self, ledger: Ledger, progress: Progress | None = None) -> None:
        self._ledger = ledger
        self._progress = progress
        self.taken = 0
        self.new = 0
        self.changed = 0

    def sync_state(self, source: str) -> SyncState | None:
        return self._ledger.inventory().sync_state(source)

    def put_sync_state(self, state: SyncState) -> None:
        self._ledger.visitor().inventory().put_sync_state(state)

    def put_advisories(self, advisories: Sequence[Advisory]) -> None:
        changes = self._ledger.visitor().inventory().put_advisories(advisories, time_of(self._ledger))
        self.taken += len(advisories)
        self.new += len(changes.new)
        self.changed += len(changes.changed)

    def put_known_exploited(self, entries: Sequence[KnownExploited]) -> None:
        writer = self._ledger.visitor().inventory()
        self.changed += writer.put_known_exploited(entries, time_of(self._ledger))
        self.taken += len(entries)

    def put_exploit_scores(self, scores: Sequence[ExploitScore]) -> None:
        writer = self._ledger.visitor().inventory()
        for start in range(0, len(scores), SCORES_AT_ONCE):
            some = scores[start : start + SCORES_AT_ONCE]
            writer.put_exploit_scores(some)
            self.taken += len(some)
            if self._progress:
                self._progress(EPSS, self.taken, len(scores))


@dataclass(slots=True)
class _Refused:
    """Documents that are no advisories; only the first are kept, since each error holds on to its whole document."""

    count: int = 0
    first: list[InputError] = field(default_factory=list)

    def note(self, error: InputError) -> None:
        self.count += 1
        if len(self.first) < MOST_TOLD:
            self.first.append(error)


class Reading(Protocol):
    def __call__(self, keeper: LedgerKeeper) -> SourceRead:
        """Reads one source to its end."""
        ...


def read_sources(sources: AdvisorySources, ledger: Ledger, progress: Progress | None = None) -> Iterator[SourceRead]:
    """Each by itself: what is wrong with one keeps none of the others from being read."""
    with ExitStack() as held:
        # Before anything is read: an address that will not do is told at once.
        readings = dict(_readings(sources, held, progress))
        for source, reading in readings.items():
            keeper = LedgerKeeper(ledger, progress)
            try:
                yield reading(keeper)
            except (CouldNotTellError, InputError) as error:
                yield _read(source, keeper, failure=error.diagnostics())


def read_file(path: Path, ledger: Ledger, progress: Progress | None = None) -> SourceRead:
    """Advisories of a file or folder; `InputError` where there is none in it."""
    keeper, refused = LedgerKeeper(ledger), _Refused()
    newest: datetime | None = None
    advisories = read_advisories(path, refuse=refused.note)
    while batch := list(islice(advisories, BATCH)):
        keeper.put_advisories(batch)
        newest = max(*(each.modified for each in batch), newest or batch[0].modified)
        if progress:
            progress(path.name, keeper.taken, None)
    if not keeper.taken:
        raise refused.first[0] if refused.first else InputError("there is no advisory in it", where=str(path))
    reasons = [each.diagnostics() for each in refused.first]
    return _read(path.name, keeper, refused=refused.count, first_refused=reasons, newest=newest)


def read_kev_file(path: Path, ledger: Ledger) -> SourceRead:
    keeper = LedgerKeeper(ledger)
    return _take_known_exploited(keeper, read_kev(read_bytes(path, limit=MOST_BYTES), str(path)))


def read_epss_file(path: Path, ledger: Ledger, progress: Progress | None = None) -> SourceRead:
    keeper = LedgerKeeper(ledger, progress)
    return _take_scores(keeper, read_epss(read_bytes(path, limit=MOST_BYTES), str(path)))


def advisory_updates(settings: Settings, stopping: Callable[[], bool]) -> AdvisoryUpdates:
    """What keeps the sources of the settings up to date, with a ledger of its own while it reads."""
    sources = settings.advisories.sources

    def go_on(what: str, _done: int, _total: int | None) -> None:
        if stopping():
            raise CouldNotTellError("setpoint was asked to stop", where=what)

    def read() -> Iterator[SourceRead]:
        with open_first_ledger(settings) as ledger:
            yield from read_sources(sources, ledger, go_on)

    return AdvisoryUpdates(read, every=settings.advisories.every, is_on=bool(sources.ecosystems))


def _readings(sources: AdvisorySources, held: ExitStack, progress: Progress | None) -> Iterator[tuple[str, Reading]]:
    if sources.ecosystems:
        osv = held.enter_context(closing(Fetcher(sources.address or DEFAULT_ADDRESS, progress=progress)))
        for ecosystem in sources.ecosystems:
            yield source_name(ecosystem), _of_ecosystem(ecosystem, osv, progress)
    if sources.kev is not None:
        yield KEV, _of_kev(held.enter_context(closing(Fetcher(sources.kev or KEV_ADDRESS, progress=progress))))
    if sources.epss is not None:
        yield EPSS, _of_epss(held.enter_context(closing(Fetcher(sources.epss or EPSS_ADDRESS, progress=progress))))


def _of_ecosystem(ecosystem: str, fetcher: Fetcher, progress: Progress | None) -> Reading:
    def read(keeper: LedgerKeeper) -> SourceRead:
        synced = sync_ecosystem(ecosystem, fetcher, keeper, progress=progress)
        return _read(
            synced.source,
            keeper,
            refused=synced.refused,
            first_refused=synced.first_refused,
            newest=synced.state.newest,
        )

    return read


def _of_kev(fetcher: Fetcher) -> Reading:
    def read(keeper: LedgerKeeper) -> SourceRead:
        entries, state = fetch_kev(fetcher, keeper.sync_state(KEV), datetime.now(UTC))
        told = _take_known_exploited(keeper, entries) if entries is not None else SourceRead(KEV, newest=state.newest)
        keeper.put_sync_state(replace(state, newest=told.newest))
        return told

    return read


def _of_epss(fetcher: Fetcher) -> Reading:
    def read(keeper: LedgerKeeper) -> SourceRead:
        scores, state = fetch_epss(fetcher, keeper.sync_state(EPSS), datetime.now(UTC))
        told = _take_scores(keeper, scores) if scores is not None else SourceRead(EPSS, newest=state.newest)
        keeper.put_sync_state(replace(state, newest=told.newest))
        return told

    return read


def _take_known_exploited(keeper: LedgerKeeper, entries: Sequence[KnownExploited]) -> SourceRead:
    keeper.put_known_exploited(entries)
    return _read(KEV, keeper, newest=max(each.added for each in entries))


def _take_scores(keeper: LedgerKeeper, scores: Sequence[ExploitScore]) -> SourceRead:
    keeper.put_exploit_scores(scores)
    return _read(EPSS, keeper, newest=max(each.at for each in scores))


def _read(
    source: str,
    keeper: LedgerKeeper,
    *,
    refused: int = 0,
    first_refused: Iterable[str] = (),
    newest: datetime | None = None,
    failure: str = "",
) -> SourceRead:
    return SourceRead(
        source,
        taken=keeper.taken,
        new=keeper.new,
        changed=keeper.changed,
        refused=refused,
        first_refused=tuple(first_refused),
        newest=newest,
        failure=failure,
    )
