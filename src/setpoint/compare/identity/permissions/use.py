"""What a principal used, beside what it is granted: whose statement each call falls under, and what nobody called.

That something was not used is said only where the record could not but tell of it; everything else is not known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from setpoint.compare.identity.aws.evaluation import NEVER_DENIED
from setpoint.compare.identity.aws.patterns import (
    Matcher,
    Sign,
    Tokens,
    Variable,
    action_matcher,
    matcher,
    resource_tokens,
)
from setpoint.compare.identity.permissions.inclusion import Box, Space, overlaps, space_of_actions
from setpoint.compare.identity.rightsize.unrecorded import UNRECORDED
from setpoint.model.iam import Selection
from setpoint.model.identity import (
    Aspect,
    GrantChange,
    Permission,
    PermissionRow,
    PrincipalComparison,
    PrincipalUse,
    Used,
    UsedRow,
    UseRecord,
    Verdict,
)
from setpoint.model.permission_use import ANY_RESOURCE

MAY_BE_GRANTED: Final = "a policy of the resource itself may grant it"

GROUP: Final = "AWS::IAM::Group"
GROUP_WHY: Final = "a group makes no calls: see its members"

HANDING_OVER: Final = "iam:PassRole"
HANDING_OVER_WHY: Final = "handing over a role is no call of its own"
"""So that CloudTrail does not log it (IAM User Guide, "Grant a user permissions to pass a role to an AWS service")."""

GRANT_THEMSELVES: Final = frozenset(
    {
        *("apigateway", "backup", "codeartifact", "codebuild", "dynamodb", "ecr", "ecr-public", "elasticfilesystem"),
        *("es", "events", "execute-api", "glacier", "glue", "iot", "kinesis", "kms", "lambda", "logs", "mediastore"),
        *("ram", "redshift-serverless", "s3", "s3express", "s3-outposts", "secretsmanager", "ses", "sns", "sqs"),
        *("ssm", "ssm-incidents", "sts", "vpc-lattice", "acm-pca", "cloudtrail", "rolesanywhere"),
    }
)
"""Services whose resources have policies of their own (IAM User Guide, "AWS services that work with IAM")."""


def with_use(comparison: PrincipalComparison, used: Iterable[Used], record: UseRecord, since: datetime) -> PrincipalUse:
    """`used` is all that is recorded of the principal; what was not used since then counts as not used."""
    calls = [each for each in used if each.action.lower() not in NEVER_DENIED]
    by_row, left = _assigned(comparison.rows, calls)
    judged = _Judged(comparison, record, since)
    rows = [judged.row(each, by_row[number]) for number, each in enumerate(comparison.rows)]
    return PrincipalUse(comparison, (*rows, *judged.not_granted(left)))


def _assigned(rows: Sequence[PermissionRow], calls: Sequence[Used]) -> tuple[Mapping[int, list[Used]], list[Used]]:
    """Number of a row → what was used of it; and what falls under none that is granted."""
    granting = [
        (number, _speaks(each.permission))
        for number, each in enumerate(rows)
        if each.permission.aspect is Aspect.MAY and each.granted_by
    ]
    by_row: defaultdict[int, list[Used]] = defaultdict(list)
    left = []
    for call in calls:
        fitting = [number for number, speaks in granting if speaks.of(call)]
        for number in fitting:
            by_row[number].append(call)
        if not fitting:
            left.append(call)
    return by_row, left


class _Speaks:
    """Whether a permission is about a call."""

    def __init__(self, permission: Permission) -> None:
        self._acts, self._but_acts = action_matcher(permission.actions), permission.but_actions
        self._patterns = [_open(resource_tokens(each, variables=True)) for each in permission.resources]
        self._resources: list[Matcher] = [matcher(each) for each in self._patterns]
        self._but_resources = permission.but_resources
        self._space = Space(frozenset(self._patterns), permission.but_resources)

    def of(self, call: Used) -> bool:
        if self._acts(call.action.lower()) is self._but_acts:
            return False
        if call.resource == ANY_RESOURCE:
            return True
        if "*" in call.resource:
            # Several resources of one kind, counted as one: any of them will do.
            actions = space_of_actions(Selection((call.action,)))
            counted = Space(frozenset({resource_tokens(call.resource, variables=False)}))
            return overlaps(Box(actions, counted), (Box(actions, self._space),))
        return any(fits(call.resource) for fits in self._resources) is not self._but_resources


@lru_cache(maxsize=16_384)
def _speaks(permission: Permission) -> _Speaks:
    return _Speaks(permission)


def _open(tokens: Tokens) -> Tokens:
    """With anything in the place of a variable, whose value the record does not tell."""
    return tuple(Sign.MANY if isinstance(each, Variable) else each for each in tokens)


class _Judged:
    """The rows of one principal, with regard to their use."""

    def __init__(self, comparison: PrincipalComparison, record: UseRecord, since: datetime) -> None:
        self._comparison = comparison
        self._record = record
        self._since = since
        self._uncovered = record.covers(since)

    def row(self, row: PermissionRow, used: Sequence[Used]) -> UsedRow:
        told = UsedRow(row, row.verdict, tuple(_by_action(used)), changed=self._changed(row))
        if row.permission.aspect is not Aspect.MAY or not row.granted_by or told.is_used_since(self._since):
            return told
        why = self._uncovered or self._unrecorded(row.permission) or self._too_young(told.changed)
        if why:
            return replace(told, because=why)
        is_plain = row.verdict is Verdict.AS_INTENDED and not self._comparison.provided_by
        return replace(told, verdict=Verdict.UNUSED) if is_plain else told

    def not_granted(self, calls: Iterable[Used]) -> Iterator[UsedRow]:
        """What was used lately and none of its policies grants now; by action and resource."""
        for call in sorted(calls, key=lambda each: (each.action, each.resource)):
            if call.last < self._since or self._comparison.doubts:
                continue
            permission = Permission(Aspect.MAY, (call.action,), (call.resource,))
            row = PermissionRow(permission, Verdict.NOT_GRANTED)
            service = call.action.partition(":")[0]
            yield UsedRow(row, row.verdict, (call,), MAY_BE_GRANTED if service in GRANT_THEMSELVES else "")

    def _unrecorded(self, permission: Permission) -> str:
        """Why its use would not be in the record; empty where it would."""
        if self._comparison.urn.type == GROUP:
            return GROUP_WHY
        return _never_told(permission, self._record.actions) or _unmapped(permission, self._record.unmapped)

    def _changed(self, row: PermissionRow) -> GrantChange | None:
        known = (self._record.changes.get(each.policy) for each in row.granted_by)
        return max((each for each in known if each is not None), key=lambda each: each.at, default=None)

    def _too_young(self, changed: GrantChange | None) -> str:
        """Why it could not have been used for all that time."""
        if changed is None or changed.at <= self._since:
            return ""
        return f"it was granted or changed at {changed.at:%Y-%m-%d %H:%M} UTC"


def _by_action(used: Iterable[Used]) -> Iterator[Used]:
    """In all, of each action; the most recent first, with the resource that it was done to last."""
    found: dict[str, Used] = {}
    for each in used:
        known = found.get(each.action)
        newer = each if known is None or each.last > known.last else known
        found[each.action] = replace(newer, count=each.count + (known.count if known else 0))
    yield from sorted(found.values(), key=lambda each: (-each.last.timestamp(), each.action))


@lru_cache(maxsize=16_384)
def _never_told(permission: Permission, recorded: frozenset[str]) -> str:
    about = Box(space_of_actions(Selection(permission.actions, permission.but_actions)), _ALL)
    for group in UNRECORDED:
        shown = action_matcher(group.shown_by or group.actions)
        if overlaps(about, (_box(group.actions),)) and not any(shown(each.lower()) for each in recorded):
            return group.why
    return HANDING_OVER_WHY if overlaps(about, (_box((HANDING_OVER,)),)) else ""


_ALL: Final = Space(frozenset({(Sign.MANY,)}))


@lru_cache(maxsize=256)
def _box(actions: tuple[str, ...]) -> Box:
    return Box(space_of_actions(Selection(actions)), _ALL)


def _unmapped(permission: Permission, services: Iterable[str]) -> str:
    about = Box(space_of_actions(Selection(permission.actions, permission.but_actions)), _ALL)
    for service in sorted(services):
        if overlaps(about, (_box((f"{service}:*",)),)):
            return f"of some recorded calls of {service} it is not known which action they took"
    return ""
