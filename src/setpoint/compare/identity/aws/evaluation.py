"""Whether AWS would let a request through, layer by layer, with the statement that decides each.

The rules are those of the IAM User Guide, "Policy evaluation logic", "Cross-account policy evaluation logic" and
"Permissions boundaries", and of the Organizations User Guide, "SCP evaluation" and "RCP evaluation".
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from setpoint.compare.identity.aws.facts import Facts
from setpoint.compare.identity.aws.layers import Deciding, Layer, Said, said, said_of_caller
from setpoint.compare.identity.aws.organisation import limited_by_rcps
from setpoint.compare.identity.aws.principals import Grant
from setpoint.compare.identity.aws.request import CallerKind, Request
from setpoint.compare.identity.aws.truth import Truth
from setpoint.model.iam import Effect, NamedPolicy

GUARDED_BY_THEMSELVES: Final = ("kms:", "sts:")
"""Services whose resources, keys and roles, let nobody in but by their own policy ("Policy evaluation logic",
"Resource-based policies"): what an identity's policy allows counts where that policy leaves it to the account."""

NEVER_DENIED: Final = frozenset({"sts:getcalleridentity"})
"""Actions that every caller of an account may do, whatever is denied (STS API Reference, GetCallerIdentity)."""


@dataclass(frozen=True, slots=True)
class Policies:
    """All that bear on a request. What is None does not apply: it neither grants nor limits."""

    identity: tuple[NamedPolicy, ...] = ()
    """Attached to the caller or its groups; none of them grants nothing."""
    resource: tuple[NamedPolicy, ...] | None = None
    """The resource's own, such as a role's trust policy: one as a rule, and together where there are more."""
    boundary: NamedPolicy | None = None
    session: tuple[NamedPolicy, ...] | None = None
    """Given when the session began: together they allow what one of them allows."""
    scps: tuple[tuple[NamedPolicy, ...], ...] | None = None
    """Of the caller's account: those attached at each level (root, units, account), each of which has to allow. None
    for the management account."""
    rcps: tuple[tuple[NamedPolicy, ...], ...] | None = None
    """Of the resource's account, level by level. None for the management account."""


class Answer(StrEnum):
    ALLOWED = "allowed"
    CONDITIONAL = "conditional"
    """Not to be told from what is known: allowed if the missing keys have the right values."""
    EXPLICIT_DENY = "explicitDeny"
    IMPLICIT_DENY = "implicitDeny"


@dataclass(frozen=True, slots=True)
class LayerAnswer:
    layer: Layer
    answer: Answer
    statement: Deciding | None = None
    """None where no statement speaks of the request, which is why it is denied implicitly."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    answer: Answer
    layers: tuple[LayerAnswer, ...] = ()
    """Those that apply, whether or not the answer depends on them; one for each level of the organisation."""
    missing: tuple[str, ...] = ()
    """The condition keys that are unknown and could change the answer, in order; only where it is conditional."""


def evaluate(request: Request, policies: Policies) -> Evaluation:
    """What AWS would answer. Never `allowed` while something that is not known could still deny it."""
    return weigh(Facts(request), policies)


def weigh(facts: Facts, policies: Policies) -> Evaluation:
    """As `evaluate`, also where it is still open which resource is meant."""
    if facts.action in NEVER_DENIED and facts.caller.is_of_account:
        return Evaluation(Answer.ALLOWED)
    heard = _hear(facts, policies)
    layers = heard.all()
    denied = max((each.denied for each in layers), default=Truth.NO)
    answer = _answer(denied, _granted(facts, heard))
    missing = set[str]().union(*(each.missing for each in layers)) if answer is Answer.CONDITIONAL else ()
    return Evaluation(answer, tuple(_layer_answer(each) for each in layers), tuple(sorted(missing)))


@dataclass(frozen=True, slots=True)
class _Heard:
    """What each layer says that bears on the request."""

    rcps: tuple[Said, ...]
    scps: tuple[Said, ...]
    resource: Said | None
    identity: Said | None
    """None for a caller to whom nothing can be attached."""
    boundary: Said | None
    session: Said | None

    @property
    def of_resource(self) -> Truth:
        """Whether the resource's policy allows it in any way; one that is not there allows nothing."""
        return self.resource.allowed if self.resource else Truth.NO

    def all(self) -> list[Said]:
        of_caller = (self.resource, self.identity, self.boundary, self.session)
        return [*self.rcps, *self.scps, *(each for each in of_caller if each is not None)]


