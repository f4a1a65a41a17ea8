"""Users, groups, roles and policies in the making: each source adds what it declares. Called by `intended`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from setpoint.errors import InputError
from setpoint.model.canonical import Json, Unknown
from setpoint.model.iam import NamedPolicy, PolicyDocument, PolicyKind
from setpoint.model.iam_account import IamAccount, IamGroup, IamRole, IamUser, ManagedPolicy
from setpoint.model.iam_declared import DeclaredIam
from setpoint.model.iam_reading import read_policy
from setpoint.model.resource import Resource

ROLE: Final = "AWS::IAM::Role"
USER: Final = "AWS::IAM::User"
GROUP: Final = "AWS::IAM::Group"
POLICY: Final = "AWS::IAM::ManagedPolicy"

NAMED_BY: Final = {ROLE: "RoleName", USER: "UserName", GROUP: "GroupName", POLICY: "ManagedPolicyName"}
ATTACHED_TO: Final = {"Roles": ROLE, "Users": USER, "Groups": GROUP}
"""Property of a managed policy → the type of those to whom it attaches it."""

INLINE: Final = {
    "AWS::IAM::RolePolicy": ("RoleName", ROLE),
    "AWS::IAM::UserPolicy": ("UserName", USER),
    "AWS::IAM::GroupPolicy": ("GroupName", GROUP),
}
"""Type of an inline policy that is declared apart → the property that names whose it is, and of which type that is."""

MEMBERS: Final = "AWS::IAM::UserToGroupAddition"

READ: Final = frozenset({*NAMED_BY, *INLINE, MEMBERS})
"""Types that are taken."""

_WORDS: Final = {ROLE: "role", USER: "user", GROUP: "group", POLICY: "policy"}
"""Type → as ARNs spell it."""

_NOBODY: Final = PolicyDocument(())


@dataclass(slots=True)
class HolderDraft:
    """A user, group or role."""

    name: str
    arn: str
    places: list[str] = field(default_factory=list)
    inline: list[NamedPolicy] = field(default_factory=list)
    attached: list[str] = field(default_factory=list)
    groups: list[str] = field(default_factory=list)
    boundary: str = ""
    trust: PolicyDocument | None = None
    """None where nothing says who may assume it."""
    tags: dict[str, str] = field(default_factory=dict)
    unresolved: list[str] = field(default_factory=list)

    def role(self) -> IamRole:
        trust = self.trust or _NOBODY
        return IamRole(self.name, self.arn, trust, tuple(self.inline), self._attached, self.boundary, self.tags)

    def user(self, known: Iterable[str]) -> IamUser:
        groups = tuple(dict.fromkeys(each for each in self.groups if each in set(known)))
        return IamUser(self.name, self.arn, groups, tuple(self.inline), self._attached, self.boundary, self.tags)

    def group(self) -> IamGroup:
        return IamGroup(self.name, self.arn, tuple(self.inline), self._attached)

    @property
    def _attached(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(self.attached))


class AccountDraft:
    def __init__(self, partition: str, account: str) -> None:
        self._partition = partition
        self._account = account
        self._holders: dict[str, dict[str, HolderDraft]] = {ROLE: {}, USER: {}, GROUP: {}}
        self._policies: dict[str, PolicyDocument | None] = {}
        self._places: dict[str, str] = {}
        self.doubts: list[str] = []

    def holder(self, type_name: str, name: str, path: str = "/") -> HolderDraft:
        known = self._holders[type_name]
        return known.setdefault(name, HolderDraft(name, self._arn(type_name, name, path)))

    def add_policy(self, name: str, document: PolicyDocument | None, place: str, arn: str = "", path: str = "/") -> str:
        """The ARN of the account's own managed policy of that name."""
        arn = arn or self._arn(POLICY, name, path)
        self._policies[arn] = document
        self._places[arn] = place
        return arn

    def take(self, resource: Resource) -> None:
        """One that the estate declares, or Terraform beside it."""
        if resource.type == POLICY:
            self._take_policy(resource)
        elif resource.type in INLINE:
            self._take_inline(resource)
        elif resource.type == MEMBERS:
            self._take_members(resource)
        else:
            self._take_holder(resource)

    def _take_holder(self, resource: Resource) -> None:
        properties = _Properties(resource)
        name = properties.text(NAMED_BY[resource.type]) or ("" if resource.unidentified else resource.urn.identifier)
        if not name:
            self.doubts.append(f"{resource.source}: its name is not known: {resource.unidentified}")
            return
        holder = self.holder(resource.type, name, properties.text("Path") or "/")
        holder.places.append(resource.source)
        holder.inline += properties.inline_policies()
        holder.attached += properties.texts("ManagedPolicyArns")
        holder.groups += properties.texts("Groups")
        holder.boundary = properties.text("PermissionsBoundary") or holder.boundary
        holder.trust = properties.trust() if resource.type == ROLE else None
        holder.tags |= resource.tags()
        holder.unresolved += properties.unresolved

    def _take_policy(self, resource: Resource) -> None:
        properties = _Properties(resource)
        arn = "" if resource.unidentified else resource.urn.identifier
        name = properties.text("ManagedPolicyName") or arn.rpartition("/")[2]
        if not name:
            self.doubts.append(f"{resource.source}: its name is not known: {resource.unidentified}")
            return
        document = properties.document("PolicyDocument", PolicyKind.IDENTITY)
        arn = self.add_policy(name, document, resource.source, arn, properties.text("Path") or "/")
        for listed, type_name in ATTACHED_TO.items():
            for holder in properties.texts(listed):
                self.holder(type_name, holder).attached.append(arn)
        self.doubts += (f"{resource.source}: {each}" for each in properties.unresolved if document is not None)

    def _take_inline(self, resource: Resource) -> None:
        properties, (named_by, type_name) = _Properties(resource), INLINE[resource.type]
        holder = properties.text(named_by)
        if not holder:
            self.doubts.append(f"{resource.source}: whose policy it is is not known")
            return
        draft = self.holder(type_name, holder)
        draft.inline += properties.inline_policy(properties.text("PolicyName"), resource.properties)
        draft.unresolved += (f"{resource.source}: {each}" for each in properties.unresolved)

    def _take_members(self, resource: Resource) -> None:
        properties = _Properties(resource)
        group = properties.text("GroupName")
        for user in properties.texts("Users") if group else ():
            self.holder(USER, user).groups.append(group)
        known = [*properties.unresolved, *(() if group else ("which group it is about is not known",))]
        self.doubts += (f"{resource.source}: {each}" for each in known)

    def finished(self) -> DeclaredIam:
        """A policy that is attached and declared nowhere is among them without a document."""
        roles, users, groups = (self._holders[each] for each in (ROLE, USER, GROUP))
        drafts = [*roles.values(), *users.values(), *groups.values()]
        for user in users.values():
            user.unresolved += (
                f"the group {each} is declared nowhere" for each in dict.fromkeys(user.groups) if each not in groups
            )
        policies = dict(self._policies)
        for draft in drafts:
            draft.unresolved += [] if draft.places else ["no more of it is declared than what is attached to it"]
            for arn in (*draft.attached, *([draft.boundary] if draft.boundary else [])):
                policies.setdefault(arn, None)
        account = IamAccount(
            self._account,
            self._partition,
            users=tuple(each.user(groups) for each in users.values()),
            groups=tuple(each.group() for each in groups.values()),
            roles=tuple(each.role() for each in roles.values()),
            policies={arn: ManagedPolicy(arn, document) for arn, document in policies.items()},
        )
        return DeclaredIam(
            account,
            places=self._places | {each.arn: "; ".join(dict.fromkeys(each.places)) for each in drafts},
            unresolved={each.arn: tuple(each.unresolved) for each in drafts if each.unresolved},
            without_trust=frozenset(each.arn for each in roles.values() if each.trust is None),
            doubts=tuple(dict.fromkeys(self.doubts)),
        )

    def _arn(self, type_name: str, name: str, path: str) -> str:
        return f"arn:{self._partition}:iam::{self._account}:{_WORDS[type_name]}{path}{name}"


