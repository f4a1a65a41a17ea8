"""Shows, by the engine that answers `setpoint can-i`, that what was used is still allowed by what takes the place."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from setpoint.compare.identity.aws.evaluation import Answer, Policies
from setpoint.compare.identity.aws.possible import AnyLike, OneOf, ResourceQuestion, can_on_some
from setpoint.compare.identity.aws.request import Caller, Context
from setpoint.compare.identity.rightsize.evidence import Evidence
from setpoint.compare.identity.rightsize.narrowing import any_of
from setpoint.compare.identity.rightsize.reference import Reference
from setpoint.model.permission_use import ANY_RESOURCE

_ORDER: Final = (Answer.ALLOWED, Answer.CONDITIONAL, Answer.EXPLICIT_DENY, Answer.IMPLICIT_DENY)

_Found = tuple[Answer, tuple[str, ...]]
"""An answer, and what it hangs on that is not known."""


@dataclass(frozen=True, slots=True)
class Call:
    action: str
    resource: str
    times: int


@dataclass(frozen=True, slots=True)
class Proof:
    calls: int = 0
    """Those that were let through, as far as the policies allow them now."""
    allowed: int = 0
    """How many of these the new policies allow as well."""
    conditional: int = 0
    """Of those that are allowed: under conditions that the record does not tell, the same as now."""
    lost: tuple[Call, ...] = ()
    """What would not be allowed any more: none, unless this program is wrong."""
    elsewhere: tuple[Call, ...] = ()
    """What none of the policies allows now: a resource's own policy does, or one that is gone did."""


def prove(caller: Caller, evidence: Evidence, reference: Reference, before: Policies, after: Policies) -> Proof:
    calls = allowed = conditional = 0
    lost, elsewhere = [], []
    for call in _calls(evidence.used):
        questions = list(_questions(call, caller.account, reference))
        now, then = _best(caller, call, questions, before), _best(caller, call, questions, after)
        if now[0] not in {Answer.ALLOWED, Answer.CONDITIONAL}:
            elsewhere.append(call)
            continue
        calls += call.times
        if then != now and then[0] is not Answer.ALLOWED:
            lost.append(call)
            continue
        allowed += call.times
        conditional += call.times if then[0] is Answer.CONDITIONAL else 0
    return Proof(calls, allowed, conditional, tuple(lost), tuple(elsewhere))


def _calls(used: Mapping[str, Mapping[str, int]]) -> Iterator[Call]:
    for action, resources in sorted(used.items()):
        for resource, times in sorted(resources.items()):
            yield Call(action, resource, times)


def _questions(call: Call, account: str, reference: Reference) -> Iterator[ResourceQuestion]:
    """Of the policies alone: the resource is taken to be the caller's account's.

    Where the record has a pattern, or does not say which resource it was, it was some of what that stands for.
    """
    if call.resource != ANY_RESOURCE:
        yield OneOf((call.resource,), account)
        if "*" in call.resource:
            yield AnyLike(call.resource, account)
        return
    kinds = reference.facts(call.action).kinds if reference.matching(call.action) else ()
    for kind in kinds:
        yield AnyLike(any_of(kind.form), account)
    if not kinds:
        yield OneOf((ANY_RESOURCE,), account)


def _best(caller: Caller, call: Call, questions: Iterable[ResourceQuestion], policies: Policies) -> _Found:
    found = [can_on_some(caller, call.action, each, policies, Context()) for each in questions]
    best = min(found, key=lambda each: _ORDER.index(each.answer))
    return best.answer, best.missing
