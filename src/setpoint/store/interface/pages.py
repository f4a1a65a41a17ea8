"""What the API asks of the ledger: long answers a page at a time, and answers that it gave before.

A page begins after the place where the one before ended, not after a number of items, so that what is written
meanwhile neither repeats an item nor hides one. None in the place of a filter means all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol, TypeVar

from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison
from setpoint.model.finding import FindingRecord, FindingSource
from setpoint.model.policy import Severity, Stage
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.service import Release, Signal
from setpoint.model.urn import Urn
from setpoint.store.interface.ledger import Ledger, LedgerWriter
from setpoint.store.interface.rows import AuditRow, BeatRow, Delivery, DeliveryState
from setpoint.store.interface.tokens import TokenStore

Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class ResourceRow:
    """What is remembered of an entity."""

    urn: Urn
    service: str
    differs: bool
    """Whether it has a drift or a gap."""
    updated_at: datetime
    """When a conclusion about it was drawn last."""


class LedgerPages(Protocol):
    def resources(
        self, scope: str, *, service: str | None, differs: bool | None, after: str, limit: int
    ) -> Sequence[ResourceRow]:
        """In URN order."""
        ...

    def owner(self, scope: str, urn: Urn) -> str | None:
        """The service that an entity belongs to now; None where nothing is remembered of it."""
        ...

    def comparisons(
        self, scope: str, *, service: str | None, everything: bool = False, after: str, limit: int
    ) -> Sequence[Comparison]:
        """Of every entity that has a drift or a gap, in URN order; with `everything`, of every one."""
        ...

    def findings(
        self,
        scope: str,
        *,
        service: str | None,
        urn: str | None,
        rule: str | None,
        severity: Severity | None,
        source: FindingSource | None,
        include_closed: bool,
        include_accepted: bool = False,
        after: tuple[str, str, str],
        limit: int,
    ) -> Sequence[FindingRecord]:
        """In order of URN, rule and path."""
        ...

    def decisions(
        self, *, service: str | None, subject: str | None, stage: Stage | None, before: int, limit: int
    ) -> Sequence[tuple[int, datetime, Decision]]:
        """Newest first, each with its number."""
        ...

    def remediations(
        self,
        scope: str,
        *,
        service: str | None,
        urn: str | None,
        state: RemediationState | None,
        after: int,
        limit: int,
    ) -> Sequence[Remediation]:
        """Oldest first."""
        ...

    def remediation(self, scope: str, identity: int) -> Remediation | None: ...

    def remediation_steps(self, remediation: int) -> Sequence[tuple[datetime, RemediationState, str]]:
        """How a remediation came to its state, oldest first."""
        ...

    def releases(
        self, service: str, *, before: tuple[datetime, str] | None, limit: int
    ) -> Sequence[tuple[Release, datetime]]:
        """Newest first; of those that were seen at the same time, by version."""
        ...

    def signals(self, service: str, *, after: int, limit: int) -> Sequence[tuple[int, Signal]]:
        """Oldest first, each with its number."""
        ...

    def deliveries(self, scope: str, *, state: DeliveryState | None, before: int, limit: int) -> Sequence[Delivery]:
        """Newest first."""
        ...

    def beats(self, scope: str, *, before: int, limit: int) -> Sequence[BeatRow]:
        """Newest first."""
        ...

    def audit(self, *, action: str | None, subject: str | None, after: int, limit: int) -> Sequence[AuditRow]:
        """Oldest first."""
        ...

    def last_audit_row(self) -> int:
        """The number of the newest; 0 where there is none."""
        ...


class ServerLedger(Ledger, Protocol):
    """All of the ledger that the server uses."""

    def pages(self) -> LedgerPages: ...

    def answers(self) -> KeptAnswers: ...

    def access(self, master_key: Path) -> TokenStore:
        """Who may call; `master_key` is the file of the key that agents' keys are wrapped under."""
        ...

    def together(self, act: Callable[[LedgerWriter], Result]) -> Result:
        """Act in one transaction with what others ask for meanwhile, and come back once it is durable.

        It may be begun twice, since what fails together is tried apart: so it does nothing but write here.
        """
        ...

    def trouble(self) -> str:
        """Why nothing could be written last, in a sentence; empty while it can."""
        ...

    def try_again(self) -> None:
        """After trouble, see whether something can be written now; raises as any write where it cannot.

        Costs nothing where there is none.
        """
        ...


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What a call was answered with, for when it is made again because the answer was lost."""

    fingerprint: str
    """Of everything that was asked."""
    status: int
    body: str
    """JSON, as it was sent."""


class KeptAnswers(Protocol):
    def recall(self, caller: str, key: str, now: datetime) -> KeptAnswer | None:
        """The answer that this caller got under this key, while it is kept."""
        ...

    def once(
        self, caller: str, key: str, now: datetime, act: Callable[[LedgerWriter], KeptAnswer]
    ) -> tuple[KeptAnswer, bool]:
        """Act and keep the answer in one transaction; where one is kept already, give that. Whether it acted now.

        Of two calls at once, one acts. Within a transaction of this thread, a part of that.
        """
        ...
