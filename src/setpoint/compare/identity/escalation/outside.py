"""Who is let in from outside of the account: what trust policies say of other accounts, of anybody, of providers.

Nothing is known of an outsider's own permissions: those of another account are its own to give. What a provider signs
is known for CI systems that sign for everybody: a trust that a stranger's claim meets lets anybody's pipeline in
("Configuring a role for GitHub OIDC identity provider", IAM User Guide).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.evaluation import Answer, Evaluation
from setpoint.compare.identity.aws.request import Caller, CallerKind, Context
from setpoint.compare.identity.aws.statements import compiled
from setpoint.compare.identity.escalation.strangers import subjects_of_strangers
from setpoint.compare.identity.escalation.world import World
from setpoint.errors import InputError
from setpoint.model.bits import bits_of
from setpoint.model.iam import Effect, PolicyDocument

ASSUMING: Final = ("sts:AssumeRole", "sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity")

_OVER_TLS: Final = {"aws:securetransport": ("true",)}


@dataclass(frozen=True, slots=True)
class Outsider:
    """Somebody whom trust policies name, or whom they let in with everybody."""

    name: str
    """Its ARN, an account, a provider, or `*`."""
    caller: Caller
    action: str
    sure: int
    """Principals that it may become."""
    maybe: int


def outsiders(world: World) -> list[Outsider]:
    """In the order in which the roles' trust policies name them."""
    named: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for number, role in enumerate(world.account.roles):
        for key in dict.fromkeys(_named(role.trust, world)):
            named[key].append(number)
    found = (_outsider(world, name, action, numbers) for (name, action), numbers in named.items())
    return [each for each in found if each is not None]


def admitted(world: World, caller: Caller, action: str, number: int) -> Evaluation:
    """What a role's trust policy says to an outsider; `number` is among the roles."""
    if caller.kind is not CallerKind.FEDERATED:
        return world.trusts.admit(caller, action, number, Context(_OVER_TLS))
    issuer = issuer_of(caller.arn)
    for subject in subjects_of_strangers(issuer, _subjects_in(world.account.roles[number].trust, issuer)):
        found = _of_stranger(world, caller, action, number, subject)
        if found.answer in {Answer.ALLOWED, Answer.CONDITIONAL}:
            return found
    found = world.trusts.admit(caller, action, number, Context(_OVER_TLS))
    if found.answer is Answer.ALLOWED:
        return replace(found, answer=Answer.CONDITIONAL, missing=(f"whom {issuer} signs in",))
    return found


def _of_stranger(world: World, caller: Caller, action: str, number: int, subject: str) -> Evaluation:
    issuer = issuer_of(caller.arn)
    found = world.trusts.admit(caller, action, number, Context(_OVER_TLS | {f"{issuer}:sub": (subject,)}))
    if found.answer is Answer.CONDITIONAL and found.missing == (f"{issuer}:aud",):
        return replace(found, answer=Answer.ALLOWED, missing=())  # whoever asks for a token chooses its audience
    return found


def _subjects_in(trust: PolicyDocument, issuer: str) -> tuple[str, ...]:
    """What a trust policy says of the subjects of a provider."""
    conditions = (each for statement in trust.statements for each in statement.conditions)
    return tuple(value for each in conditions if each.key == f"{issuer}:sub" for value in each.values)


def issuer_of(provider: str) -> str:
    """`token.actions.githubusercontent.com` of the provider's ARN; condition keys begin with it."""
    return provider.partition(":oidc-provider/")[2] or provider


def _named(trust: PolicyDocument, world: World) -> Iterator[tuple[str, str]]:
    """(whom the trust policy lets in from outside, by which action)"""
    for action in ASSUMING:
        for each in compiled(trust).about(action.lower()):
            principals = each.statement.principals
            if each.statement.effect is not Effect.ALLOW or principals is None or principals.negated:
                continue
            if action == ASSUMING[0]:
                yield from ((name, action) for name in principals.aws if not _is_own(name, world))
            else:
                yield from ((name, action) for name in principals.federated if _signs_for(name, action))


def _is_own(member: str, world: World) -> bool:
    """Of the account, or of nobody any more: what is left of a deleted principal is its unique id."""
    account = world.account.id
    return member == account or f"::{account}:" in member or (not member.startswith("arn:") and len(member) > 12)


def _signs_for(provider: str, action: str) -> bool:
    return (":saml-provider/" in provider) is (action == "sts:AssumeRoleWithSAML")


def _outsider(world: World, name: str, action: str, roles: list[int]) -> Outsider | None:
    try:
        caller = caller_of(name, where="Principal")
    except InputError:
        return None  # a principal that no longer exists in a form that nobody can be
    answers = {number: admitted(world, caller, action, number).answer for number in roles}
    sure = bits_of(number for number, answer in answers.items() if answer is Answer.ALLOWED)
    maybe = bits_of(number for number, answer in answers.items() if answer is Answer.CONDITIONAL)
    return Outsider(name, caller, action, world.of_roles(sure), world.of_roles(maybe))
