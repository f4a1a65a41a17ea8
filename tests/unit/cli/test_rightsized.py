"""Text to paste: several policies, users, names that are no names elsewhere."""

from __future__ import annotations

import orjson
import pytest
import yaml
from tests.unit.compare.identity.rightsize.accounts import (
    ACCOUNT,
    END,
    START,
    SmallReference,
    account,
    allow,
    deny,
    document,
    sized,
    use,
)

from setpoint.cli.rightsized import cloudformation_text, policy_text, removals, terraform_text
from setpoint.compare.identity.rightsize.evidence import Evidence, Period
from setpoint.compare.identity.rightsize.rightsizing import RightSizing, right_size
from setpoint.model.iam_account_reading import read_account

FUNCTIONS = [f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:{'f' * 50}{number:03}" for number in range(200)]
MANAGED = f"arn:aws:iam::{ACCOUNT}:policy/deploy"
NEVER = f"arn:aws:iam::{ACCOUNT}:policy/never"


@pytest.fixture(scope="module")
def several() -> RightSizing:
    """Of a role with more than fits into its inline policies, and a policy that only denies."""
    of = account({}, {MANAGED: document(allow("lambda:Update*")), NEVER: document(deny("sqs:*"))})
    return sized(of, *(use("lambda:UpdateFunctionCode", each) for each in FUNCTIONS), most=500)


def of_user() -> RightSizing:
    ann = {"UserName": "ann.b", "Arn": f"arn:aws:iam::{ACCOUNT}:user/ann.b", "GroupList": ["staff"]}
    held = [{"PolicyName": 'say "${x}"\n%{y}', "PolicyDocument": document(allow("sqs:*", "arn:aws:sqs:*:*:${x}"))}]
    staff = {"GroupName": "staff", "Arn": f"arn:aws:iam::{ACCOUNT}:group/staff", "GroupPolicyList": held}
    of = read_account(
        {"UserDetailList": [ann], "GroupDetailList": [staff], "RoleDetailList": [], "Policies": []}, "export"
    )
    evidence = Evidence(Period(90, END, START), {}, frozenset())
    return right_size(of, of.users[0], evidence, SmallReference(), {})


def test_several_policies_are_a_list(several: RightSizing) -> None:
    assert orjson.loads(policy_text(several)) == list(several.written)


def test_several_policies_of_terraform_are_attached(several: RightSizing) -> None:
    text = terraform_text(several, "prod.tfstate: module.ci.aws_iam_role.ci")
    assert text.count('resource "aws_iam_policy" "ci_right_sized_') == len(several.written)
    assert "  policy_arn = aws_iam_policy.ci_right_sized_1.arn\n" in text
    # What is in another module cannot be referred to from here.
    assert '  role       = "ci"\n' in text
    assert text.endswith(f"# To remove once that is applied:\n# - the attachment of {MANAGED}")


def test_several_policies_of_cloudformation_beside_the_one_that_stays(several: RightSizing) -> None:
    resources = yaml.safe_load(cloudformation_text(several, "template.yaml:12: Role"))["Resources"]
    *policies, role = resources
    assert role == "Role"
    assert resources["Role"]["Properties"]["ManagedPolicyArns"] == [NEVER, *({"Ref": each} for each in policies)]
    assert [resources[each]["Properties"]["PolicyDocument"] for each in policies] == list(several.written)


def test_a_user_is_taken_out_of_the_group_that_grants() -> None:
    found = of_user()
    assert list(removals(found)) == ['ann.b from the group staff, which holds say "${x}"\n%{y}']
    assert any("take ann.b out of it" in each for each in found.told)


def test_no_text_from_outside_ends_a_comment_or_begins_a_template() -> None:
    lines = terraform_text(of_user(), "").split("\n")
    assert lines[-1] == r'# - ann.b from the group staff, which holds say "${x}"\n%{y}'
    assert 'resource "aws_iam_user_policy" "ann_b_right_sized" {' in lines
    assert '        Resource = "arn:aws:sqs:*:*:$${x}"' in lines
    assert yaml.safe_load(cloudformation_text(of_user(), ""))["Resources"].keys() == {"annb"}


def test_nothing_used_needs_no_policy() -> None:
    found = sized(account({"deploy": document(allow("iam:DeleteRole"))}))
    assert policy_text(found) == "[]"
    assert any("needs no policy" in each for each in found.told)
    assert "aws_iam_role_policy" not in terraform_text(found, "")
