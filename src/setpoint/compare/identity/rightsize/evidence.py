"""What is known of a principal's use: what it did to what, how far the record of it reaches, and what it lacks.

`wiring.rightsize` makes it of files or of the ledger.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Final

from setpoint.compare.identity.aws.patterns import Matcher, action_matcher
from setpoint.compare.identity.rightsize.reference import Reference
from setpoint.compare.identity.rightsize.unrecorded import UNRECORDED, Unrecorded
from setpoint.model.iam_account import IamAccount, IamRole, IamUser
from setpoint.model.permission_use import ANY_RESOURCE, Use

NAMED_IN_IAM: Final = ("group", "instance-profile", "role", "user")
"""Resources of IAM whose names are unique in an account whatever their path, which events leave out."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time that is looked back over."""

    days: int
    """As many as were asked for."""
    until: datetime
    """Where the record ends."""
    since: datetime
    """Where it begins within what was asked for, or the principal was made."""

    @property
    def covered(self) -> float:
        """Days."""
        return max((self.until - self.since).total_seconds() / 86400.0, 0.0)


@dataclass(frozen=True, slots=True)
class Evidence:
    period: Period
    used: Mapping[str, Mapping[str, int]]
    """Action → resource → how many calls of the principal were let through. A resource may be a pattern, or `*`."""
    seen: frozenset[str]
    """Actions that the record has of anybody: it logs them."""
    unmapped: frozenset[str] = frozenset()
    """Services with events in the record of which no IAM action is known."""
    lacks: tuple[str, ...] = ()
    """What the record lacks of the period, a clause each."""
    told: tuple[str, ...] = ()
    """What else is to be known of it, a clause each."""
    _logged: dict[str, Unrecorded | None] = field(default_factory=dict, compare=False, repr=False)

    def unrecorded(self, action: str) -> Unrecorded | None:
        """What hides the use of this action; None where the record would show it."""
        if action not in self._logged:
            self._logged[action] = self._hidden(action)
        return self._logged[action]

    def shows_reads(self, reference: Reference) -> bool:
        """Whether the record has a call that reads, data events aside: a trail may be told to log writes alone."""
        managing = (each for each in sorted(self.seen) if group_of(each) is None and reference.matching(each))
        return any(reference.facts(each).level.only_reads for each in managing)

    def _hidden(self, action: str) -> Unrecorded | None:
        group = group_of(action)
        if group is None:
            return None
        shows = action_matcher(group.shown_by or group.actions)
        return None if any(shows(each.lower()) for each in self.seen) else group


def group_of(action: str) -> Unrecorded | None:
    """Of calls that are not always logged; None for one that is."""
    service = action.partition(":")[0]
    return next((each for each, fits in _unrecorded_of(service) if fits(action.lower())), None)


@cache
def _unrecorded_of(service: str) -> list[tuple[Unrecorded, Matcher]]:
    return [
        (each, action_matcher(each.actions))
        for each in UNRECORDED
        if any(pattern.startswith(f"{service}:") for pattern in each.actions)
    ]


def names_of(principal: IamUser | IamRole) -> tuple[str, ...]:
    """Under which the record may know it: a session's ARN leaves out the path of its role."""
    head, _, resource = principal.arn.partition("/")
    plain = f"{head}/{resource.rpartition('/')[2]}"
    return tuple(dict.fromkeys((principal.arn, plain)))


def used_by(uses: Iterable[Use], names: Collection[str], account: IamAccount) -> dict[str, dict[str, int]]:
    """Action → resource → calls, of what was let through."""
    named = [each.arn for holders in (account.users, account.roles, account.groups) for each in holders]
    arns = {_plain(each): each for each in named}
    counts: defaultdict[str, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for use in uses:
        if use.used and use.principal in names:
            counts[use.action][_resource(use.resource, arns)] += use.used
    return {action: dict(resources) for action, resources in counts.items()}


def _resource(arn: str, arns: Mapping[str, str]) -> str:
    """As policies have to name it; `*` where that cannot be said.

    What stands between `${` and `}` would be a variable in a policy, whatever wrote it into a request.
    """
    if "${" in arn:
        return ANY_RESOURCE
    kind = arn.partition(":iam::")[2].partition(":")[2].partition("/")[0]
    return arns.get(_plain(arn), ANY_RESOURCE) if kind in NAMED_IN_IAM else arn


def _plain(arn: str) -> str:
    """Without the path."""
    head, _, resource = arn.partition("/")
    return f"{head}/{resource.rpartition('/')[2]}"
