"""Reads what `aws iam get-account-authorization-details` prints, one document or a list of its pages, into an account.

Strict: what is not that export, is cut short or contradicts itself is refused with the member that is wrong. Called by
`wiring.identity` for files, and by `observe/aws/authorization` for pages that come from AWS itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import unquote

import orjson

from setpoint.errors import InputError
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.iam import NamedPolicy, PolicyDocument, PolicyKind
from setpoint.model.iam_account import Holder, IamAccount, IamGroup, IamRole, IamUser, ManagedPolicy, is_of_aws
from setpoint.model.iam_reading import read_policy

LISTS: Final = ("UserDetailList", "GroupDetailList", "RoleDetailList", "Policies")
"""The members of every page (IAM API Reference, GetAccountAuthorizationDetails)."""

REMEDY: Final = "write it with: aws iam get-account-authorization-details, without --filter"

_OWNER: Final = re.compile(r"\d{12}|aws")
"""Whose a principal or policy is: an account's, or AWS's own."""

MOST_PAGES: Final = 10_000
"""Of an export: at the smallest page that AWS gives, more than an account can have."""

KnownPolicies = Callable[[str], Json]
"""ARN → the document of a policy that AWS manages, as it is known without the export; None where it is not."""


def read_account(document: Json, where: str, known: KnownPolicies = lambda _arn: None) -> IamAccount:
    """The account of an export that stands at `where`; `InputError` with the member for whatever is wrong with it."""
    pages = document if isinstance(document, list) else [document]
    if not 0 < len(pages) <= MOST_PAGES:
        raise InputError(f"this is a list of {len(pages):,} pages", where=where, remedy=REMEDY)
    places = [f"{where}: [{index}]." if isinstance(document, list) else f"{where}: " for index in range(len(pages))]
    for page, place in zip(pages, places, strict=True):
        _check_page(page, place.rstrip(" .").removesuffix(":"))
    if pages[-1].get("IsTruncated") is True:
        raise InputError(
            "the export is cut short: IsTruncated says that more pages follow",
            where=where,
            remedy="give all its pages, as a list",
        )
    return _Reader(pages, places, known).read()


def _check_page(page: Json, where: str) -> None:
    if not isinstance(page, Mapping):
        raise InputError("this is not what get-account-authorization-details prints", where=where, remedy=REMEDY)
    missing = [name for name in LISTS if name not in page]
    if len(missing) == len(LISTS):
        raise InputError("this is not what get-account-authorization-details prints", where=where, remedy=REMEDY)
    if missing:
        raise InputError(f"the member {missing[0]} is missing", where=where, remedy=REMEDY)


@dataclass(slots=True)
class _Entry:
    """An object of the export: its members are asked for by name and type."""

    value: Mapping[str, Json]
    where: str

    def text(self, name: str) -> str:
        value = self.value.get(name)
        if not isinstance(value, str) or not value:
            raise self.wrong(name, "a text")
        return value

    def list(self, name: str) -> Sequence[Json]:
        """An empty one where there is none: what has nothing to say is left out, or null, as a library writes it."""
        value = self.value.get(name)
        if value is not None and not isinstance(value, list):
            raise self.wrong(name, "a list")
        return value or []

    def entries(self, name: str) -> Iterator[_Entry]:
        for index, each in enumerate(self.list(name)):
            yield _entry(each, f"{self.where}.{name}[{index}]")

    def within(self, name: str) -> _Entry:
        """The object of that name; an empty one where there is none."""
        return _entry(self.value.get(name) or {}, f"{self.where}.{name}")

    def tags(self) -> dict[str, str]:
        return {each.text("Key"): str(each.value.get("Value", "")) for each in self.entries("Tags")}

    def moment(self, name: str) -> datetime | None:
        """As the API's library hands it over, or as it is written; None where it is neither: little hangs on it."""
        value = self.value.get(name)
        try:
            at = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            return None
        if not isinstance(at, datetime):
            return None
        return at if at.tzinfo else at.replace(tzinfo=UTC)

    def wrong(self, name: str, expected: str) -> InputError:
        what = "is missing" if name not in self.value else f"is not {expected}"
        return InputError(f"{name} {what}", where=self.where, remedy=REMEDY)


def _entry(value: Json, where: str) -> _Entry:
    if not isinstance(value, Mapping):
        raise InputError("an object was expected", where=where, remedy=REMEDY)
    return _Entry(value, where)


