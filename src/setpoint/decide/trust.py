"""Whom a role's trust policy lets in: anybody, which other accounts, which subjects of identity providers. Pure.

Read cautiously: a condition narrows a trust only where it lets named values pass and holds for whoever lacks the key.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.model.iam import Condition, Effect, Operator, PolicyDocument, Quantifier, Statement

ANYBODY: Final = "*"

_NAMING: Final = frozenset(
    {
        Operator.STRING_EQUALS,
        Operator.STRING_EQUALS_IGNORE_CASE,
        Operator.STRING_LIKE,
        Operator.ARN_EQUALS,
        Operator.ARN_LIKE,
    }
)
"""Operators that let only what they name pass."""

_ORGANISATION: Final = "aws:principalorgid"
_ACCOUNTS: Final = "aws:principalaccount"
_PRINCIPALS: Final = "aws:principalarn"
_LIMITS: Final = (_ORGANISATION, _ACCOUNTS, _PRINCIPALS)
"""Keys by which a trust in everybody becomes one in some."""


def trusts_anyone(trust: PolicyDocument) -> bool:
    """Whether somebody may take the role of whom nothing is demanded but to be somebody."""
    return any(_names_everybody(each) and not any(_named(each, key) for key in _LIMITS) for each in _admitting(trust))


def trusted_accounts(trust: PolicyDocument, organisations: frozenset[str] = frozenset()) -> set[str]:
    """Whose principals it lets in, by their ids; not those of whom it demands to be of one of these organisations."""
    accounts: set[str] = set()
    for each in _admitting(trust):
        demanded = _named(each, _ORGANISATION)
        if demanded and organisations.issuperset(demanded):
            continue
        accounts.update(_accounts_of(each))
    return accounts


def federated_subjects(trust: PolicyDocument) -> list[tuple[str, str]]:
    """(provider, subject) of whom it lets in through identity providers; `*` where the subject is not demanded."""
    found: dict[tuple[str, str], None] = {}
    for each in _admitting(trust):
        if each.principals is None:
            continue
        for provider in each.principals.federated:
            issuer = provider.partition(":oidc-provider/")[2] or provider
            subjects = _named(each, f"{issuer.lower()}:sub") or _named(each, "saml:sub") or (ANYBODY,)
            found |= {(issuer, subject): None for subject in subjects}
    return list(found)


def _admitting(trust: PolicyDocument) -> Iterator[Statement]:
    return (each for each in trust.statements if each.effect is Effect.ALLOW)


def _names_everybody(statement: Statement) -> bool:
    """By `*`, or by naming only whom it leaves out."""
    principals = statement.principals
    return principals is not None and (principals.negated or ANYBODY in principals.aws)


def _accounts_of(statement: Statement) -> Iterator[str]:
    if _names_everybody(statement):
        yield from _named(statement, _ACCOUNTS)
        yield from (account for arn in _named(statement, _PRINCIPALS) if (account := _account(arn)))
    elif statement.principals is not None:
        yield from (account for each in statement.principals.aws if (account := _account(each)))


def _account(principal: str) -> str:
    """Of an ARN, or an account as it stands; empty for the id of a principal that was deleted."""
    if principal.startswith("arn:"):
        return principal.split(":", 5)[4]
    return principal if principal.isdecimal() else ""


def _named(statement: Statement, key: str) -> tuple[str, ...]:
    """The values of a key that are let through; none where others are, too."""
    return next((each.values for each in statement.conditions if each.key == key and _names(each)), ())


def _names(condition: Condition) -> bool:
    return (
        condition.operator in _NAMING
        and not condition.if_exists
        and condition.quantifier is not Quantifier.ALL  # which an absent key meets
        and all(value.strip("*") for value in condition.values)
    )
