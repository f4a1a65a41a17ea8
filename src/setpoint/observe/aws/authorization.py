"""All of IAM in the account, read live: GetAccountAuthorizationDetails page by page, and the organisation's policies.

Called by `wiring.identity` where no export is given. What the organisation does not let be read is told with the
account: only its management account and delegated administrators may (Organizations API Reference, ListPolicies).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from setpoint.aws import AwsClients, client_errors, error_code, reason, translate
from setpoint.model.canonical import Json
from setpoint.model.iam import NamedPolicy, PolicyKind
from setpoint.model.iam_account import IamAccount
from setpoint.model.iam_account_reading import LISTS, KnownPolicies, read_account
from setpoint.model.iam_reading import read_policy

PERMISSIONS: Final = (
    "iam:GetAccountAuthorizationDetails",
    "organizations:DescribeOrganization",
    "organizations:DescribePolicy",
    "organizations:ListParents",
    "organizations:ListPoliciesForTarget",
)

PAGE: Final = 1000
"""The largest page (IAM API Reference, GetAccountAuthorizationDetails, MaxItems)."""

NO_ORGANISATION: Final = "AWSOrganizationsNotInUseException"
CONTROLS: Final = {PolicyKind.SCP: "SERVICE_CONTROL_POLICY", PolicyKind.RCP: "RESOURCE_CONTROL_POLICY"}
"""Organizations API Reference, ListPoliciesForTarget, Filter."""

Levels = tuple[tuple[NamedPolicy, ...], ...]
"""From the root to the account."""

Progress = Callable[[int], None]
"""Hears how many users, groups, roles and policies have been read."""


def read_live_account(
    clients: AwsClients, known: KnownPolicies, progress: Progress = lambda _count: None
) -> IamAccount:
    """Of the credentials in use. Raises `CouldNotTellError` where IAM itself cannot be read."""
    partition, account_id = clients.identity()
    pages = list(_pages(clients, progress))
    account = read_account(pages, "iam:GetAccountAuthorizationDetails", known)
    organisation, unread = _organisation(clients, account_id)
    return replace(
        account,
        id=account_id,
        partition=partition,
        scps=organisation.scps,
        rcps=organisation.rcps,
        organisation=organisation.id,
        unread=unread,
    )


def _pages(clients: AwsClients, progress: Progress) -> Iterator[Mapping[str, Json]]:
    iam, count = clients.client("iam", clients.settings.regions[0]), 0
    paginator = iam.get_paginator("get_account_authorization_details")
    try:
        for page in paginator.paginate(PaginationConfig={"PageSize": PAGE}):
            yield {name: page.get(name, []) for name in LISTS}
            count += sum(len(page.get(name, [])) for name in LISTS)
            progress(count)
    except client_errors() as error:
        raise translate(error, "iam:GetAccountAuthorizationDetails") from error


@dataclass(frozen=True, slots=True)
class _Organisation:
    """As far as it bears on one account; nothing of its policies on the management account."""

    id: str = ""
    scps: Levels | None = None
    rcps: Levels | None = None


def _organisation(clients: AwsClients, account: str) -> tuple[_Organisation, tuple[str, ...]]:
    """And what of it is not known, in a clause."""
    organizations = clients.client("organizations", clients.settings.home)
    found = _Organisation()
    asked = "organizations:DescribeOrganization"
    try:
        told = organizations.describe_organization()["Organization"]
        found = _Organisation(str(told.get("Id", "")))
        if told["MasterAccountId"] == account:
            return found, ()
        targets = [account]
        while not targets[0].startswith("r-"):
            asked = "organizations:ListParents"
            targets.insert(0, organizations.list_parents(ChildId=targets[0])["Parents"][0]["Id"])
        asked = "organizations:ListPoliciesForTarget"
        scps, rcps = (tuple(tuple(_policies(organizations, each, kind)) for each in targets) for kind in CONTROLS)
        return replace(found, scps=scps, rcps=rcps), ()
    except client_errors() as error:
        if error_code(error) == NO_ORGANISATION:
            return found, ()
        return found, (f"the organisation's policies are not known: {reason(error, asked)}",)


def _policies(organizations: Any, target: str, kind: PolicyKind) -> Iterator[NamedPolicy]:
    """Those attached to an account, a unit or the root."""
    asked = organizations.get_paginator("list_policies_for_target")
    for page in asked.paginate(TargetId=target, Filter=CONTROLS[kind]):
        for each in page["Policies"]:
            content = organizations.describe_policy(PolicyId=each["Id"])["Policy"]["Content"]
            yield NamedPolicy(each["Arn"], read_policy(content, kind, each["Arn"]))
