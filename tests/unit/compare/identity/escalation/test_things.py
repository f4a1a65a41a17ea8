"""Permissions on what exists: an action may take something else beside it."""

from __future__ import annotations

import pytest
from tests.unit.compare.identity.escalation.building import ACCOUNT, Building, allow, document, ids

from setpoint.model.escalation import Existing, Standing

INSTANCE = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1"
DOCUMENT = "arn:aws:ssm:eu-west-1::document/AWS-RunShellScript"


@pytest.mark.parametrize(
    ("on", "standing"),
    [
        (["*"], Standing.ESCALATES),
        ([INSTANCE, "arn:aws:ssm:*:*:document/*"], Standing.ESCALATES),
        ([INSTANCE, DOCUMENT], Standing.ESCALATES),
        ([INSTANCE, DOCUMENT.replace("::", f":{ACCOUNT}:")], Standing.ESCALATES),
        ([INSTANCE], Standing.NONE),
        ([DOCUMENT], Standing.NONE),
        ([INSTANCE.replace("i-1", "i-2"), "arn:aws:ssm:*:*:document/*"], Standing.NONE),
    ],
)
def test_a_command_is_sent_to_an_instance_by_a_document(on: list[str], standing: Standing) -> None:
    account = Building()
    account.admin("admin", profile=True)
    user = account.user("operator", document(allow("ssm:SendCommand", on=on)))
    found = account.find([Existing("instance", INSTANCE, "admin")])[user]
    assert found.standing is standing
    assert ids(found) == ({"ssm-002"} if standing is Standing.ESCALATES else set())


def test_so_it_is_where_nobody_told_what_exists() -> None:
    account = Building()
    account.admin("admin", profile=True)
    able = account.user("able", document(allow("ssm:SendCommand")))
    unable = account.user("unable", document(allow("ssm:SendCommand", on="arn:aws:ec2:*:*:instance/*")))
    found = account.find()
    assert found[able].standing is Standing.CONDITIONAL
    assert found[unable].standing is Standing.NONE
