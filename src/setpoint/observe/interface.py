"""What the loop asks of an observer: what exists, streamed, each area closed by its coverage; one entity again; and who
changed it, as the provider recorded it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from setpoint.model.advisory import Advisory, SyncState
from setpoint.model.attribution import Attribution, ChangeQuestion, RecordedChange, RecordedWrite, Untold
from setpoint.model.iam_account import IamAccount
from setpoint.model.inventory import Instance, InstanceSource
from setpoint.model.permission_use import Gap, RecordReach, SessionOrigin, TrailBatch
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, AreaCoverage
from setpoint.model.urn import Urn


class Declared(Protocol):
    """What is declared, as far as it decides what is read: its types, and the names of what cannot be listed."""

    def __iter__(self) -> Iterator[Urn]: ...

    def get(self, urn: Urn, /) -> Resource | None: ...


NOTHING: Final[Mapping[Urn, Resource]] = {}
"""For who asks before anything is declared."""


class Observer(Protocol):
    """Reads one provider. Never raises for what the provider refuses: that is coverage."""

    def areas(self, declared: Declared = NOTHING) -> Iterable[Area]:
        """What a whole observation reads."""
        ...

    def observe(
        self, declared: Declared = NOTHING, only: Collection[Area] | None = None
    ) -> Iterator[Resource | AreaCoverage]:
        """Resources as they are read; after the last one of an area, its coverage. Areas may interleave.

        With `only`, nothing else than these areas.
        """
        ...

    def look(self, urn: Urn) -> Resource | Absent | Unread:
        """One entity, read afresh."""
        ...


class AccountReader(Protocol):
    """Reads who is in one account, and what they are granted. Raises `CouldNotTellError` where that cannot be read."""

    def whose(self) -> tuple[str, str]:
        """(partition, account)."""
        ...

    def read(self) -> IamAccount: ...


class ChangeRecord(Protocol):
    """The provider's own record of who changes what. Never raises: that it does not tell is an answer, too."""

    def last_change(
        self, urn: Urn, paths: Collection[str], since: datetime, until: datetime
    ) -> RecordedChange | Untold:
        """The newest change of one of these properties, between these times, that was not made by Setpoint."""
        ...


@dataclass(frozen=True, slots=True)
class SeenInstances:
    """What runs in one area, as far as it was read."""

    source: InstanceSource
    prefix: str
    """Begins the id of every instance in the area, and of no other."""
    instances: tuple[Instance, ...]
    coverage: AreaCoverage


class InstanceObserver(Protocol):
    """Reads what runs, where a provider says so. Never raises for what the provider refuses: that is coverage."""

    def areas(self) -> Collection[Area]:
        """What a whole observation reads."""
        ...

    def observe(self, only: Collection[Area] | None = None) -> Iterator[SeenInstances]:
        """Area by area, as they are read; with `only`, no others than these."""
        ...


class AdvisoryKeeper(Protocol):
    """What keeping advisories up to date needs of whoever keeps them."""

    def sync_state(self, source: str) -> SyncState | None: ...

    def put_sync_state(self, state: SyncState) -> None:
        """Only after everything up to it was put: what is interrupted goes on from here."""
        ...

    def put_advisories(self, advisories: Sequence[Advisory]) -> None:
        """In place of those of the same ids, withdrawn ones included."""
        ...


@dataclass(frozen=True, slots=True)
class SourceRead:
    """What came of reading one source of advisories, or of what is known of them."""

    source: str
    """`OSV PyPI`, `KEV`, `EPSS`, the name of a file."""
    taken: int = 0
    new: int = 0
    changed: int = 0
    refused: int = 0
    """Documents that are no advisories, and were passed over."""
    first_refused: tuple[str, ...] = ()
    """Why, of some of them."""
    newest: datetime | None = None
    """When the newest of it was modified."""
    failure: str = ""
    """Why it could not be read to its end; empty where it was. What was taken before stays."""


class Progress(Protocol):
    """Is told how far a fetch came."""

    def __call__(self, what: str, done: int, total: int | None, /) -> None:
        """Bytes of a file by its address, or advisories by their source; the total is None where nobody says."""
        ...


class ChangeTracer(Protocol):
    """Tells which recorded change made a difference. Pure: what was recorded is given."""

    def names(self, question: ChangeQuestion) -> Collection[str]:
        """What a record may call the entity, and whatever else the difference may come from."""
        ...

    def trace(
        self,
        question: ChangeQuestion,
        writes: Iterable[RecordedWrite],
        reach: Sequence[RecordReach],
        gaps: Sequence[Gap],
        now: datetime,
    ) -> Attribution | Untold:
        """The one among `writes` that made it, or why none is named; `reach` and `gaps` are those of the record."""
        ...


class TrailKeeper(Protocol):
    """What reading an audit trail needs of whoever keeps what came of it."""

    def trail_mark(self, source: str, part: str) -> str:
        """Up to where this part of the source is read; empty where nothing of it is."""
        ...

    def logs_read(self, source: str, names: Collection[str]) -> Mapping[str, str]:
        """Those of these that were read, with the SHA-256 of what they held."""
        ...

    def sessions_begun(self, since: datetime) -> Mapping[str, SessionOrigin]:
        """Access key id → who stands behind it, of those sessions that were begun since."""
        ...

    def put_uses(self, batch: TrailBatch) -> None:
        """All of it or nothing."""
        ...


@dataclass(frozen=True, slots=True)
class TrailRead:
    """What came of reading a piece of an audit trail."""

    source: str
    logs: int = 0
    events: int = 0
    gaps: int = 0
    """Found in this piece."""
    refused: int = 0
    """Records and messages that are not understood, and were passed over."""
    first_refused: tuple[str, ...] = ()
    """Why, of some of them."""
