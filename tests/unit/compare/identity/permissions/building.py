"""Accounts in a few words, for the tests beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from setpoint.compare.identity.permissions.accounts import PermissionComparator
from setpoint.compare.identity.permissions.holding import Holder
from setpoint.model.canonical import Json
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_account import IamAccount, IamGroup, IamRole, IamUser, ManagedPolicy
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.iam_reading import read_policy
from setpoint.model.identity import PermissionRow, PrincipalComparison, Verdict

ACCOUNT = "111122223333"
CI = f"arn:aws:iam::{ACCOUNT}:role/ci"
BY_EC2 = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}


def allow(actions: Json, resources: Json = "*", **more: Json) -> Json:
    return {"Effect": "Allow", "Action": actions, "Resource": resources, **more}


def deny(actions: Json, resources: Json = "*", **more: Json) -> Json:
    return {**allow(actions, resources, **more), "Effect": "Deny"}


def policy(*statements: Json, name: str = "inline", kind: PolicyKind = PolicyKind.IDENTITY) -> NamedPolicy:
    return NamedPolicy(name, read_policy({"Version": "2012-10-17", "Statement": list(statements)}, kind, name))


def role(*statements: Json, trust: Json = BY_EC2, **more: Json) -> IamRole:
    trusts = policy(trust, kind=PolicyKind.RESOURCE).document
    return IamRole("ci", CI, trusts, inline=(policy(*statements),) if statements else (), **more)


def user(*statements: Json, groups: Sequence[str] = ()) -> IamUser:
    inline = (policy(*statements),) if statements else ()
    return IamUser("ada", f"arn:aws:iam::{ACCOUNT}:user/ada", groups=tuple(groups), inline=inline)


def group(*statements: Json) -> IamGroup:
    return IamGroup("staff", f"arn:aws:iam::{ACCOUNT}:group/staff", inline=(policy(*statements),))


def managed(name: str, *statements: Json, of: str = ACCOUNT) -> ManagedPolicy:
    return ManagedPolicy(f"arn:aws:iam::{of}:policy/{name}", policy(*statements).document)


def account(*holders: IamRole | IamUser | IamGroup, policies: Sequence[ManagedPolicy] = ()) -> IamAccount:
    return IamAccount(
        ACCOUNT,
        roles=tuple(each for each in holders if isinstance(each, IamRole)),
        users=tuple(each for each in holders if isinstance(each, IamUser)),
        groups=tuple(each for each in holders if isinstance(each, IamGroup)),
        policies={each.arn: each for each in policies},
    )


def declared(given: IamAccount) -> DeclaredIam:
    holders: list[Holder] = [*given.roles, *given.users, *given.groups]
    return DeclaredIam(given, {each.arn: f"main.tfstate: {each.name}" for each in holders})


def compared(granted: IamAccount, intended: IamAccount | DeclaredIam | None) -> dict[str, PrincipalComparison]:
    """By name."""
    known = declared(intended) if isinstance(intended, IamAccount) else intended
    found = PermissionComparator("service").principals(granted, known)
    return {each.urn.identifier: each.compare() for each in found}


def rows(granted: IamAccount | IamRole, intended: IamAccount | IamRole) -> tuple[PermissionRow, ...]:
    """Of the role."""
    sides = [account(each) if isinstance(each, IamRole) else each for each in (granted, intended)]
    return compared(*sides)["ci"].rows


def differing(found: PrincipalComparison) -> list[PermissionRow]:
    return [each for each in found.rows if each.differs]


def told(found: Sequence[PermissionRow]) -> set[tuple[str, str]]:
    """What differs: the permission's name and what is to be said of it."""
    return {(each.permission.name, str(each.verdict)) for each in found if each.verdict is not Verdict.AS_INTENDED}


def with_scps(given: IamAccount, *levels: Sequence[Json]) -> IamAccount:
    scps = tuple((policy(*level, name="scp", kind=PolicyKind.SCP),) for level in levels)
    return replace(given, scps=scps)