def _hear(facts: Facts, policies: Policies) -> _Heard:
    caller = facts.caller
    limitable = caller.is_of_account and not caller.is_service_linked
    is_root = caller.kind is CallerKind.ROOT
    bounded = policies.boundary is not None and caller.is_of_account and not is_root
    own = policies.resource
    return _Heard(
        rcps=_levels(Layer.RCP, policies.rcps, facts) if limited_by_rcps(facts) else (),
        scps=_levels(Layer.SCP, policies.scps, facts) if limitable else (),
        resource=said_of_caller(Layer.RESOURCE, own, facts, bounded=bounded) if own is not None else None,
        identity=_identity(facts, policies) if caller.is_of_account else None,
        boundary=_limit(Layer.BOUNDARY, (policies.boundary,) if policies.boundary and bounded else None, facts),
        session=_limit(Layer.SESSION, policies.session if caller.is_of_account and not is_root else None, facts),
    )


def _levels(layer: Layer, levels: Iterable[tuple[NamedPolicy, ...]] | None, facts: Facts) -> tuple[Said, ...]:
    heard = [(level, said(layer, level, facts)) for level in levels or ()]
    for level, each in heard:
        if layer is Layer.RCP and not _allows_anything(level):
            each.granted[Grant.DIRECT] = Truth.YES
    return tuple(each for _, each in heard)


def _allows_anything(policies: Iterable[NamedPolicy]) -> bool:
    """AWS keeps `RCPFullAWSAccess` attached at every level; where nobody lists it, it is there all the same."""
    return any(each.effect is Effect.ALLOW for policy in policies for each in policy.document.statements)


def _identity(facts: Facts, policies: Policies) -> Said:
    """Nothing has to be attached to a root user for it to have full access to its account."""
    result = said(Layer.IDENTITY, policies.identity, facts)
    if facts.caller.kind is CallerKind.ROOT:
        result.granted[Grant.DIRECT] = Truth.YES
    return result


def _limit(layer: Layer, policies: Iterable[NamedPolicy] | None, facts: Facts) -> Said | None:
    return None if policies is None else said(layer, policies, facts)


def _granted(facts: Facts, heard: _Heard) -> Truth:
    """Whether what is needed allows the request, denials aside."""
    organisation = min((each.allowed for each in (*heard.rcps, *heard.scps)), default=Truth.YES)
    if heard.identity is None:
        return min(organisation, heard.of_resource)
    within = min((each.allowed for each in (heard.boundary, heard.session) if each), default=Truth.YES)
    if facts.caller.is_federated_user and heard.session is None:
        within = Truth.NO  # without a policy of the session it has no permissions ("Policy evaluation logic")
    by_identity = min(heard.identity.allowed, within)
    if facts.caller.account != facts.request.resource_account:
        return min(organisation, by_identity, heard.of_resource)
    if heard.resource is None:
        return min(organisation, by_identity)
    if facts.action.startswith(GUARDED_BY_THEMSELVES):
        by_identity = min(by_identity, heard.resource.by(Grant.ACCOUNT))
    by_resource = max(heard.resource.by(Grant.DIRECT), min(heard.resource.by(Grant.ENTITY), within))
    return min(organisation, max(by_identity, by_resource))


def _answer(denied: Truth, granted: Truth) -> Answer:
    if denied is Truth.YES:
        return Answer.EXPLICIT_DENY
    if granted is Truth.NO:
        return Answer.IMPLICIT_DENY
    return Answer.ALLOWED if granted is Truth.YES and denied is Truth.NO else Answer.CONDITIONAL


def _layer_answer(each: Said) -> LayerAnswer:
    answer = _answer(each.denied, each.allowed)
    by_denier = answer is Answer.EXPLICIT_DENY or (answer is Answer.CONDITIONAL and each.denied is Truth.MAYBE)
    return LayerAnswer(each.layer, answer, each.denier if by_denier else each.allower)
