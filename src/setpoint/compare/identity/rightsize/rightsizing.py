"""The least that a principal has to be granted for what it does: what takes the place of its policies, and why.

Called by `wiring.rightsize`. Nothing is granted that is not granted now: every statement is part of one that is there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Final

from setpoint.compare.identity.aws.evaluation import Policies
from setpoint.compare.identity.aws.request import Caller, CallerKind
from setpoint.compare.identity.rightsize.documents import (
    INLINE_OF_ROLE,
    INLINE_OF_USER,
    MANAGED,
    MOST_ATTACHED,
    as_json,
    documents_of,
    size,
)
from setpoint.compare.identity.rightsize.evidence import Evidence, Period
from setpoint.compare.identity.rightsize.granting import (
    Granting,
    HeldPolicy,
    Holding,
    granting_statements,
    held_policies,
)
from setpoint.compare.identity.rightsize.keeping import Keeper, Keeping, Kept, Why
from setpoint.compare.identity.rightsize.narrowing import MOST
from setpoint.compare.identity.rightsize.proof import Proof, prove
from setpoint.compare.identity.rightsize.reference import Reference
from setpoint.compare.identity.rightsize.spelling import spelt
from setpoint.errors import InputError
from setpoint.model.canonical import Json
from setpoint.model.iam import NamedPolicy, PolicyDocument
from setpoint.model.iam_account import IamAccount, IamRole, IamUser
from setpoint.model.wording import counted

NAME: Final = "right-sized"
"""Of the policies that are proposed; with a number where there are several."""

LEAST_COVERED: Final = 0.5
"""Of the time asked for: a record of less than half of it proves too little."""
MOST_UNKNOWN: Final = 0.5
"""Of the permissions that are granted: where the use of more of them is unknown, that outweighs what is known."""


class Fate(StrEnum):
    """What becomes of a statement."""

    GOES = "goes"
    NARROWED = "narrowed"
    STAYS = "stays"


@dataclass(frozen=True, slots=True)
class StatementFate:
    policy: str
    index: int
    sid: str
    before: int
    """Permissions that it grants."""
    after: int
    fate: Fate


@dataclass(frozen=True, slots=True)
class Removed:
    """A permission that goes."""

    action: str
    escalations: tuple[str, ...] = ()
    """Ids of the escalation paths that it is a part of."""


@dataclass(frozen=True, slots=True)
class RightSizing:
    principal: IamUser | IamRole
    period: Period
    before: int
    """Permissions that are granted, by action."""
    after: int
    removed: tuple[Removed, ...]
    """Those that are part of an escalation path first."""
    fates: tuple[StatementFate, ...]
    documents: tuple[PolicyDocument, ...]
    written: tuple[Json, ...]
    """The same as JSON, with condition keys as people spell them."""
    is_inline: bool
    """Whether they fit in as inline policies; else each is a managed one."""
    replaced: tuple[HeldPolicy, ...]
    """What to take away once they are there."""
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Why the use of some permissions cannot be known → these, which are kept."""
    told: tuple[str, ...] = ()
    """What else whoever applies it has to know, a clause each."""
    doubts: tuple[str, ...] = ()
    """Why what is removed cannot be relied on to be unused, a clause each."""
    proof: Proof = field(default_factory=Proof)

    @property
    def is_changed(self) -> bool:
        return any(each.fate is not Fate.STAYS for each in self.fates)

    def policy_name(self, number: int) -> str:
        """Of a document, from 0."""
        return NAME if len(self.documents) == 1 else f"{NAME}-{number + 1}"


def right_size(
    account: IamAccount,
    principal: IamUser | IamRole,
    evidence: Evidence,
    reference: Reference,
    risky: Mapping[str, Sequence[str]],
    *,
    keep_reads: bool = False,
    most: int = MOST,
) -> RightSizing:
    """`risky`: action in lower case → ids of the escalation paths that it is a part of.

    `InputError` for a role that only AWS can change.
    """
    if isinstance(principal, IamRole) and principal.is_service_linked:
        raise InputError(
            f"{principal.arn} belongs to an AWS service", remedy="nobody but the service can change what it may do"
        )
    held = held_policies(account, principal)
    replaced = tuple(each for each in held if each.allows)
    statements = granting_statements(replaced, reference)
    keeping = Keeper(statements, evidence, reference, keep_reads=keep_reads, most=most).keeping()
    documents = documents_of(keeping.kept, replaced)
    granted = frozenset[str]().union(*(each.actions for each in statements))
    kept = {each.action for each in keeping.kept if each.why is not Why.UNLISTED}
    stays = tuple(each for each in held if not each.allows)
    proof = _prove(account, principal, evidence, reference, documents, stays)
    return RightSizing(
        principal=principal,
        period=evidence.period,
        before=len(granted),
        after=len(kept),
        removed=tuple(_removed(granted - kept, risky)),
        fates=tuple(_fate(each, keeping.kept) for each in statements),
        documents=documents,
        written=tuple(as_json(each, lambda key, actions: spelt(key, actions, reference)) for each in documents),
        is_inline=_fits_inline(principal, documents, stays),
        replaced=replaced,
        unknown={why: tuple(actions) for why, actions in keeping.unknown.items()},
        told=tuple(_told(account, principal, evidence, keeping, documents, held)),
        doubts=(
            *_doubts_of_record(evidence, reference, granted - kept),
            *_doubts(account, principal, keeping, len(granted), proof),
        ),
        proof=proof,
    )


