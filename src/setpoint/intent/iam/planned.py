"""What a plan of Terraform would make of an account's users, groups, roles and policies.

Read is the JSON of `terraform show -json PLAN`: each change of a resource takes away what it says of before, and adds
what it says of after. What is known only after the apply, and bears on IAM, is told. Called by `wiring.grants`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from setpoint.errors import InputError
from setpoint.intent.iam.drafting import OF_ACCOUNT, DraftAccount, NotThereError
from setpoint.intent.iam.planned_change import NotKnownYetError, References, Side, changes_of
from setpoint.intent.terraform.instance import expect
from setpoint.intent.terraform.show import check_format
from setpoint.model.canonical import Json
from setpoint.model.iam_account import IamAccount


@dataclass(frozen=True, slots=True)
class PlannedAccount:
    account: IamAccount
    unknown: tuple[str, ...] = ()
    """What of the change is not known before the apply, a clause each."""
    changed: int = 0
    """How many changes bear on IAM."""


def planned_account(document: Json, where: str, account: IamAccount) -> PlannedAccount:
    """`InputError` for what is no plan, or holds a policy that AWS would refuse."""
    document = expect(document, dict, "the document", where)
    if "resource_changes" not in document:
        raise InputError(
            "this is not the JSON of a plan", where=where, remedy="write it with: terraform show -json PLAN"
        )
    check_format(document, where)
    changes = [each for each in changes_of(document, where) if each.type in _MAKERS]
    references = References(document, changes)
    draft, unknown = DraftAccount(account), list[str]()
    # What is taken away first: a resource that is replaced may keep its name.
    in_order = sorted(changes, key=lambda each: _ORDER.index(each.type))
    for each in reversed(in_order):
        if each.before is not None and (each.after is None or each.type not in _UPDATED):
            unknown += _made(draft, Side(each, each.before, references, f"{where}: {each.address}"), is_made=False)
    for each in in_order:
        if each.after is not None:
            unknown += _made(draft, Side(each, each.after, references, f"{where}: {each.address}"), is_made=True)
    return PlannedAccount(draft.account(), tuple(dict.fromkeys(unknown)), len(changes))


def _made(draft: DraftAccount, of: Side, *, is_made: bool) -> Iterator[str]:
    """Makes it, or takes it away; why that cannot be told."""
    try:
        _MAKERS[of.change.type](draft, of, is_made=is_made)
    except NotKnownYetError as error:
        yield str(error)
    except NotThereError as error:
        yield f"{of.change.address} speaks of {error}, which is neither in the account nor in the plan"


class _Make(Protocol):
    """Makes what a resource says, or takes it away."""

    def __call__(self, draft: DraftAccount, of: Side, *, is_made: bool) -> None: ...


def _role(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
    name, path = of.place()
    if not is_made:
        draft.drop("role", name)
        return
    draft.put_role(name, path, of.text("assume_role_policy"), of.where)
    _put_holder(draft, "role", name, of)


def _user(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
    name, path = of.place()
    if not is_made:
        draft.drop("user", name)
        return
    draft.put_user(name, path)
    _put_holder(draft, "user", name, of)


def _put_holder(draft: DraftAccount, kind: str, name: str, of: Side) -> None:
    """What its own blocks say: of one that is changed in place, what they say otherwise than before.

    The provider records in them also what other resources gave it.
    """
    draft.limit(kind, name, of.text("permissions_boundary", default=""), of.tags())
    before = of.before()
    mine, theirs = _blocks(of), _blocks(before) if before else {}
    for each in theirs.keys() - mine.keys():
        draft.drop_inline(kind, name, each)
    for each, (document, where) in mine.items():
        if each not in theirs or theirs[each][0] != document:
            draft.inline(kind, name, each, document, where)
    arns, had = of.texts("managed_policy_arns"), before.texts("managed_policy_arns") if before else []
    for arn in arns:
        if arn not in had:
            draft.attach(kind, name, arn)
    for arn in had:
        if arn not in arns:
            draft.detach(kind, name, arn)


def _blocks(of: Side) -> dict[str, tuple[Json, str]]:
    return {each.text("name"): (each.text("policy"), each.where) for each in of.blocks("inline_policy")}


def _group(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
    name, path = of.place()
    if is_made:
        draft.put_group(name, path)
    else:
        draft.drop("group", name)


def _policy(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
    name, path = of.place()
    if is_made:  # one that is deleted was detached before, by other changes
        draft.put_policy(f"{OF_ACCOUNT}{path}{name}", of.text("policy"), of.where)


def _inline(kind: str) -> _Make:
    def make(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
        holder, name = of.text(kind), of.text("name")
        if is_made:
            draft.inline(kind, holder, name, of.text("policy"), of.where)
        else:
            draft.drop_inline(kind, holder, name)

    return make


def _attachment(*kinds: tuple[str, str]) -> _Make:
    """`kinds` are kinds of holders, and the attributes that name them."""

    def make(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
        arn = of.text("policy_arn")
        for kind, attribute in kinds:
            several = attribute != kind
            for holder in of.texts(attribute) if several else (of.text(attribute),):
                (draft.attach if is_made else draft.detach)(kind, holder, arn)

    return make


def _members(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
    for user in of.texts("users"):
        draft.member(user, of.text("group"), is_in=is_made)


def _memberships(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
    for group in of.texts("groups"):
        draft.member(of.text("user"), group, is_in=is_made)


def _profile(draft: DraftAccount, of: Side, *, is_made: bool) -> None:
    if of.attributes.get("role"):
        name, path = of.place()
        draft.profile(of.text("role"), f"instance-profile{path}{name}", is_in=is_made)


_MAKERS: Final[Mapping[str, _Make]] = {
    "aws_iam_policy": _policy,
    "aws_iam_group": _group,
    "aws_iam_user": _user,
    "aws_iam_role": _role,
    "aws_iam_group_membership": _members,
    "aws_iam_user_group_membership": _memberships,
    "aws_iam_instance_profile": _profile,
    "aws_iam_role_policy": _inline("role"),
    "aws_iam_user_policy": _inline("user"),
    "aws_iam_group_policy": _inline("group"),
    "aws_iam_role_policy_attachment": _attachment(("role", "role")),
    "aws_iam_user_policy_attachment": _attachment(("user", "user")),
    "aws_iam_group_policy_attachment": _attachment(("group", "group")),
    "aws_iam_policy_attachment": _attachment(("role", "roles"), ("user", "users"), ("group", "groups")),
}
"""Terraform's types that bear on who may do what; what others are made of stands first."""

_ORDER: Final = tuple(_MAKERS)

_UPDATED: Final = frozenset({"aws_iam_policy", "aws_iam_group", "aws_iam_user", "aws_iam_role"})
"""Types that keep what other resources gave them while they are changed in place."""
