"""Roles with their trust, their attached and inline policies and their boundary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar, Final

from setpoint.model.canonical import Json
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, Spread
from setpoint.observe.aws.shape import document, tags

PAGE: Final = 1000
"""The largest page (IAM API Reference, ListRoles, MaxItems)."""

PROVIDED: Final = {
    "/aws-service-role/": "AWS: a service-linked role",
    "/aws-reserved/": "AWS: a role of IAM Identity Center",
}
"""Paths that only AWS may use (IAM User Guide, "Create a service-linked role"; IAM Identity Center User Guide,
"Referencing permission sets in resource policies")."""

SAME: Final = ("RoleName", "RoleId", "Arn", "Path", "Description", "MaxSessionDuration")
"""Spelled by the API as by CloudFormation."""


class RoleReader(Reader):
    type: ClassVar[str] = "AWS::IAM::Role"
    spread: ClassVar[Spread] = Spread.GLOBAL
    lists: ClassVar[str] = "iam:ListRoles"
    permissions: ClassVar[tuple[str, ...]] = (
        lists,
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:GetRolePolicy",
    )
    properties: ClassVar[frozenset[str]] = frozenset(
        {*SAME, "AssumeRolePolicyDocument", "PermissionsBoundary", "Tags", "ManagedPolicyArns", "Policies"}
    )
    gone: ClassVar[frozenset[str]] = frozenset({"NoSuchEntity"})

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        paginator = place.client("iam").get_paginator("list_roles")
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE}):
            yield [Listed(role["RoleName"], said=role) for role in page["Roles"]]

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        iam = place.client("iam")
        # The listing leaves out tags and boundary (IAM API Reference, ListRoles).
        with reading.whole("iam:GetRole"):
            role = iam.get_role(RoleName=entity.identifier)["Role"]
        for name in SAME:
            reading.put(name, role.get(name))
        reading.put("AssumeRolePolicyDocument", document(role["AssumeRolePolicyDocument"]))
        reading.put("PermissionsBoundary", role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"))
        reading.put("Tags", tags(role.get("Tags", [])))
        for path, provider in PROVIDED.items():
            if role["Path"].startswith(path):
                reading.provided_by = provider
        _read_attached(iam, entity.identifier, reading)
        _read_inline(iam, entity.identifier, reading)


def _read_attached(iam: Any, role: str, reading: Reading) -> None:
    with reading.part("ManagedPolicyArns", "iam:ListAttachedRolePolicies"):
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        reading.put(
            "ManagedPolicyArns", sorted(each["PolicyArn"] for page in pages for each in page["AttachedPolicies"])
        )


def _read_inline(iam: Any, role: str, reading: Reading) -> None:
    policies: list[Json] = []
    with reading.part("Policies", "iam:ListRolePolicies"):
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
        for name in sorted(name for page in pages for name in page["PolicyNames"]):
            # One that was deleted since the listing is not part of the role any more.
            with reading.part("Policies", "iam:GetRolePolicy", absent={"NoSuchEntity"}):
                answer = iam.get_role_policy(RoleName=role, PolicyName=name)
                policies.append({"PolicyName": name, "PolicyDocument": document(answer["PolicyDocument"])})
    if "Policies" not in reading.unread:
        reading.put("Policies", policies)
