"""Puts together what counts the use of permissions: the source of logs, and the ledger that keeps the counts."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from setpoint.aws import AwsClients
from setpoint.loop.hints import Hints
from setpoint.loop.instructions import time_of
from setpoint.loop.permission_use import TrailUpdates
from setpoint.model.permission_use import SessionOrigin, TrailBatch
from setpoint.model.urn import Urn
from setpoint.observe.cloudtrail.bucket import BucketTrail, TrailPlaces
from setpoint.observe.cloudtrail.folder import FolderTrail
from setpoint.observe.cloudtrail.looking import KnownEntities
from setpoint.observe.cloudtrail.public_keys import ListedKeys
from setpoint.observe.cloudtrail.queue import QueueTrail
from setpoint.observe.cloudtrail.reading import TrailReader
from setpoint.observe.cloudtrail.records import Event
from setpoint.observe.cloudtrail.trail import TrailSource
from setpoint.observe.interface import TrailRead
from setpoint.settings import Settings
from setpoint.store.interface import Ledger
from setpoint.wiring.stores import open_first_ledger

KNOWN_FOR: Final = 60.0
"""Seconds: what came up since is looked for in its area, which is read as a whole."""


class LedgerTrailKeeper:
    """Implements `observe.interface.TrailKeeper` with the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def trail_mark(self, source: str, part: str) -> str:
        return self._ledger.permission_use().trail_mark(source, part)

    def logs_read(self, source: str, names: Collection[str]) -> Mapping[str, str]:
        return self._ledger.permission_use().logs_read(source, names)

    def sessions_begun(self, since: datetime) -> Mapping[str, SessionOrigin]:
        return self._ledger.permission_use().sessions_begun(since)

    def put_uses(self, batch: TrailBatch) -> None:
        self._ledger.visitor().permission_use().put_uses(batch, time_of(self._ledger))


class LookAgain:
    """Turns what was changed into hints of where to look again."""

    def __init__(self, scope: str, hints: Hints) -> None:
        self._scope = scope
        self._hints = hints
        self._known = KnownEntities(())
        self._known_at: float | None = None
        self.ledger: Ledger | None = None
        """That remembers which entities there are, while it is open."""

    def __call__(self, events: Sequence[Event]) -> None:
        if self._known_at is None or time.monotonic() - self._known_at > KNOWN_FOR:
            self._known, self._known_at = KnownEntities(self._remembered()), time.monotonic()
        for event in events:
            self._hints.look_again(*self._known.named_by(event))

    def _remembered(self) -> Iterator[Urn]:
        """Of every plane that is read at the provider."""
        if self.ledger is None:
            return
        yield from map(Urn, self.ledger.remembered(self._scope))
        principals = self.ledger.principals()
        for each in principals.accounts(self._scope):
            yield from principals.remembered(self._scope, each.account)


def trail_source(settings: Settings, clients: AwsClients) -> TrailSource:
    """The one that the settings name; `InputError` where it takes what is not installed."""
    wanted = settings.cloudtrail
    if wanted.queue is not None:
        return QueueTrail(clients, wanted.queue, bucket=wanted.bucket)
    if wanted.folder is not None:
        return FolderTrail(wanted.folder)
    places = TrailPlaces(wanted.bucket or "", wanted.prefix, frozenset(wanted.accounts), frozenset(wanted.regions))
    return BucketTrail(
        clients,
        places,
        look_back=timedelta(seconds=wanted.look_back),
        keys_of=ListedKeys(clients) if wanted.verify else None,
    )


def trail_updates(settings: Settings, hints: Hints) -> TrailUpdates:
    """What keeps the counts up to date, with a ledger of its own while it reads."""
    wanted = settings.cloudtrail
    if not wanted.is_on:
        return TrailUpdates(lambda: (), every=wanted.every, is_on=False)
    look_again = LookAgain(settings.loop.scope, hints)
    reader = TrailReader(
        trail_source(settings, AwsClients(settings.aws)),
        look_again,
        infrastructure_roles=wanted.infrastructure_roles,
    )

    def read() -> Iterator[TrailRead]:
        with open_first_ledger(settings) as ledger:
            look_again.ledger = ledger
            yield from reader.read(LedgerTrailKeeper(ledger), datetime.now(UTC))

    return TrailUpdates(read, every=wanted.every, is_on=True)
