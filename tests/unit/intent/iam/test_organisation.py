"""The organisation's policies in a file: level by level for one account, and what is wrong with it named."""

from __future__ import annotations

from typing import Any

import pytest

from setpoint.errors import InputError
from setpoint.intent.iam.organisation import within_organisation
from setpoint.model.iam_account import IamAccount

ACCOUNT = IamAccount("111122223333", unread=("the organisation's policies are not known",))
ALL: Any = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def within(document: Any) -> IamAccount:
    return within_organisation(ACCOUNT, document, "file")


def of_account(own: Any) -> Any:
    return {"accounts": {ACCOUNT.id: own}}


def test_levels_from_the_root_to_the_account() -> None:
    levels = [[{"name": "full", "document": ALL}, {"document": ALL}], [{"name": "own", "document": ALL}]]
    found = within({"id": "o-a1b2c3d4e5", **of_account({"scps": levels})})
    assert found.scps is not None
    assert [[each.name for each in level] for level in found.scps] == [
        ["full", f"accounts.{ACCOUNT.id}.scps[0][1]"],
        ["own"],
    ]
    assert (found.rcps, found.organisation, found.unread) == (None, "o-a1b2c3d4e5", ())


def test_nothing_limits_the_management_account() -> None:
    found = within(of_account({"scps": []}))
    assert (found.scps, found.rcps) == (None, None)


@pytest.mark.parametrize(
    ("document", "where"),
    [
        ([], "file"),
        ({"account": {}}, "file"),
        ({"id": "mine", **of_account({})}, "file: id"),
        ({"id": 1, **of_account({})}, "file: id"),
        ({}, "file: accounts"),
        ({"accounts": {}}, "file: accounts"),
        (of_account([]), f"file: accounts.{ACCOUNT.id}"),
        (of_account({"scp": []}), f"file: accounts.{ACCOUNT.id}"),
        (of_account({"scps": {}}), f"file: accounts.{ACCOUNT.id}.scps"),
        (of_account({"scps": [[]] * 8}), f"file: accounts.{ACCOUNT.id}.scps"),
        (of_account({"scps": [{}]}), f"file: accounts.{ACCOUNT.id}.scps[0]"),
        (of_account({"scps": [[ALL]]}), f"file: accounts.{ACCOUNT.id}.scps[0][0]"),
        (of_account({"scps": [[{"name": "x"}]]}), f"file: accounts.{ACCOUNT.id}.scps[0][0].document"),
        (
            of_account({"rcps": [[{"document": ALL}]]}),
            f"file: accounts.{ACCOUNT.id}.rcps[0][0].document.Statement[0].Principal",
        ),
    ],
)
def test_what_is_wrong_is_named(document: Any, where: str) -> None:
    with pytest.raises(InputError) as error:
        within(document)
    assert error.value.where == where
