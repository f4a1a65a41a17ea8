"""An account while it is being changed: whoever applies a plan to it says what is added and taken away, by names.

Called by `planned`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from setpoint.intent.iam.managed import known_policy
from setpoint.model.canonical import Json
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_account import IamAccount, IamGroup, IamRole, IamUser, ManagedPolicy, is_of_aws
from setpoint.model.iam_reading import read_policy

OF_ACCOUNT: Final = "policy:"
"""Begins what stands for the ARN of a policy of the account's own: its path and name follow."""


class NotThereError(Exception):
    """The change speaks of a user, a group or a role that neither the account nor the plan has; says which."""


class DraftAccount:
    def __init__(self, account: IamAccount) -> None:
        self._account = account
        self._users = {each.name: each for each in account.users}
        self._groups = {each.name: each for each in account.groups}
        self._roles = {each.name: each for each in account.roles}
        self._policies = dict(account.policies)

    def account(self) -> IamAccount:
        users = tuple(
            replace(each, groups=tuple(name for name in each.groups if name in self._groups))
            for each in self._users.values()
        )
        return replace(
            self._account,
            users=users,
            groups=tuple(self._groups.values()),
            roles=tuple(self._roles.values()),
            policies=self._policies,
        )

    # Whoever holds policies

    def put_role(self, name: str, path: str, trust: Json, where: str) -> None:
        document = read_policy(trust, PolicyKind.RESOURCE, f"{where}: assume_role_policy")
        known = self._roles.get(name) or IamRole(name, self._arn(f"role{path}{name}"), document)
        self._roles[name] = replace(known, trust=document)

    def put_user(self, name: str, path: str) -> None:
        self._users.setdefault(name, IamUser(name, self._arn(f"user{path}{name}")))

    def put_group(self, name: str, path: str) -> None:
        self._groups.setdefault(name, IamGroup(name, self._arn(f"group{path}{name}")))

    def drop(self, kind: str, name: str) -> None:
        if kind == "user":
            self._users.pop(name, None)
        elif kind == "group":
            self._groups.pop(name, None)
        else:
            self._roles.pop(name, None)

    def limit(self, kind: str, name: str, boundary: str, tags: Mapping[str, str]) -> None:
        """By this boundary, or none; and what it is tagged with."""
        arn = self._known_policy(boundary) if boundary else ""
        if kind == "user":
            self._users[name] = replace(self._users[name], boundary=arn, tags=tags)
        else:
            self._roles[name] = replace(self._roles[name], boundary=arn, tags=tags)

    def member(self, user: str, group: str, *, is_in: bool) -> None:
        if user not in self._users:
            raise NotThereError(f"user {user}")
        known = self._users[user]
        groups = tuple(each for each in known.groups if each != group)
        self._users[user] = replace(known, groups=(*groups, group) if is_in else groups)

    def profile(self, role: str, named: str, *, is_in: bool) -> None:
        """An instance profile with the role."""
        if role not in self._roles:
            raise NotThereError(f"role {role}")
        known, arn = self._roles[role], self._arn(named)
        profiles = tuple(each for each in known.instance_profiles if each != arn)
        self._roles[role] = replace(known, instance_profiles=(*profiles, arn) if is_in else profiles)

    # Policies

    def put_policy(self, named: str, document: Json, where: str) -> None:
        arn = self._policy_arn(named)
        self._policies[arn] = ManagedPolicy(arn, read_policy(document, PolicyKind.IDENTITY, f"{where}: policy"))

    def inline(self, kind: str, holder: str, name: str, document: Json, where: str) -> None:
        told = f"{kind}/{holder}: inline policy {name}"
        read = NamedPolicy(told, read_policy(document, PolicyKind.IDENTITY, f"{where}: policy"))
        known = tuple(each for each in self._holder(kind, holder).inline if each.name != told)
        self._set(kind, holder, inline=(*known, read))

    def drop_inline(self, kind: str, holder: str, name: str) -> None:
        if self._has(kind, holder):
            told = f"{kind}/{holder}: inline policy {name}"
            self._set(kind, holder, inline=tuple(x for x in self._holder(kind, holder).inline if x.name != told))

    def attach(self, kind: str, holder: str, named: str) -> None:
        arn = self._known_policy(named)
        self._set(kind, holder, attached=tuple(dict.fromkeys((*self._holder(kind, holder).attached, arn))))

    def detach(self, kind: str, holder: str, named: str) -> None:
        if self._has(kind, holder):
            arn = self._policy_arn(named)
            self._set(kind, holder, attached=tuple(x for x in self._holder(kind, holder).attached if x != arn))

    def _known_policy(self, named: str) -> str:
        """Its ARN; one that nobody told what it says is among the policies from now on."""
        arn = self._policy_arn(named)
        if arn not in self._policies:
            document = known_policy(arn) if is_of_aws(arn) else None
            read = read_policy(document, PolicyKind.IDENTITY, arn) if document is not None else None
            self._policies[arn] = ManagedPolicy(arn, read)
        return arn

    def _policy_arn(self, named: str) -> str:
        return self._arn(f"policy{named.removeprefix(OF_ACCOUNT)}") if named.startswith(OF_ACCOUNT) else named

    def _arn(self, resource: str) -> str:
        return f"arn:{self._account.partition}:iam::{self._account.id}:{resource}"

    def _has(self, kind: str, name: str) -> bool:
        held: Mapping[str, Collection[str]] = {"user": self._users, "group": self._groups, "role": self._roles}
        return name in held[kind]

    def _holder(self, kind: str, name: str) -> IamUser | IamGroup | IamRole:
        if not self._has(kind, name):
            raise NotThereError(f"{kind} {name}")
        if kind == "user":
            return self._users[name]
        return self._groups[name] if kind == "group" else self._roles[name]

    def _set(
        self,
        kind: str,
        name: str,
        *,
        inline: tuple[NamedPolicy, ...] | None = None,
        attached: tuple[str, ...] | None = None,
    ) -> None:
        holder = self._holder(kind, name)
        changed = replace(
            holder,
            inline=holder.inline if inline is None else inline,
            attached=holder.attached if attached is None else attached,
        )
        if isinstance(changed, IamUser):
            self._users[name] = changed
        elif isinstance(changed, IamGroup):
            self._groups[name] = changed
        else:
            self._roles[name] = changed
