"""What the ledger's record tells of what one account's principals used, and what it cannot tell.

Asked by the loop when it judges them, by commands and the API when they show them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from typing import Final

from setpoint.loop.identity_parts import RecordRules
from setpoint.model.attribution import RecordedWrite
from setpoint.model.canonical import digest
from setpoint.model.identity import GrantChange, PrincipalComparison, Used, UseRecord
from setpoint.model.permission_use import Gap, RecordReach
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerReader

LATE: Final = timedelta(days=1)
"""So far the record may lag behind: CloudTrail delivers within the hour, and nothing of hours without a call."""

IAM: Final = "iam.amazonaws.com"
OF_POLICIES: Final = frozenset({"CreatePolicy", "CreatePolicyVersion", "SetDefaultPolicyVersion"})
OF_HOLDERS: Final = frozenset(
    {
        *("AttachRolePolicy", "AttachUserPolicy", "AttachGroupPolicy"),
        *("PutRolePolicy", "PutUserPolicy", "PutGroupPolicy"),
    }
)
"""Calls of IAM after which a principal may be granted more (IAM API Reference)."""

INLINE: Final = "inline policy "
"""Comes before its name where a policy that is nobody else's is told."""


class RecordedUse:
    """Of one account, as of now."""

    def __init__(self, ledger: LedgerReader, rules: RecordRules, account: str, now: datetime) -> None:
        self._ledger = ledger
        self._rules = rules
        self._account = account
        self._now = now
        self._since = now - rules.unused_after

    def version(self, urn: Urn, principal: str) -> str:
        """Changes when something else may follow of the principal: with what is recorded of it, and with every day."""
        if not self._reach:
            return ""
        changed = [self._changed_holders.get(each, 0) for each in (urn.identifier, principal)]
        return digest(self._version, self._use_marks.get(principal, 0), changed)

    @cached_property
    def _version(self) -> str:
        record = self._record
        policies = max(self._newest(OF_POLICIES).values(), default=0)
        told = (record.covers(self._since), sorted(record.unmapped), sorted(record.actions))
        return digest(*told, policies, f"{self._now:%Y-%m-%d}")

    @cached_property
    def _use_marks(self) -> Mapping[str, int]:
        return self._ledger.principals().use_marks(self._account)

    @cached_property
    def _changed_holders(self) -> Mapping[str, int]:
        return self._newest(OF_HOLDERS)

    def _newest(self, events: Collection[str]) -> Mapping[str, int]:
        """Name → the last recorded one of these calls."""
        return self._ledger.principals().write_marks(self._account, IAM, events)

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why it does not tell all that it should; nothing where no record is kept."""
        why = self._record.covers(self._since) if self._rules.is_kept or self._reach else ""
        return (f"what was used is not known: {why}",) if why else ()

    def of(self, comparison: PrincipalComparison) -> tuple[Sequence[Used], UseRecord, datetime]:
        """All that was used of a principal's, how far that is known, and since when it would have to be used."""
        if not self._reach:
            return (), self._record, self._since
        record = self._record
        changes = self._changes(comparison)
        known = UseRecord(record.since, record.doubts, record.unmapped, record.actions, changes, record.is_kept)
        return self._ledger.principals().used(comparison.principal), known, self._since

    @cached_property
    def _reach(self) -> Sequence[RecordReach]:
        return [each for each in self._ledger.permission_use().use_reach() if each.account == self._account]

    @cached_property
    def _record(self) -> UseRecord:
        """But for changes, which differ from principal to principal."""
        if not self._reach:
            return UseRecord(None, is_kept=self._rules.is_kept)
        reader = self._ledger.permission_use()
        return UseRecord(
            since=min(each.first for each in self._reach),
            doubts=tuple(self._doubts(reader.use_gaps())),
            unmapped=frozenset(name.partition(".")[0] for name in reader.unmapped_events()),
            actions=frozenset(reader.actions_seen(self._since.date())),
        )

    def _doubts(self, gaps: Sequence[Gap]) -> Iterator[str]:
        newest = max(each.last for each in self._reach)
        if self._now - newest > LATE:
            yield f"the record of calls ends at {newest:%Y-%m-%d %H:%M} UTC"
        within = [each for each in gaps if each.account in {"", self._account} and each.until > self._since]
        if within:
            first, more = within[0], f", and {len(within) - 1:,} more gaps" if len(within) > 1 else ""
            hours = f"from {first.since:%Y-%m-%d %H:%M} to {first.until:%Y-%m-%d %H:%M} UTC"
            yield f"the record of calls has a gap {hours} ({first.reason}){more}"

    def _changes(self, comparison: PrincipalComparison) -> Mapping[str, GrantChange]:
        """Policy → when it was last changed, or attached to the principal."""
        policies = {granter.policy for row in comparison.rows for granter in row.granted_by}
        called = {policy: policy.rpartition(INLINE)[2] for policy in policies}
        names = {comparison.name, comparison.principal, *called.values()}
        newest: dict[str, GrantChange] = {}
        for write in self._ledger.permission_use().writes_naming(self._account, names) if policies else ():
            for policy, name in called.items():
                known = newest.get(policy)
                if _bears_on(write, name, comparison) and (known is None or known.at < write.change.at):
                    newest[policy] = GrantChange(write.change.at, write.change.principal)
        return newest


def _bears_on(write: RecordedWrite, policy: str, comparison: PrincipalComparison) -> bool:
    named = {name for _, name in write.names}
    if policy not in named:
        return False
    is_holders = write.change.event in OF_HOLDERS and bool(named & {comparison.name, comparison.principal})
    return write.change.event in OF_POLICIES or is_holders
