"""The part of `wiring` that lets policies speak of users and roles: what IAM says, what it leads to, what is used."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final

from setpoint.aws import AwsClients
from setpoint.compare.identity.escalation.search import find_escalations
from setpoint.decide.identity import AccountFacts, PrincipalRules, describe
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.intent.iam.escalations import load_paths
from setpoint.intent.iam.managed import known_policy
from setpoint.loop.principals import PrincipalsObserver, PrincipalsOfAccount
from setpoint.model.escalation import EscalationReport
from setpoint.model.iam_account import IamAccount
from setpoint.model.permission_use import Gap
from setpoint.model.principal import UseOfPrincipal
from setpoint.model.resource import Resource
from setpoint.observe.aws.access_keys import PERMISSIONS as OF_KEYS
from setpoint.observe.aws.access_keys import read_access_keys
from setpoint.observe.aws.authorization import PERMISSIONS as OF_IAM
from setpoint.observe.aws.authorization import read_live_account
from setpoint.observe.interface import Observer
from setpoint.settings import Settings
from setpoint.store.interface import LedgerReader, PermissionUseReader

PERMISSIONS: Final = (*OF_IAM, *OF_KEYS)
"""The IAM actions that reading principals needs."""


def rules_of(settings: Settings) -> PrincipalRules:
    identity = settings.identity
    return PrincipalRules(
        accounts=frozenset(identity.accounts) | {role.account for role in settings.aws.accounts},
        organisations=frozenset(identity.organisations),
        break_glass_tag=identity.break_glass_tag,
        unused_after=identity.unused_after,
        owner_tag=settings.loop.owner_tag,
        described=settings.service,
    )


def with_principals(
    observer: Observer,
    settings: Settings,
    clients: Sequence[AwsClients],
    ledger: LedgerReader,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Observer:
    """The observer, and around it what reads the users and roles of these accounts."""
    search = EscalationSearch(settings.identity.escalation_paths)
    rules = rules_of(settings)
    return PrincipalsObserver(
        observer,
        [
            PrincipalsOfAccount(each.identity, LivePrincipals(each, search, ledger.permission_use, rules, now))
            for each in clients
        ],
    )


@dataclass(slots=True)
class EscalationSearch:
    """Searches an account anew only where it is another one than the last time, or, for dates in conditions, a day."""

    own_paths: Sequence[Path]
    _known: dict[str, tuple[IamAccount, date, EscalationReport]] = field(default_factory=dict)

    def report(self, account: IamAccount, now: datetime) -> EscalationReport:
        known = self._known.get(account.id)
        if known is None or known[:2] != (account, now.date()):
            found = find_escalations(account, load_paths(self.own_paths), None, IamDataCatalogue(), now)
            self._known[account.id] = known = (account, now.date(), found)
        return known[2]


@dataclass(frozen=True, slots=True)
class LivePrincipals:
    """Reads the account whose credentials these are, and describes who is in it."""

    clients: AwsClients
    search: EscalationSearch
    use: Callable[[], PermissionUseReader]
    rules: PrincipalRules
    now: Callable[[], datetime]

    def __call__(self) -> list[Resource]:
        """Raises `CouldNotTellError` where IAM cannot be read."""
        account, now = read_live_account(self.clients, known_policy), self.now()
        facts = AccountFacts(
            account,
            self.search.report(account, now),
            read_access_keys(self.clients, {user.arn: user.name for user in account.users}),
            RecordedUse.of(self.use(), account.id, now, self.rules),
        )
        return list(describe(facts, self.rules, now))


@dataclass(frozen=True, slots=True)
class RecordedUse:
    """What the ledger knows of who used what."""

    reader: PermissionUseReader
    since: datetime | None
    doubt: str

    @classmethod
    def of(cls, reader: PermissionUseReader, account: str, now: datetime, rules: PrincipalRules) -> RecordedUse:
        reach = [each for each in reader.use_reach() if each.account == account]
        if not reach:
            return cls(reader, None, "no logs of CloudTrail were read of this account")
        begin = now - rules.unused_after
        gap = next((each for each in reader.use_gaps() if each.account in ("", account) and each.until > begin), None)
        return cls(reader, max(each.first for each in reach), _doubt(gap))

    def __call__(self, arn: str) -> UseOfPrincipal:
        if self.since is None or self.doubt:
            return UseOfPrincipal(doubt=self.doubt)
        last_used: Mapping[str, datetime] = self.reader.last_used(arn)
        return UseOfPrincipal(last_used, self.since)


def _doubt(gap: Gap | None) -> str:
    if gap is None:
        return ""
    return f"the logs of CloudTrail have a gap from {gap.since:%Y-%m-%d %H:%M} to {gap.until:%Y-%m-%d %H:%M} UTC"
