"""What users, groups and roles share: attached and inline policies, boundary, tags. Calls differ by a name alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from setpoint.act.revert.action import Action, Target
from setpoint.act.revert.values import as_text, tag_changes, with_elements
from setpoint.model.canonical import Json
from setpoint.model.remediation import Change

GONE: Final = frozenset({"NoSuchEntity"})


@dataclass(frozen=True, slots=True)
class Holder:
    """One kind of what policies are attached to."""

    kind: str
    """As IAM's calls spell it: `User`, `Group`, `Role`."""

    def call(self, target: Target, operation: str, *, fine: frozenset[str] = frozenset(), **more: Json) -> None:
        """`Attach{}Policy` of this kind and target."""
        name = operation.format(self.kind)
        with target.doing(f"iam:{name}", fine=fine):
            self._method(target, name)(**{f"{self.kind}Name": target.identifier}, **more)

    def actions(self, *operations: str) -> tuple[str, ...]:
        return tuple(f"iam:{each.format(self.kind)}" for each in operations)

    def _method(self, target: Target, name: str) -> Callable[..., Any]:
        snake = "".join(f"_{each.lower()}" if each.isupper() else each for each in name).removeprefix("_")
        method: Callable[..., Any] = getattr(target.client("iam"), snake)
        return method


USER: Final = Holder("User")
GROUP: Final = Holder("Group")
ROLE: Final = Holder("Role")


def attached_policies(holder: Holder) -> Action:
    attach, detach = "Attach{}Policy", "Detach{}Policy"

    def apply(target: Target, changes: Mapping[str, Change]) -> None:
        change = changes["ManagedPolicyArns"]
        before, after = set(change.before or []), set(change.after or [])
        for arn in sorted(after - before):
            holder.call(target, attach, PolicyArn=arn)
        for arn in sorted(before - after):
            holder.call(target, detach, fine=GONE, PolicyArn=arn)

    return Action(("ManagedPolicyArns",), holder.actions(attach, detach), apply)


def inline_policies(holder: Holder) -> Action:
    put, delete = "Put{}Policy", "Delete{}Policy"

    def apply(target: Target, changes: Mapping[str, Change]) -> None:
        change = changes["Policies"]
        before, after = _by_name(change.before), _by_name(change.after)
        for name in sorted(after):
            if before.get(name) != after[name]:
                holder.call(target, put, PolicyName=name, PolicyDocument=as_text(after[name]))
        for name in sorted(before.keys() - after.keys()):
            holder.call(target, delete, fine=GONE, PolicyName=name)

    return Action(("Policies",), holder.actions(put, delete), apply, aim=with_elements("PolicyName"))


def _by_name(policies: Json) -> dict[str, Json]:
    return {policy["PolicyName"]: policy["PolicyDocument"] for policy in policies or []}


def boundary(holder: Holder) -> Action:
    put, delete = "Put{}PermissionsBoundary", "Delete{}PermissionsBoundary"

    def apply(target: Target, changes: Mapping[str, Change]) -> None:
        after = changes["PermissionsBoundary"].after
        if after:
            holder.call(target, put, PermissionsBoundary=after)
        else:
            holder.call(target, delete, fine=GONE)

    return Action(("PermissionsBoundary",), holder.actions(put, delete), apply)


def tags(holder: Holder) -> Action:
    tag, untag = "Tag{}", "Untag{}"

    def apply(target: Target, changes: Mapping[str, Change]) -> None:
        needed = tag_changes(changes["Tags"].before, changes["Tags"].after)
        if needed.put:
            holder.call(target, tag, Tags=list(needed.put))
        if needed.removed:
            holder.call(target, untag, TagKeys=list(needed.removed))

    return Action(("Tags",), holder.actions(tag, untag), apply, aim=with_elements("Key"))


def path(holder: Holder) -> Action:
    update = "Update{}"

    def apply(target: Target, changes: Mapping[str, Change]) -> None:
        holder.call(target, update, NewPath=changes["Path"].after or "/")

    return Action(("Path",), holder.actions(update), apply)