def _removed(actions: Collection[str], risky: Mapping[str, Sequence[str]]) -> list[Removed]:
    found = [Removed(each, tuple(risky.get(each.lower(), ()))) for each in actions]
    return sorted(found, key=lambda each: (not each.escalations, each.action))


def _fate(granting: Granting, kept: Sequence[Kept]) -> StatementFate:
    own = [each for each in kept if each.granting is granting]
    actions = {each.action for each in own if each.why is not Why.UNLISTED}
    whole = actions == granting.actions and all(each.resources == granting.resources for each in own)
    fate = (Fate.STAYS if whole else Fate.NARROWED) if own else Fate.GOES
    return StatementFate(
        granting.policy.name, granting.index, granting.statement.sid, len(granting.actions), len(actions), fate
    )


def _fits_inline(
    principal: IamUser | IamRole, documents: Sequence[PolicyDocument], stays: Sequence[HeldPolicy]
) -> bool:
    """Beside the inline policies that stay."""
    own = [each.policy.document for each in stays if each.holding is Holding.INLINE]
    most = INLINE_OF_ROLE if isinstance(principal, IamRole) else INLINE_OF_USER
    return sum(map(size, (*own, *documents))) <= most


def _prove(
    account: IamAccount,
    principal: IamUser | IamRole,
    evidence: Evidence,
    reference: Reference,
    documents: Sequence[PolicyDocument],
    stays: Sequence[HeldPolicy],
) -> Proof:
    kind = CallerKind.USER if isinstance(principal, IamUser) else CallerKind.ROLE
    caller = Caller(principal.arn, account.id, kind, tags=principal.tags, organisation=account.organisation)
    limits = Policies(boundary=account.boundary(principal), scps=account.scps, rcps=account.rcps)
    before = replace(limits, identity=account.identity_policies(principal))
    new = tuple(NamedPolicy(f"{NAME}-{number}", each) for number, each in enumerate(documents, start=1))
    after = replace(limits, identity=(*(each.policy for each in stays), *new))
    return prove(caller, evidence, reference, before, after)


def _told(
    account: IamAccount,
    principal: IamUser | IamRole,
    evidence: Evidence,
    keeping: Keeping,
    documents: Sequence[PolicyDocument],
    held: Sequence[HeldPolicy],
) -> Iterator[str]:
    yield from evidence.told
    yield from keeping.told
    if not keeping.kept:
        yield f"nothing that {principal.name} is granted was used, and nothing has to be kept: it needs no policy"
    for kept in keeping.kept:
        if kept.why is Why.UNLISTED:
            yield f"{kept.action} is kept: the Service Authorization Reference has no such action"
    for group in dict.fromkeys(each.group for each in held if each.group and each.allows):
        yield f"the group {group} grants some of it: take {principal.name} out of it, or nothing is removed"
    for each in held:
        if each.allows and each.denies:
            yield f"{each.policy.name} also denies: its denials are taken over"
    if len(documents) > MOST_ATTACHED:
        yield f"it takes {len(documents)} policies, and AWS lets {MOST_ATTACHED} be attached unless asked for more"
    if any(size(document) > MANAGED for document in documents):
        yield f"a statement cannot be cut to the {MANAGED:,} characters of a managed policy"
    yield from account.unread


def _doubts_of_record(evidence: Evidence, reference: Reference, removed: Collection[str]) -> Iterator[str]:
    yield from evidence.lacks
    period = evidence.period
    if period.covered < period.days * LEAST_COVERED:
        yield f"the record tells of {period.covered:.1f} of {period.days} days"
    reads = sum(1 for each in removed if reference.facts(each).level.only_reads)
    if reads and not evidence.shows_reads(reference):
        yield f"the record has no reading call of anybody, and {counted(reads, 'permission')} to read would be removed"


def _doubts(
    account: IamAccount, principal: IamUser | IamRole, keeping: Keeping, granted: int, proof: Proof
) -> Iterator[str]:
    unknown = {action for actions in keeping.unknown.values() for action in actions}
    if granted and len(unknown) > granted * MOST_UNKNOWN:
        yield f"the use of {len(unknown):,} of {granted:,} permissions cannot be known"
    for arn in account.unknown_policies(principal):
        yield f"nobody told what {arn} grants; it is left attached"
    if proof.lost:
        yield f"{counted(len(proof.lost), 'used permission')} would be lost: apply nothing of this, and report it"
