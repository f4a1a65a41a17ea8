"""What policies see of users and roles: what they may become, whom they trust, which keys they have, what they use.

Pure. Called by `wiring.principals` for an account as it is, and by `decide/grants` for what a plan would make of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from setpoint.decide.trust import federated_subjects, trusted_accounts, trusts_anyone
from setpoint.model.canonical import Json, Unknown
from setpoint.model.escalation import Escalation, EscalationReport, Standing
from setpoint.model.iam import Effect, NamedPolicy, Statement
from setpoint.model.iam_account import IamAccount, IamRole, IamUser
from setpoint.model.principal import AccessKey, UseOfPrincipal, principal_urn
from setpoint.model.resource import Resource
from setpoint.model.service import Service

PROVIDED_BY: Final = "Setpoint: derived from IAM"
"""So that nobody is asked to declare what follows from what is declared."""

SOURCE: Final = "IAM"
ROOT_PATH: Final = "/"
TRUE: Final = frozenset({"true", "yes", "1"})
"""Values of the tag that marks a principal as kept for emergencies; any other, an empty one too, does not."""

NOT_ALWAYS_RECORDED: Final = frozenset(
    {
        *("s3", "s3express", "s3-outposts", "lambda", "dynamodb", "sns", "sqs", "kinesis", "kinesisvideo", "rds-data"),
        *("cognito-sync", "execute-api", "appsync", "apigateway", "iotwireless", "ssmmessages", "ec2messages"),
        *("logs", "cloudwatch", "xray", "aps", "neptune-db", "neptune-graph", "timestream", "managedblockchain"),
        *("bedrock", "sagemaker", "geo", "medialake", "rekognition", "qldb", "swf", "elasticfilesystem", "sts"),
    }
)
"""Services of which a trail leaves out calls, unless it is told to log data events, or always: that they are not in it
proves nothing (AWS CloudTrail User Guide, "Logging data events")."""

MASKED: Final = 4
"""Characters of an access key's id that are shown; enough to tell a user's two keys apart."""

_ALL_ACTIONS: Final = frozenset({"*", "*:*"})


@dataclass(frozen=True, slots=True)
class PrincipalRules:
    """By what principals are judged, as the configuration says."""

    accounts: frozenset[str] = frozenset()
    """Of the organisation, beside the account itself."""
    organisations: frozenset[str] = frozenset()
    """Ids (`o-…`) of organisations whose accounts are no outsiders."""
    break_glass_tag: str = "break-glass"
    unused_after: timedelta = timedelta(days=90)
    owner_tag: str = "service"
    described: Callable[[str], Service] = Service
    """What is configured of a service by its name."""


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """All that is known of an account's principals."""

    account: IamAccount
    report: EscalationReport
    keys: Mapping[str, Sequence[AccessKey] | Unknown] = field(default_factory=dict)
    """User's ARN → its access keys, or why they are not known; a user who is not in it has none."""
    use: Callable[[str], UseOfPrincipal] = lambda _arn: UseOfPrincipal(doubt="no record of calls was asked")
    """What the record says of a principal, by its ARN."""


def describe(facts: AccountFacts, rules: PrincipalRules, now: datetime) -> Iterator[Resource]:
    """Every user and role, as policies see it. What is not known is an `Unknown`."""
    standings = {each.principal: each for each in facts.report.found if not each.is_external}
    principals: Sequence[IamUser | IamRole] = (*facts.account.users, *facts.account.roles)
    for principal in principals:
        found = standings.get(principal.arn, Escalation(principal.arn, Standing.NONE))
        properties = {
            **_who(principal, rules),
            **_standing(found),
            "wildcard_admin_statements": _wildcard_statements(facts.account.identity_policies(principal)),
            **_trust(principal, facts.account.id, rules),
            "access_keys": _keys(facts.keys.get(principal.arn, ()), now),
            **_unused(facts.account.identity_policies(principal), facts.use(principal.arn), rules, now),
        }
        yield Resource(principal_urn(principal.arn), properties, SOURCE, provided_by=PROVIDED_BY)


