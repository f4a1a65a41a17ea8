"""What a caller may choose of its requests: the policy that it attaches to itself."""

from __future__ import annotations

import pytest
from tests.unit.compare.identity.escalation.building import ADMINISTRATOR, Building, allow, deny, document

from setpoint.model.canonical import Json
from setpoint.model.escalation import Standing

MANAGED = "arn:aws:iam::aws:policy/"
ATTACH = "iam:AttachUserPolicy"


def policy_is(operator: str, arn: str) -> Json:
    return {operator: {"iam:PolicyARN": arn}}


@pytest.mark.parametrize(
    ("statements", "standing"),
    [
        ([allow(ATTACH, Condition=policy_is("ArnEquals", ADMINISTRATOR))], Standing.ESCALATES),
        ([allow(ATTACH, Condition=policy_is("ArnEquals", f"{MANAGED}IAMFullAccess"))], Standing.ESCALATES),
        ([allow(ATTACH), deny(ATTACH, Condition=policy_is("ArnEquals", ADMINISTRATOR))], Standing.ESCALATES),
        ([allow(ATTACH), deny(ATTACH, Condition=policy_is("ArnLike", f"{MANAGED}*"))], Standing.NONE),
        ([allow(ATTACH, Condition=policy_is("ArnEquals", f"{MANAGED}ReadOnlyAccess"))], Standing.NONE),
    ],
)
def test_a_policy_over_iam_is_as_good_as_one_over_everything(statements: list[Json], standing: Standing) -> None:
    account = Building()
    user = account.user("me", document(*statements))
    assert account.find([])[user].standing is standing
