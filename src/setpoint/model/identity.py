"""What a principal may do: as it was intended, as it is granted, as it is used; and what is to be said of the three.

`compare/identity/permissions` makes it for AWS, the ledger keeps it, `setpoint identity` shows it. Nothing here knows
of a provider: a permission is actions on resources under a condition, whoever spells them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from setpoint.model.canonical import digest
from setpoint.model.urn import Urn

MOST_NAMED: Final = 2
"""Resources that a permission's name spells out; of more, how many there are, and a digest of all."""

LONGEST_NAMED: Final = 400
"""Characters of a permission's name, but for the digest of what is left out."""

UNUSED_AFTER: Final = timedelta(days=90)
"""Within which what is granted has to be used, where nobody says otherwise: as long as AWS itself keeps the history of
events (AWS CloudTrail User Guide, *Working with CloudTrail Event history*)."""


class Aspect(StrEnum):
    """What a permission says."""

    MAY = "may"
    MAY_NOT = "may not"
    """A denial, which takes from whatever else is granted."""
    TRUSTS = "trusts"
    """Who may become the principal: its resources are those who may."""
    TRUSTS_NOT = "trusts not"
    LIMIT = "limit"
    """Beyond it nothing is granted, whatever else says so: its resource is what limits."""


@dataclass(frozen=True, slots=True, order=True)
class Permission:
    aspect: Aspect
    actions: tuple[str, ...]
    """Patterns, as whoever declared or granted it spells them. One, unless all but these are meant."""
    resources: tuple[str, ...]
    condition: str = ""
    """`StringEquals aws:PrincipalTag/team = payments`; empty where it always holds."""
    but_actions: bool = False
    """Whether all actions are meant but these."""
    but_resources: bool = False

    @property
    def name(self) -> str:
        """Its one name, which is the path of what is found of it: `may s3:GetObject on arn:aws:s3:::invoices/*`."""
        which = _listed(self.resources)
        if self.aspect is Aspect.LIMIT:
            return f"{self.aspect} {which}"
        what = f"{self.aspect} {'all but ' if self.but_actions else ''}{', '.join(self.actions)}"
        by = "by" if self.aspect in {Aspect.TRUSTS, Aspect.TRUSTS_NOT} else "on"
        where = f"{by} {'all but ' if self.but_resources else ''}{which}"
        whole = f"{what} {where}{f' if {self.condition}' if self.condition else ''}"
        return whole if len(whole) <= LONGEST_NAMED else f"{whole[:LONGEST_NAMED]}… #{digest(whole)[:8]}"


def _listed(names: Sequence[str]) -> str:
    if len(names) <= MOST_NAMED + 1:
        return ", ".join(names)
    left_out = len(names) - MOST_NAMED
    return f"{', '.join(names[:MOST_NAMED])} and {left_out} more #{digest(list(names))[:8]}"


UNDECLARED: Final = "identity/undeclared"
"""The rule of a principal that nobody declared; all that it is granted is told with it."""

ABSENT: Final = "identity/absent"
"""The rule of a principal that was declared and does not exist."""


class Verdict(StrEnum):
    AS_INTENDED = "as intended"
    UNINTENDED = "granted, not intended"
    MISSING = "intended, not granted"
    LIMITED = "granted, denied elsewhere"
    """Something else keeps it from having any effect: a limit, or a denial."""
    UNUSED = "granted, not used"
    NOT_GRANTED = "used, not granted now"
    UNKNOWN = "could not tell"

    @property
    def differs(self) -> bool:
        return self not in {Verdict.AS_INTENDED, Verdict.UNKNOWN}


RULES: Final[Mapping[Verdict, str]] = {
    Verdict.UNINTENDED: "identity/unintended",
    Verdict.MISSING: "identity/missing",
    Verdict.LIMITED: "identity/limited",
    Verdict.UNUSED: "identity/unused",
    Verdict.NOT_GRANTED: "identity/used-not-granted",
}
"""What is to be said of a permission → the rule of what is found of it."""

GRANTS_DIFFER: Final = frozenset({RULES[Verdict.UNINTENDED], RULES[Verdict.MISSING], UNDECLARED, ABSENT})
"""Rules of what is granted otherwise than was intended; the others tell of use, and of what has no effect."""

ALL_RULES: Final = (*RULES.values(), UNDECLARED, ABSENT)


@dataclass(frozen=True, slots=True)
class Granter:
    """The statement of a policy that grants a permission now."""

    policy: str
    index: int
    """From 0."""
    sid: str = ""
    through: str = ""
    """The group by way of which; empty where the principal has it itself."""

    @property
    def name(self) -> str:
        sid = f" ({self.sid})" if self.sid else ""
        through = f", through {self.through}" if self.through else ""
        return f"{self.policy}: Statement[{self.index}]{sid}{through}"