def _who(principal: IamUser | IamRole, rules: PrincipalRules) -> dict[str, Json]:
    service = principal.tags.get(rules.owner_tag)
    path = principal.arn.split(":", 5)[5].partition("/")[2].removesuffix(principal.name)
    return {
        "arn": principal.arn,
        "kind": "user" if isinstance(principal, IamUser) else "role",
        "name": principal.name,
        "path": f"{ROOT_PATH}{path}",
        "Tags": [{"Key": key, "Value": value} for key, value in sorted(principal.tags.items())],
        "service": service,
        "exposure": rules.described(service).exposure if service else None,
        "break_glass": principal.tags.get(rules.break_glass_tag, "").lower() in TRUE,
    }


def _standing(found: Escalation) -> dict[str, Json]:
    sure = [each for each in found.paths if not each.missing]
    counted = sure if found.standing is Standing.ESCALATES else found.paths
    return {
        "is_admin": found.standing is Standing.ADMIN,
        "escalates": found.standing,
        "escalation_paths": sorted({each.id for each in counted}),
        "escalates_to": sorted({each.hops[-1].target for each in counted if each.hops}),
    }


def _wildcard_statements(policies: Sequence[NamedPolicy]) -> list[Json]:
    return [
        f"{policy.name}: Statement[{index}]"
        for policy in policies
        for index, each in enumerate(policy.document.statements)
        if _allows_everything(each)
    ]


def _allows_everything(statement: Statement) -> bool:
    actions, resources = statement.actions, statement.resources
    return (
        statement.effect is Effect.ALLOW
        and not statement.conditions
        and not actions.negated
        and not _ALL_ACTIONS.isdisjoint(actions.patterns)
        and resources is not None
        and not resources.negated
        and "*" in resources.patterns
    )


def _trust(principal: IamUser | IamRole, account: str, rules: PrincipalRules) -> dict[str, Json]:
    """A user is trusted by its credentials, and trusts nobody."""
    if isinstance(principal, IamUser):
        return {"trusts_anyone": False, "trusts_outside": [], "federated_subjects": []}
    outside = trusted_accounts(principal.trust, rules.organisations) - rules.accounts - {account}
    return {
        "trusts_anyone": trusts_anyone(principal.trust),
        "trusts_outside": sorted(outside),
        "federated_subjects": [
            {"provider": provider, "subject": subject} for provider, subject in federated_subjects(principal.trust)
        ],
    }


def _keys(keys: Sequence[AccessKey] | Unknown, now: datetime) -> Json:
    if isinstance(keys, Unknown):
        return keys
    return [
        {
            "id": f"…{each.id[-MASKED:]}",
            "status": "active" if each.is_active else "inactive",
            "age_days": _days(each.created, now),
            "last_used_days": _days(each.last_used, now) if each.last_used else None,
        }
        for each in sorted(keys, key=lambda each: (each.created, each.id))
    ]


def _unused(
    policies: Sequence[NamedPolicy], use: UseOfPrincipal, rules: PrincipalRules, now: datetime
) -> dict[str, Json]:
    """What it was granted and did not use lately, and since when it used nothing at all."""
    doubt = use.doubt or ("no record of calls was read" if use.since is None else "")
    if doubt or use.since is None:
        return {"unused_services": Unknown(doubt), "unused_days": Unknown(doubt)}
    last = max(use.last_used.values(), default=use.since)
    known = {"unused_days": _days(max(last, use.since), now)}
    begin = now - rules.unused_after
    if use.since > begin:
        days = rules.unused_after.days
        return known | {"unused_services": Unknown(f"the record of calls does not reach back {days} days yet")}
    used = {action.partition(":")[0].lower() for action, at in use.last_used.items() if at >= begin}
    return known | {"unused_services": sorted(each for each in _granted_services(policies) if _is_unused(each, used))}


def _is_unused(granted: str, used: set[str]) -> bool:
    """Of `*`, nobody uses all; of a service whose calls are not all recorded, nothing is known."""
    return granted == "*" or (granted not in NOT_ALWAYS_RECORDED and granted not in used)


def _granted_services(policies: Sequence[NamedPolicy]) -> set[str]:
    """As the statements that allow something name them; `*` stands for all."""
    allowing = [each for policy in policies for each in policy.document.statements if each.effect is Effect.ALLOW]
    granted = {pattern for each in allowing if not each.actions.negated for pattern in each.actions.patterns}
    services = {pattern.partition(":")[0].lower() for pattern in granted}
    return services | {"*"} if any(each.actions.negated for each in allowing) else services


def _days(since: datetime, now: datetime) -> int:
    return max(0, (now - since).days)
