"""All of IAM in the account, read live: GetAccountAuthorizationDetails page by page, and the organisation's policies.

Called by `wiring_identity` where no export is given. What the organisation does not let be read is told with the
account: only its management account and delegated administrators may (Organizations API Reference, ListPolicies).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
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
SCP: Final = "SERVICE_CONTROL_POLICY"

Progress = Callable[[int], None]
"""Hears how many users, groups, roles and policies have been read."""


def read_live_account(
    clients: AwsClients, known: KnownPolicies, progress: Progress = lambda _count: None
) -> IamAccount:
    """Of the credentials in use. Raises `CouldNotTellError` where IAM itself cannot be read."""
    partition, account_id = clients.identity()
    pages = list(_pages(clients, progress))
    account = read_account(pages, "iam:GetAccountAuthorizationDetails", known)
    scps, unread = _service_control_policies(clients, account_id)
    return replace(account, id=account_id, partition=partition, scps=scps, unread=unread)


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


def _service_control_policies(
    clients: AwsClients, account: str
) -> tuple[tuple[tuple[NamedPolicy, ...], ...] | None, tuple[str, ...]]:
    """Those of each level from the root to the account; none for an account that is not bound by any."""
    organizations = clients.client("organizations", clients.settings.regions[0])
    asked = "organizations:DescribeOrganization"
    try:
        organisation = organizations.describe_organization()["Organization"]
        if organisation["MasterAccountId"] == account:
            return None, ()
        levels: list[tuple[NamedPolicy, ...]] = []
        target = account
        while True:
            asked = "organizations:ListPoliciesForTarget"
            levels.insert(0, tuple(_policies(organizations, target)))
            if target.startswith("r-"):
                return tuple(levels), ()
            asked = "organizations:ListParents"
            target = organizations.list_parents(ChildId=target)["Parents"][0]["Id"]
    except client_errors() as error:
        if error_code(error) == NO_ORGANISATION:
            return None, ()
        return None, (f"service control policies are not known: {reason(error, asked)}",)


def _policies(organizations: Any, target: str) -> Iterator[NamedPolicy]:
    pages = organizations.get_paginator("list_policies_for_target").paginate(TargetId=target, Filter=SCP)
    for page in pages:
        for each in page["Policies"]:
            content = organizations.describe_policy(PolicyId=each["Id"])["Policy"]["Content"]
            yield NamedPolicy(each["Arn"], read_policy(content, PolicyKind.SCP, each["Arn"]))
