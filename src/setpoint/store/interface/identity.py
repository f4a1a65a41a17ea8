"""What is asked of the ledger about audit trails: which permissions were used, what was changed, what the record lacks,
up to where it is read.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from setpoint.model.attribution import RecordedWrite
from setpoint.model.permission_use import Gap, RecordReach, SessionOrigin, TrailBatch, Use


class PermissionUseReader(Protocol):
    def uses(
        self, *, principal: str | None = None, since: date | None = None, until: date | None = None
    ) -> Iterator[Use]:
        """From one day up to another, both included; in order of principal, action, resource and day."""
        ...

    def last_used(self, principal: str) -> Mapping[str, datetime]:
        """Action → when it was used last; denied calls used nothing."""
        ...

    def actions_seen(self, since: date) -> Collection[str]:
        """Those that the record has of anybody, let through or denied, from that day on."""
        ...

    def use_gaps(self) -> Sequence[Gap]:
        """What the record lacks, by account, region and time."""
        ...

    def use_reach(self) -> Sequence[RecordReach]:
        """By account and region; none where no logs were read, of which nothing was used proves nothing."""
        ...

    def unmapped_events(self) -> Mapping[str, int]:
        """`source event` of calls of which no IAM action is known → how many."""
        ...

    def trail_mark(self, source: str, part: str) -> str:
        """Up to where this part of the source is read; empty where nothing of it is."""
        ...

    def logs_read(self, source: str, names: Collection[str]) -> Mapping[str, str]:
        """Those of these that were read, with the SHA-256 of what they held."""
        ...

    def sessions_begun(self, since: datetime) -> Mapping[str, SessionOrigin]:
        """Access key id → who stands behind it, of those sessions that were begun since."""
        ...

    def writes_naming(self, account: str, names: Collection[str]) -> Sequence[RecordedWrite]:
        """What was changed in an account by calls that named one of these; the newest first, and so many at most."""
        ...

    def names_recorded(self, after: int, up_to: int) -> Collection[tuple[str, str]]:
        """(account, name) of everything that was named by the changes of these numbers."""
        ...

    def newest_write(self) -> int:
        """The number of the change that was kept last; 0 where there is none."""
        ...


class PermissionUseWriter(Protocol):
    def put_uses(self, batch: TrailBatch, at: datetime) -> None:
        """Add the counts and the changes, and remember what they were counted from: both or neither.

        `ConflictError` where another process kept one of these logs meanwhile: nothing is counted twice.
        """
        ...
