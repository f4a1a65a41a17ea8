"""The organisation's policies are read level by level, and what may not be read is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from setpoint.aws import AwsSettings
from setpoint.observe.aws.authorization import read_live_account

ACCOUNT = "111122223333"
PARENTS = {ACCOUNT: "ou-1", "ou-1": "r-1"}


@dataclass
class Organisation:
    """As far as it is asked; `denies` is an action that it refuses."""

    master: str = "999999999999"
    denies: str = ""
    error: str = "AccessDeniedException"

    def describe_organization(self) -> Any:
        self._check("DescribeOrganization")
        return {"Organization": {"Id": "o-1", "MasterAccountId": self.master}}

    def list_parents(self, ChildId: str) -> Any:  # noqa: N803  # as boto3 spells it
        self._check("ListParents")
        return {"Parents": [{"Id": PARENTS[ChildId]}]}

    def describe_policy(self, PolicyId: str) -> Any:  # noqa: N803
        of_resources = {"Principal": "*"} if PolicyId.startswith("p-resource") else {}
        statement = {"Effect": "Allow", "Action": "*", "Resource": "*", **of_resources}
        return {"Policy": {"Content": json.dumps({"Version": "2012-10-17", "Id": PolicyId, "Statement": [statement]})}}

    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self, TargetId: str, Filter: str) -> Iterator[Any]:  # noqa: N803
        self._check("ListPoliciesForTarget")
        name = f"{Filter.partition('_')[0].lower()}-{TargetId}"
        yield {"Policies": [{"Id": f"p-{name}", "Arn": name}]}

    def _check(self, action: str) -> None:
        if action == self.denies:
            raise ClientError({"Error": {"Code": self.error}}, action)


class Iam:
    def get_paginator(self, _name: str) -> Any:
        return self

    def paginate(self, **_: Any) -> Iterator[Any]:
        yield {}


@dataclass
class Clients:
    organisation: Organisation
    settings: AwsSettings = field(default_factory=lambda: AwsSettings(("eu-west-1",)))

    def client(self, service: str, _region: str) -> Any:
        return Iam() if service == "iam" else self.organisation

    def identity(self) -> tuple[str, str]:
        return "aws", ACCOUNT


def read(organisation: Organisation) -> Any:
    return read_live_account(Clients(organisation), lambda _arn: None)  # type: ignore[arg-type]  # all that it asks of them


def test_every_level_from_the_root() -> None:
    account = read(Organisation())
    for levels, kind in ((account.scps, "service"), (account.rcps, "resource")):
        names = [[each.name for each in level] for level in levels]
        assert names == [[f"{kind}-r-1"], [f"{kind}-ou-1"], [f"{kind}-{ACCOUNT}"]]
    assert account.organisation == "o-1"


def test_the_management_account_has_none() -> None:
    account = read(Organisation(master=ACCOUNT))
    assert (account.scps, account.rcps, account.organisation) == (None, None, "o-1")


def test_an_account_without_organisation_has_none() -> None:
    account = read(Organisation(denies="DescribeOrganization", error="AWSOrganizationsNotInUseException"))
    assert (account.scps, account.unread) == (None, ())


def test_what_may_not_be_read_is_told() -> None:
    account = read(Organisation(denies="ListPoliciesForTarget"))
    assert account.scps is None
    assert account.unread == ("the organisation's policies are not known: organizations:ListPoliciesForTarget denied",)
