"""What is on a user or a role of a quarantine, read afresh. Nothing lists them: they are looked at one by one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

from setpoint.aws import AwsClients
from setpoint.errors import CouldNotTellError
from setpoint.model.quarantine import ACCESS_KEYS, POLICY_NAMES, QUARANTINE, holder_of
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, Spread
from setpoint.observe.aws.shape import document, tags

PERMISSIONS: Final = ("iam:GetRole", "iam:GetRolePolicy", "iam:GetUser", "iam:GetUserPolicy", "iam:ListAccessKeys")

NOT_THERE: Final = frozenset({"NoSuchEntity"})


class QuarantineReader(Reader):
    type: ClassVar[str] = QUARANTINE
    spread: ClassVar[Spread] = Spread.GLOBAL
    lists: ClassVar[str] = ""
    calls: ClassVar[int] = 4
    permissions: ClassVar[tuple[str, ...]] = PERMISSIONS
    properties: ClassVar[frozenset[str]] = frozenset({*POLICY_NAMES, ACCESS_KEYS, "Tags"})
    gone: ClassVar[frozenset[str]] = NOT_THERE

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:  # noqa: ARG002 (the interface's)
        return iter(())

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        iam = place.client("iam")
        kind, name = holder_of(place.urn(self.type, entity.identifier))
        with reading.whole(f"iam:Get{kind}"):
            holder = getattr(iam, f"get_{kind.lower()}")(**{f"{kind}Name": name})[kind]
        reading.put("Arn", holder["Arn"])
        reading.put("Tags", tags(holder.get("Tags", [])))
        for path, policy in POLICY_NAMES.items():
            with reading.part(path, f"iam:Get{kind}Policy", absent=NOT_THERE):
                asked = getattr(iam, f"get_{kind.lower()}_policy")
                found = asked(**{f"{kind}Name": name}, PolicyName=policy)
                reading.put(path, document(found["PolicyDocument"]))
        if kind == "User":
            _read_keys(iam, name, reading)


def _read_keys(iam: Any, user: str, reading: Reading) -> None:
    with reading.part(ACCESS_KEYS, "iam:ListAccessKeys"):
        pages = iam.get_paginator("list_access_keys").paginate(UserName=user)
        keys = {each["AccessKeyId"]: each["Status"] for page in pages for each in page["AccessKeyMetadata"]}
        reading.put(ACCESS_KEYS, keys or None)


class QuarantineLook:
    """Looks at the quarantines of one account."""

    def __init__(self, clients: AwsClients) -> None:
        self._clients = clients

    def __call__(self, urn: Urn) -> Resource | Absent | Unread:
        try:
            partition, account = self._clients.identity()
        except CouldNotTellError as error:
            return Unread(urn, error.what)
        if not urn.startswith(f"{partition}:{account}:"):
            return Unread(urn, "it is not in an account that is read")
        return QuarantineReader().observe(Place(self._clients, partition, account, GLOBAL), Listed(urn.identifier))
