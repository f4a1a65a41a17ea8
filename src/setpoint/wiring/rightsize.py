"""Puts together what sizes a principal's policies: the account, the record of use, and what AWS has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from setpoint.compare.identity.rightsize.evidence import Evidence, Period, names_of, used_by
from setpoint.compare.identity.rightsize.rightsizing import RightSizing, right_size
from setpoint.errors import CouldNotTellError, NotFoundError
from setpoint.intent.iam.catalogue import IamDataCatalogue
from setpoint.intent.iam.escalations import load_paths
from setpoint.model.iam_account import IamAccount, IamRole, IamUser
from setpoint.model.permission_use import ANY_TIME, HOUR, Gap, Use
from setpoint.model.wording import counted
from setpoint.observe.aws.recorded_event import principal_of
from setpoint.observe.cloudtrail.actions import service_of
from setpoint.observe.cloudtrail.files import count_files
from setpoint.observe.interface import Progress
from setpoint.settings import Settings
from setpoint.wiring.parts import Wiring
from setpoint.wiring.stores import open_reader

DAY: Final = timedelta(days=1)
MOST_TOLD: Final = 5
"""Of the gaps that are told one by one."""

NO_RECORD: Final = "give logs with --trail, or name them under cloudtrail: and let setpoint up read them"


def find_principal(account: IamAccount, named: str) -> IamUser | IamRole:
    """By its ARN, that of one of its sessions, or its name."""
    holders: tuple[IamUser | IamRole, ...] = (*account.users, *account.roles)
    wanted = principal_of(named)
    found = [each for each in holders if principal_of(each.arn) == wanted or each.name == named]
    if len(found) > 1:
        raise NotFoundError(f"{named} is a user and a role", remedy="name one by its ARN")
    if not found:
        raise NotFoundError(
            f"there is no user or role {named} in the account {account.id}", remedy="name one by its ARN"
        )
    return found[0]


def size_policies(
    account: IamAccount,
    principal: IamUser | IamRole,
    evidence: Evidence,
    *,
    own_paths: Sequence[Path] = (),
    keep_reads: bool = False,
) -> RightSizing:
    """`own_paths` are files of escalation paths beside those that are shipped."""
    risky: defaultdict[str, list[str]] = defaultdict(list)
    for path in load_paths(own_paths):
        for each in path.required:
            risky[each.action.lower()].append(path.id)
    return right_size(account, principal, evidence, IamDataCatalogue(), risky, keep_reads=keep_reads)


def evidence_of_files(
    paths: Sequence[Path],
    account: IamAccount,
    principal: IamUser | IamRole,
    *,
    days: int,
    now: datetime,
    progress: Progress | None = None,
) -> Evidence:
    """Looks back from where the logs end: what came after is not in them."""
    read = count_files(paths, progress=progress)
    uses = read.counts.uses
    if not uses:
        raise CouldNotTellError("nobody did anything in these logs, so that they prove nothing", remedy=NO_RECORD)
    first, last = min(each.first for each in uses), max(each.last for each in uses)
    within = [each for each in uses if each.day >= (last - days * DAY).date()]
    refused = read.counts.refused
    return _evidence(
        account,
        principal,
        within,
        seen=frozenset(each.action for each in within),
        reach=(first, last),
        days=days,
        now=now,
        gaps=read.gaps,
        unmapped=read.counts.unmapped,
        more_lacks=[f"{counted(refused, 'record')} of the logs could not be read"] if refused else [],
    )


def evidence_of_ledger(
    settings: Settings, account: IamAccount, principal: IamUser | IamRole, *, days: int, now: datetime
) -> Evidence:
    """Raises `CouldNotTellError` where no log of the account was read."""
    with open_reader(settings) as ledger:
        use = ledger.permission_use()
        reach = [each for each in use.use_reach() if each.account == account.id]
        if not reach:
            raise CouldNotTellError(f"no log of the account {account.id} was read", remedy=NO_RECORD)
        first, last = min(each.first for each in reach), min(max(each.last for each in reach) + HOUR, now)
        since = (last - days * DAY).date()
        return _evidence(
            account,
            principal,
            [one for name in names_of(principal) for one in use.uses(principal=name, since=since)],
            seen=frozenset(use.actions_seen(since)),
            reach=(first, last),
            days=days,
            now=now,
            gaps=use.use_gaps(),
            unmapped=use.unmapped_events(),
        )


def _evidence(
    account: IamAccount,
    principal: IamUser | IamRole,
    uses: Iterable[Use],
    *,
    seen: frozenset[str],
    reach: tuple[datetime, datetime],
    days: int,
    now: datetime,
    gaps: Iterable[Gap],
    unmapped: Mapping[str, int],
    more_lacks: Sequence[str] = (),
) -> Evidence:
    first, until = reach
    asked = until - days * DAY
    since = min(max(asked, first, principal.created or asked), until)
    told = []
    if now - until > DAY:
        told.append(f"the record ends at {until:%Y-%m-%d %H:%MZ}: what was used since is not known")
    if first - asked > DAY:
        told.append(f"the record begins at {first:%Y-%m-%d %H:%MZ}, later than {days} days before its end")
    if principal.created is not None and principal.created - asked > DAY:
        told.append(f"{principal.name} was made at {principal.created:%Y-%m-%d %H:%MZ}, within the time looked back")
    return Evidence(
        period=Period(days=days, until=until, since=since),
        used=used_by(uses, names_of(principal), account),
        seen=seen,
        unmapped=frozenset(service_of(name.partition(" ")[0]) for name in unmapped),
        lacks=(*_lacking(gaps, account.id, since, until), *more_lacks),
        told=tuple(told),
    )


def _lacking(gaps: Iterable[Gap], account: str, since: datetime, until: datetime) -> list[str]:
    """Of the account and the time, a clause each."""
    here = [each for each in gaps if each.account in {"", account} and each.since < until and each.until > since]
    told = [_told(each) for each in sorted(here)[:MOST_TOLD]]
    more = len(here) - len(told)
    return [*told, f"and {counted(more, 'gap')} more in the record"] if more else told


def _told(gap: Gap) -> str:
    if (gap.since, gap.until) == ANY_TIME:
        return gap.reason
    return f"{gap.region or 'everywhere'} from {gap.since:%Y-%m-%d %H:%MZ} to {gap.until:%Y-%m-%d %H:%MZ}: {gap.reason}"


def declared_at(settings: Settings, principal: IamUser | IamRole) -> str:
    """Where it is declared: `prod.tfstate: aws_iam_role.ci`, `template.yaml:12: Role`; empty where it is not.

    Raises `CouldNotTellError` where that cannot be read now.
    """
    type_name = "AWS::IAM::Role" if isinstance(principal, IamRole) else "AWS::IAM::User"
    account = principal.arn.split(":", 5)[4]
    for urn, resource in Wiring(settings).intent.read().resources.items():
        if (urn.type, urn.account, urn.identifier) == (type_name, account, principal.name):
            return resource.source
    return ""