@dataclass(frozen=True, slots=True)
class PermissionRow:
    """One permission, intended against granted."""

    permission: Permission
    verdict: Verdict
    intended_by: tuple[str, ...] = ()
    """Where it was declared: `main.tfstate: aws_iam_role.ci: inline policy deploy`. Empty where nowhere."""
    granted_by: tuple[Granter, ...] = ()
    """Empty where nothing grants it now."""
    limited_by: str = ""
    """What keeps it from having any effect; empty where nothing is known to."""
    because: str = ""
    """Why it could not be told."""
    is_shared: bool = False
    """Whether it comes by way of a group that was intended, of which it is told."""
    is_meant: bool = False
    """Whether what keeps it from having any effect was intended to."""

    @property
    def differs(self) -> bool:
        """Whether it is to be told of this principal as a difference."""
        return self.verdict.differs and not self.is_shared and not self.is_meant


@dataclass(frozen=True, slots=True)
class PrincipalComparison:
    """All that is intended for one principal, against all that it is granted."""

    urn: Urn
    principal: str
    """As its provider names it: an ARN."""
    service: str = ""
    """The owning service; empty where no tag names one."""
    declared_at: str = ""
    """Empty where it is declared nowhere."""
    exists: bool = True
    rows: tuple[PermissionRow, ...] = ()
    doubts: tuple[str, ...] = ()
    """What is not known of it, a clause each."""
    provided_by: str = ""
    """Not empty where the provider itself made it, so that nobody is asked to declare it."""
    is_undeclared: bool = False
    """Whether it is there and nobody intended that: known only where everything that was declared could be read."""

    @property
    def name(self) -> str:
        return self.urn.identifier


Place = tuple[str, str]
"""Rule and path of a difference, as its finding has them."""


@dataclass(frozen=True, slots=True)
class Used:
    """How often one action was done to one resource."""

    action: str
    resource: str
    count: int
    last: datetime


@dataclass(frozen=True, slots=True)
class GrantChange:
    """That a policy, or what is attached to a principal, was changed."""

    at: datetime
    by: str
    """The principal that did it."""


@dataclass(frozen=True, slots=True)
class UseRecord:
    """How far it can be told what was used."""

    since: datetime | None
    """From when on the record tells of every call; None where no record is kept, or nothing was recorded yet."""
    doubts: tuple[str, ...] = ()
    """Why, since then, something may have been used that is not recorded; a clause each."""
    unmapped: frozenset[str] = frozenset()
    """Services of whose calls some could not be told."""
    actions: frozenset[str] = frozenset()
    """Those that anybody in the account was recorded to do since."""
    changes: Mapping[str, GrantChange] = field(default_factory=dict)
    """Policy of the principal → when it was last changed or attached, as far as the record tells."""
    is_kept: bool = True
    """Whether anybody said where the record is."""

    def covers(self, since: datetime) -> str:
        """Why it does not tell all since then; empty where it does."""
        if not self.is_kept:
            return "no record of calls is configured"
        if self.since is None:
            return "no calls were recorded yet"
        if self.since > since:
            return f"the record of calls begins at {self.since:%Y-%m-%d %H:%M} UTC only"
        return "; ".join(self.doubts)


@dataclass(frozen=True, slots=True)
class UsedRow:
    """A permission, with what was used of it."""

    row: PermissionRow
    verdict: Verdict
    """With regard to its use, too."""
    used: tuple[Used, ...] = ()
    """By action, the most recent resource first."""
    because: str = ""
    """Why it is not known whether it was used, or of what was used whether it is granted; empty where it is."""
    changed: GrantChange | None = None
    """When what grants it was last changed or attached; None where nobody recorded that."""

    @property
    def differs(self) -> bool:
        """Whether it is to be told of this principal as a difference."""
        is_sure = self.verdict is not Verdict.NOT_GRANTED or not self.because
        return self.verdict.differs and is_sure and not self.row.is_shared and not self.row.is_meant

    @property
    def place(self) -> Place:
        """Of one that differs."""
        return RULES[self.verdict], self.row.permission.name

    def is_used_since(self, since: datetime) -> bool:
        return self.last is not None and self.last >= since

    @property
    def count(self) -> int:
        return sum(each.count for each in self.used)

    @property
    def last(self) -> datetime | None:
        return max((each.last for each in self.used), default=None)


@dataclass(frozen=True, slots=True)
class AccountReading:
    """How far the identities of one account are known."""

    partition: str
    account: str
    read_at: datetime | None
    """When they were last read; None where they never could be."""
    doubts: tuple[str, ...] = ()
    """What of them could not be read the last time, or of what was declared; a clause each."""


@dataclass(frozen=True, slots=True)
class PrincipalUse:
    """One principal: intended, granted and used."""

    comparison: PrincipalComparison
    rows: tuple[UsedRow, ...]

    @property
    def differing(self) -> tuple[UsedRow, ...]:
        """Permission by permission; of one that nobody declared, or that is not there, all does and is told as one."""
        if self.comparison.is_undeclared or not self.comparison.exists:
            return ()
        return tuple(each for each in self.rows if each.differs)

    @property
    def places(self) -> tuple[Place, ...]:
        """Of everything that differs."""
        if self.comparison.is_undeclared:
            return ((UNDECLARED, ""),)
        if not self.comparison.exists:
            return ((ABSENT, ""),)
        return tuple(each.place for each in self.differing)

    @property
    def is_unsure(self) -> bool:
        """Whether something of it could not be told, beside its use."""
        return bool(self.comparison.doubts) or any(each.verdict is Verdict.UNKNOWN for each in self.rows)
