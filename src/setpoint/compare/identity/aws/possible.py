"""Whether there is any resource of a kind for which a request would be allowed; asked by the search for escalations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from setpoint.compare.identity.aws.automaton import Automaton, TooManyStatesError
from setpoint.compare.identity.aws.evaluation import Answer, Evaluation, Policies, weigh
from setpoint.compare.identity.aws.facts import Facts
from setpoint.compare.identity.aws.patterns import Sign, Token, Tokens, resource_tokens
from setpoint.compare.identity.aws.request import Caller, Context, Request
from setpoint.compare.identity.aws.statements import compiled
from setpoint.model.iam import NamedPolicy

_BEST: Final = (Answer.ALLOWED, Answer.CONDITIONAL, Answer.EXPLICIT_DENY, Answer.IMPLICIT_DENY)


@dataclass(frozen=True, slots=True)
class AnyLike:
    """Any resource whose ARN fits a pattern: one of a type, or one whose name the caller chooses."""

    pattern: str
    """`arn:aws:lambda:*:111122223333:function:*`.

    Here a wildcard stands for text without a colon, which few names have, and which is not empty where it is all that
    stands between two colons or slashes. `*` alone is any text.
    """
    account: str
    """Who owns it."""


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the resources that exist."""

    arns: tuple[str, ...]
    account: str
    """Who owns them."""


ResourceQuestion = AnyLike | OneOf


@dataclass(frozen=True, slots=True)
class Possibility:
    answer: Answer
    """The best over all resources asked about: allowed, then conditional, then the denials."""
    example_resource: str = ""
    """A resource with that answer; empty where nothing is allowed, and where none was found among too many cases."""
    missing: tuple[str, ...] = ()
    """Of a conditional answer, what is unknown for the example."""


def can_on_some(
    caller: Caller, action: str, resources: ResourceQuestion, policies: Policies, context: Context
) -> Possibility:
    """Never `allowed` without an example for which `evaluate` says the same.

    Where the patterns overlap in more ways than are looked at, the answer is conditional without an example.
    """
    request = Request(caller, action, "", resources.account, context)
    match resources:
        case OneOf(arns=arns):
            return _best(request, iter(arns), policies)
        case AnyLike(pattern=pattern):
            return _among(request, pattern, policies)


def _among(request: Request, pattern: str, policies: Policies) -> Possibility:
    """Policies tell resources apart by their patterns only: one resource for each set of patterns stands for all."""
    whichever = Facts(request, any_resource=True)
    on_any = weigh(whichever, policies)
    if on_any.answer in {Answer.EXPLICIT_DENY, Answer.IMPLICIT_DENY}:
        return Possibility(on_any.answer)
    try:
        return _best(request, Automaton(_wanted(pattern), _patterns(whichever, policies)).texts(), policies)
    except TooManyStatesError:
        return Possibility(Answer.CONDITIONAL, missing=on_any.missing)


def _best(request: Request, arns: Iterator[str], policies: Policies) -> Possibility:
    best: tuple[Evaluation, str] | None = None
    for arn in arns:
        found = weigh(Facts(replace(request, resource=arn)), policies)
        if best is None or _BEST.index(found.answer) < _BEST.index(best[0].answer):
            best = found, arn
        if found.answer is Answer.ALLOWED:
            break
    if best is None:
        return Possibility(Answer.IMPLICIT_DENY)
    evaluation, arn = best
    possible = evaluation.answer in {Answer.ALLOWED, Answer.CONDITIONAL}
    return Possibility(evaluation.answer, arn if possible else "", evaluation.missing)


def _wanted(pattern: str) -> Tokens:
    found: list[Token] = []
    before = ":"
    for token in resource_tokens(pattern, variables=False):
        if pattern != "*" and token in {Sign.MANY, Sign.MANY_WITHIN}:
            found += [Sign.ONE_WITHIN, Sign.MANY_WITHIN] if before in {":", "/"} else [Sign.MANY_WITHIN]
        else:
            found.append(token)
        before = token[-1] if isinstance(token, str) else ""
    return tuple(found)


def _patterns(facts: Facts, policies: Policies) -> list[Tokens]:
    """All that the policies say of resources in statements about the action."""
    distinct = {
        tokens: None
        for policy in _all(policies)
        for statement in compiled(policy.document).about(facts.action)
        for tokens in statement.patterns(facts)
        if tokens != (Sign.MANY,)
    }
    return list(distinct)


def _all(policies: Policies) -> Iterator[NamedPolicy]:
    yield from policies.identity
    yield from policies.session or ()
    yield from policies.resource or ()
    if policies.boundary is not None:
        yield policies.boundary
    for level in (*(policies.scps or ()), *(policies.rcps or ())):
        yield from level