class _Properties:
    """Of one resource; what of them cannot be worked out is noted."""

    def __init__(self, resource: Resource) -> None:
        self._resource = resource
        self._values = resource.properties
        self.unresolved: list[str] = []

    def text(self, name: str) -> str:
        value = self._known(name)
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> list[str]:
        value = self._known(name)
        listed = value if isinstance(value, list) else []
        for each in listed:
            self._note(name, each)
        return [each for each in listed if isinstance(each, str)]

    def document(self, name: str, kind: PolicyKind) -> PolicyDocument | None:
        return self._read(self._values.get(name), name, kind)

    def trust(self) -> PolicyDocument | None:
        return self.document("AssumeRolePolicyDocument", PolicyKind.RESOURCE)

    def inline_policies(self) -> Iterator[NamedPolicy]:
        listed = self._known("Policies")
        for each in listed if isinstance(listed, list) else []:
            if not isinstance(each, Mapping):
                self._note("Policies", each)
                continue
            yield from self.inline_policy(str(each.get("PolicyName", "")), each)

    def inline_policy(self, named: str, declared: Mapping[str, Json]) -> Iterator[NamedPolicy]:
        name = f"inline policy {named}"
        document = self._read(declared.get("PolicyDocument"), name, PolicyKind.IDENTITY)
        if document is not None:
            yield NamedPolicy(name, document)

    def _known(self, name: str) -> Json:
        value = self._values.get(name)
        self._note(name, value)
        return value

    def _read(self, value: Json, name: str, kind: PolicyKind) -> PolicyDocument | None:
        unknown = next(_unknowns(value), None)
        if value is None or unknown is not None:
            self.unresolved.append(f"{name}: {unknown.reason if unknown else 'no document is declared'}")
            return None
        try:
            return read_policy(value, kind, f"{self._resource.source}: {name}")
        except InputError as error:
            self.unresolved.append(f"{name}: {error.what}")
            return None

    def _note(self, name: str, value: Json) -> None:
        if isinstance(value, Unknown):
            self.unresolved.append(f"{name}: {value.reason}")


def _unknowns(value: Json) -> Iterator[Unknown]:
    if isinstance(value, Unknown):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from _unknowns(each)
    elif isinstance(value, list):
        for each in value:
            yield from _unknowns(each)
