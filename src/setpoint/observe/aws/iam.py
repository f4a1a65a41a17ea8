"""Roles with their trust, their attached and inline policies and their boundary."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

from setpoint.aws import client_errors
from setpoint.model.canonical import Json
from setpoint.observe.aws.reader import Listed, Place, Reader, Reading, Spread
from setpoint.observe.aws.shape import document, tags

PAGE: Final = 1000
"""The largest page (IAM API Reference, ListRoles and GetAccountAuthorizationDetails, MaxItems)."""

LISTED_ONLY: Final = ("Description", "MaxSessionDuration")
"""What the listing of roles tells and the account's authorisation details do not (IAM API Reference, RoleDetail)."""

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
    calls: ClassVar[int] = 0
    permissions: ClassVar[tuple[str, ...]] = (
        lists,
        "iam:GetAccountAuthorizationDetails",
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
        """All about every role in two calls a thousand; a role of which these do not tell all is asked for alone."""
        paginator = place.client("iam").get_paginator("list_roles")
        listed = {
            role["RoleName"]: {name: role.get(name) for name in LISTED_ONLY}
            for page in paginator.paginate(PaginationConfig={"PageSize": PAGE})
            for role in page["Roles"]
        }
        try:
            for page in _details(place):
                known = [role for role in page if role["RoleName"] in listed]
                yield [Listed(role["RoleName"], said={**role, **listed.pop(role["RoleName"])}) for role in known]
        except client_errors():
            pass  # whoever may not have them at once may be allowed to ask one by one
        yield [Listed(name) for name in listed]

    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        role = entity.said
        if role is None:
            role = _read_alone(place.client("iam"), entity.identifier, reading)
        else:
            reading.put("ManagedPolicyArns", sorted(each["PolicyArn"] for each in role["AttachedManagedPolicies"]))
            reading.put("Policies", _inline(role["RolePolicyList"]))
        for name in SAME:
            reading.put(name, role.get(name))
        reading.put("AssumeRolePolicyDocument", document(role["AssumeRolePolicyDocument"]))
        reading.put("PermissionsBoundary", role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"))
        reading.put("Tags", tags(role.get("Tags", [])))
        for path, provider in PROVIDED.items():
            if role["Path"].startswith(path):
                reading.provided_by = provider


def _details(place: Place) -> Iterator[Sequence[Mapping[str, Json]]]:
    paginator = place.client("iam").get_paginator("get_account_authorization_details")
    for page in paginator.paginate(Filter=["Role"], PaginationConfig={"PageSize": PAGE}):
        yield page["RoleDetailList"]


def _read_alone(iam: Any, role: str, reading: Reading) -> Mapping[str, Json]:
    with reading.whole("iam:GetRole"):
        found: Mapping[str, Json] = iam.get_role(RoleName=role)["Role"]
    _read_attached(iam, role, reading)
    _read_inline(iam, role, reading)
    return found


def _inline(policies: Iterable[Mapping[str, Json]]) -> list[Json]:
    shaped = [
        {"PolicyName": each["PolicyName"], "PolicyDocument": document(each["PolicyDocument"])} for each in policies
    ]
    return sorted(shaped, key=lambda each: str(each["PolicyName"]))


def _read_attached(iam: Any, role: str, reading: Reading) -> None:
    with reading.part("ManagedPolicyArns", "iam:ListAttachedRolePolicies"):
        pages = iam.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        reading.put(
            "ManagedPolicyArns", sorted(each["PolicyArn"] for page in pages for each in page["AttachedPolicies"])
        )


def _read_inline(iam: Any, role: str, reading: Reading) -> None:
    policies: list[Mapping[str, Json]] = []
    with reading.part("Policies", "iam:ListRolePolicies"):
        pages = iam.get_paginator("list_role_policies").paginate(RoleName=role)
        for name in sorted(name for page in pages for name in page["PolicyNames"]):
            # One that was deleted since the listing is not part of the role any more.
            with reading.part("Policies", "iam:GetRolePolicy", absent={"NoSuchEntity"}):
                policies.append(iam.get_role_policy(RoleName=role, PolicyName=name))
    if "Policies" not in reading.unread:
        reading.put("Policies", _inline(policies))
