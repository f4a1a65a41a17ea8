"""Whether a statement of a resource's policy speaks of the caller, and how directly.

"AWS JSON policy elements: Principal" and "NotPrincipal"; what follows from being named how is in "Policy evaluation
logic", "Resource-based policies".
"""

from __future__ import annotations

from enum import IntEnum

from setpoint.compare.identity.aws.request import Caller, CallerKind
from setpoint.model.iam import Principals


class Grant(IntEnum):
    """How a statement that allows names the caller, the most direct last."""

    NONE = 0
    ACCOUNT = 1
    """By its account, which leaves it to the account's own policies."""
    ENTITY = 2
    """A session by its role or user: the boundary and the session's policies limit what is granted."""
    DIRECT = 3
    """By itself, or as one of all: nothing but a denial limits what is granted."""


def grant(principals: Principals, caller: Caller, *, bounded: bool) -> Grant:
    """`bounded` says whether the caller has a permissions boundary that counts for this statement."""
    if principals.negated:
        return Grant.NONE if _is_excepted(principals, caller, bounded=bounded) else Grant.DIRECT
    if "*" in principals.aws:
        return Grant.DIRECT
    match caller.kind:
        case CallerKind.SERVICE:
            return _direct(named=caller.arn in principals.service)
        case CallerKind.FEDERATED:
            return _direct(named=any(_is_provider(member, caller) for member in principals.federated))
        case CallerKind.ANONYMOUS:
            return Grant.NONE
        case _:
            return max(
                (_by_member(member, caller) for member in principals.aws), default=_by_canonical(principals, caller)
            )


def _is_provider(member: str, caller: Caller) -> bool:
    """A provider may be asked about by its address alone, and is named by its ARN in the account."""
    return member == caller.arn or member.endswith(f":oidc-provider/{caller.arn}")


def _direct(*, named: bool) -> Grant:
    return Grant.DIRECT if named else Grant.NONE


def _by_canonical(principals: Principals, caller: Caller) -> Grant:
    known = caller.canonical_user and caller.canonical_user in principals.canonical_user
    return _as_account(caller) if known else Grant.NONE


def _by_member(member: str, caller: Caller) -> Grant:
    if member == caller.arn:
        return Grant.ENTITY if caller.kind is CallerKind.ROLE else Grant.DIRECT
    if caller.account and (member == caller.account or member.endswith(f":iam::{caller.account}:root")):
        return _as_account(caller)
    return Grant.ENTITY if _is_behind(member, caller) else Grant.NONE


def _as_account(caller: Caller) -> Grant:
    """The root user is the account."""
    return Grant.DIRECT if caller.kind is CallerKind.ROOT else Grant.ACCOUNT


def _is_behind(member: str, caller: Caller) -> bool:
    """Whether it is the role or the user of the caller's session.

    The ARN of a session leaves the role's path out; a role's name is unique in its account, whatever its path.
    """
    kind, name = ("role", caller.role_arn) if caller.role_arn else ("user", caller.arn)
    if caller.kind is not CallerKind.SESSION:
        return False
    prefix = f":iam::{caller.account}:{kind}/"
    return prefix in member and member.rpartition("/")[2] == name.rpartition("/")[2]


def _is_excepted(principals: Principals, caller: Caller, *, bounded: bool) -> bool:
    """Whether `NotPrincipal` names the caller itself; a session has to be named, not only its role or account.

    From a denial AWS excepts nobody who has a permissions boundary ("Permissions boundaries for IAM entities").
    """
    if bounded:
        return False
    named = {*principals.aws, *principals.service, *principals.federated}
    if caller.kind is CallerKind.ROOT and caller.account in principals.aws:
        return True
    return caller.arn in named or "*" in principals.aws
