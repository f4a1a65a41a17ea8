"""What is asked of the ledger about identities: each principal as it was last compared, and what of it was used."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from setpoint.model.decision import Decision
from setpoint.model.finding import Finding, FindingChanges
from setpoint.model.identity import AccountReading, PrincipalComparison, Used
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class PrincipalKeys:
    """Under what a principal is remembered."""

    compared: str
    """The digest of all that the comparison was drawn from."""
    judged: str
    """The same of what was found of it."""


@dataclass(frozen=True, slots=True)
class ConcludedPrincipal:
    comparison: PrincipalComparison
    keys: PrincipalKeys
    findings: tuple[Finding, ...] = ()
    decisions: tuple[Decision, ...] = ()


class PrincipalReader(Protocol):
    """Where a `scope` can be given, None means all of them."""

    def remembered(self, scope: str, account: str) -> Mapping[Urn, PrincipalKeys]:
        """Every principal of an account that is known."""
        ...

    def page(
        self, scope: str, *, service: str | None = None, after: str = "", limit: int
    ) -> Sequence[PrincipalComparison]:
        """In URN order."""
        ...

    def named(self, scope: str, name: str) -> Sequence[PrincipalComparison]:
        """Those of this ARN, URN or name; of the last there may be several."""
        ...

    def known(self, scope: str, urn: Urn) -> PrincipalComparison | None: ...

    def accounts(self, scope: str) -> Sequence[AccountReading]:
        """Every one whose identities were to be read, by id."""
        ...

    def use_marks(self, account: str) -> Mapping[str, int]:
        """Principal of the account → a number that grows with whatever is added to what is recorded of its use."""
        ...

    def write_marks(self, account: str, source: str, events: Collection[str]) -> Mapping[str, int]:
        """Name → the number of the last of these calls that named it."""
        ...

    def used(self, principal: str) -> Sequence[Used]:
        """All that was let through, by action and resource."""
        ...


class PrincipalWriter(Protocol):
    def record_principals(
        self,
        concluded: Sequence[ConcludedPrincipal],
        gone: Sequence[Urn],
        at: datetime,
        reason: str = "",
    ) -> Mapping[Urn, FindingChanges]:
        """Remember what was compared; open, update and close what is found of it.

        What was found of those who are `gone` is closed, for a reason.
        """
        ...

    def put_account_reading(self, reading: AccountReading, at: datetime) -> None:
        """In the place of the one before; a time at which it was read stays, where none is given."""
        ...

    def drop_account_reading(self, partition: str, account: str) -> None:
        """Of an account that is read no more."""
        ...