@dataclass(slots=True)
class _Reader:
    """One export. Equal documents become one value: most of an account's are copies of a few."""

    pages: Sequence[Mapping[str, Json]]
    places: Sequence[str]
    known: KnownPolicies
    documents: dict[tuple[PolicyKind, bytes], PolicyDocument] = field(default_factory=dict)
    places_of_arns: dict[str, str] = field(default_factory=dict)

    def read(self) -> IamAccount:
        groups = tuple(self._group(each) for each in self._all("GroupDetailList"))
        users = tuple(self._user(each) for each in self._all("UserDetailList"))
        roles = tuple(self._role(each) for each in self._all("RoleDetailList"))
        told = {each.arn: each for each in map(self._policy, self._all("Policies"))}
        self._check_groups(users, {each.name for each in groups})
        holders: tuple[Holder, ...] = (*users, *groups, *roles)
        partition, account = self._account(holders)
        attached = [arn for each in holders for arn in each.attached]
        principals: tuple[IamUser | IamRole, ...] = (*users, *roles)
        boundaries = [each.boundary for each in principals if each.boundary]
        return IamAccount(
            id=account,
            partition=partition,
            users=users,
            groups=groups,
            roles=roles,
            policies=told | {arn: self._untold(arn) for arn in (*attached, *boundaries) if arn not in told},
        )

    def _all(self, name: str) -> Iterator[_Entry]:
        for page, place in zip(self.pages, self.places, strict=True):
            value = page[name]
            if not isinstance(value, list):
                raise InputError("a list was expected", where=f"{place}{name}", remedy=REMEDY)
            for index, each in enumerate(value):
                yield _entry(each, f"{place}{name}[{index}]")

    def _arn(self, entry: _Entry) -> str:
        """Of the entry; `InputError` where it is none of IAM, or stands twice."""
        arn = entry.text("Arn")
        parts = arn.split(":", 5)
        if len(parts) != 6 or parts[0] != "arn" or parts[2] != "iam" or not _OWNER.fullmatch(parts[4]):
            raise InputError(f"Arn is {arn!r}, which is no ARN of IAM", where=entry.where, remedy=REMEDY)
        first = self.places_of_arns.setdefault(arn, entry.where)
        if first != entry.where:
            raise InputError(
                f"{arn} stands twice, first at {first.rpartition(' ')[2]}",
                where=entry.where,
                remedy="give each page once",
            )
        return arn

    def _group(self, entry: _Entry) -> IamGroup:
        name = entry.text("GroupName")
        return IamGroup(
            name=name,
            arn=self._arn(entry),
            inline=self._inline(entry, "GroupPolicyList", f"group/{name}"),
            attached=_attached(entry),
        )

    def _user(self, entry: _Entry) -> IamUser:
        name = entry.text("UserName")
        return IamUser(
            name=name,
            arn=self._arn(entry),
            groups=tuple(map(str, entry.list("GroupList"))),
            inline=self._inline(entry, "UserPolicyList", f"user/{name}"),
            attached=_attached(entry),
            boundary=_boundary(entry),
            tags=entry.tags(),
            created=entry.moment("CreateDate"),
        )

    def _role(self, entry: _Entry) -> IamRole:
        name = entry.text("RoleName")
        return IamRole(
            name=name,
            arn=self._arn(entry),
            trust=self._document(entry, "AssumeRolePolicyDocument", PolicyKind.RESOURCE),
            inline=self._inline(entry, "RolePolicyList", f"role/{name}"),
            attached=_attached(entry),
            boundary=_boundary(entry),
            tags=entry.tags(),
            instance_profiles=tuple(each.text("Arn") for each in entry.entries("InstanceProfileList")),
            created=entry.moment("CreateDate"),
        )

    def _policy(self, entry: _Entry) -> ManagedPolicy:
        arn = self._arn(entry)
        default = entry.value.get("DefaultVersionId")
        for version in entry.entries("PolicyVersionList"):
            if version.value.get("IsDefaultVersion") is True or version.value.get("VersionId") == default:
                return ManagedPolicy(arn, self._document(version, "Document", PolicyKind.IDENTITY))
        raise InputError(f"the default version of {arn} is missing", where=entry.where, remedy=REMEDY)

    def _untold(self, arn: str) -> ManagedPolicy:
        """A policy that is attached and not in the export: AWS leaves some of its own out."""
        document = self.known(arn) if is_of_aws(arn) else None
        return ManagedPolicy(arn, None if document is None else self._parsed(document, PolicyKind.IDENTITY, arn))

    def _inline(self, entry: _Entry, name: str, holder: str) -> tuple[NamedPolicy, ...]:
        return tuple(
            NamedPolicy(
                f"{holder}: inline policy {each.text('PolicyName')}",
                self._document(each, "PolicyDocument", PolicyKind.IDENTITY),
            )
            for each in entry.entries(name)
        )

    def _document(self, entry: _Entry, name: str, kind: PolicyKind) -> PolicyDocument:
        where = f"{entry.where}.{name}"
        value = entry.value.get(name)
        if value is None:
            raise entry.wrong(name, "a policy document")
        return self._parsed(_decoded(value, where) if isinstance(value, str) else value, kind, where)

    def _parsed(self, value: Json, kind: PolicyKind, where: str) -> PolicyDocument:
        key = (kind, canonical_bytes(value))
        if key not in self.documents:
            self.documents[key] = read_policy(value, kind, where)
        return self.documents[key]

    def _check_groups(self, users: Iterable[IamUser], known: set[str]) -> None:
        for user in users:
            for name in user.groups:
                if name not in known:
                    raise InputError(
                        f"{user.arn} is in the group {name!r}, which is not in GroupDetailList",
                        where=self.places_of_arns[user.arn],
                        remedy=REMEDY,
                    )

    def _account(self, holders: Iterable[Holder]) -> tuple[str, str]:
        """(partition, account) of all of them."""
        found = {(each.arn.split(":", 5)[1], each.arn.split(":", 5)[4]): each.arn for each in holders}
        if len(found) > 1:
            one, other, *_ = found.values()
            raise InputError(
                f"{one} and {other} are of different accounts",
                where=self.places_of_arns[other],
                remedy="give the export of one account",
            )
        return next(iter(found), ("aws", ""))


def _decoded(text: str, where: str) -> Json:
    """A document as IAM's API returns it, percent-encoded by RFC 3986; one that is plain JSON is taken, too."""
    try:
        return orjson.loads(text if text.lstrip().startswith("{") else unquote(text, errors="strict"))
    except (orjson.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError("this is not JSON, percent-encoded or plain", where=where, remedy=REMEDY) from error


def _attached(entry: _Entry) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.text("PolicyArn") for each in entry.entries("AttachedManagedPolicies")))


def _boundary(entry: _Entry) -> str:
    boundary = entry.within("PermissionsBoundary")
    return boundary.text("PermissionsBoundaryArn") if boundary.value else ""
