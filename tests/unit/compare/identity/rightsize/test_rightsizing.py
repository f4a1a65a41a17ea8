"""What is proposed for a role, by what it used."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.compare.identity.rightsize.accounts import (
    ACCOUNT,
    END,
    START,
    account,
    allow,
    deny,
    document,
    granted,
    sized,
    use,
)

from setpoint.compare.identity.rightsize.evidence import Period
from setpoint.compare.identity.rightsize.rightsizing import Fate
from setpoint.errors import InputError
from setpoint.model.permission_use import Use

TABLE = f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/orders"
WEB = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:web"
KEYS = "arn:aws:s3:::papers/a/*"


def of(*statements: Any) -> Any:
    return account({"deploy": document(*statements)})


def test_only_what_was_used_stays_on_what_it_was_used_on() -> None:
    found = sized(of(allow(["s3:*", "dynamodb:*"])), use("s3:GetObject", KEYS, used=3), use("s3:ListAllMyBuckets"))
    assert granted(found) == {"s3:GetObject": KEYS, "s3:ListAllMyBuckets": "*", "dynamodb:Query": "*"}
    assert (found.before, found.after) == (10, 3)
    assert [each.action for each in found.removed][:2] == ["dynamodb:DeleteTable", "s3:CreateBucket"]
    assert (found.proof.calls, found.proof.allowed, found.proof.lost) == (4, 4, ())


def test_what_is_taken_for_unused_has_to_be_logged() -> None:
    """No call to a function is in the record of anybody: whether this role makes some cannot be known."""
    role = of(allow(["lambda:InvokeFunction", "sqs:SendMessage"]))
    hidden = sized(role)
    assert granted(hidden) == {"lambda:InvokeFunction": "*", "sqs:SendMessage": "*"}
    assert list(hidden.unknown.values()) == [("lambda:InvokeFunction",), ("sqs:SendMessage",)]
    logged = sized(role, more_seen=["lambda:InvokeFunction", "s3:GetBucketPolicy"])
    assert granted(logged) == {"sqs:SendMessage": "*"}


def test_what_was_denied_was_not_used() -> None:
    found = sized(of(allow("iam:DeleteRole")), use("iam:DeleteRole", used=0, denied=9))
    assert granted(found) == {}
    assert found.fates[0].fate is Fate.GOES


def test_of_many_resources_the_kind_stands() -> None:
    functions = [use("lambda:UpdateFunctionCode", f"{WEB}{number}") for number in range(4)]
    role = of(allow("lambda:UpdateFunctionCode"))
    assert granted(sized(role, *functions, most=4)) == {
        "lambda:UpdateFunctionCode": [f"{WEB}{number}" for number in range(4)]
    }
    found = sized(role, *functions, most=3)
    assert granted(found) == {"lambda:UpdateFunctionCode": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:*"}
    assert found.told == ("lambda:UpdateFunctionCode is kept for all of a kind: 4 were used, more than 3",)


def test_of_many_objects_their_buckets_stand() -> None:
    role = of(allow("s3:GetObject"))
    objects = [use("s3:GetObject", f"arn:aws:s3:::{bucket}/{folder}/*") for bucket in "xy" for folder in "abc"]
    assert granted(sized(role, *objects, most=5)) == {"s3:GetObject": ["arn:aws:s3:::x/*", "arn:aws:s3:::y/*"]}
    assert granted(sized(role, *objects, most=1)) == {"s3:GetObject": "arn:aws:s3:::*/*"}
    days = [use("s3:GetObject", f"arn:aws:s3:::papers/2026-05-{day:02}/*") for day in range(1, 32)]
    found = sized(role, *days)
    assert (granted(found), found.told) == ({"s3:GetObject": "arn:aws:s3:::papers/*"}, ())


def test_of_what_comes_and_goes_the_kind_stands_within_what_is_granted() -> None:
    stop = use("ec2:StopInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1")
    assert granted(sized(of(allow("ec2:*")), stop)) == {
        "ec2:StopInstances": f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/*"
    }
    narrow = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/i-1*"
    assert granted(sized(of(allow("ec2:*", narrow)), stop)) == {"ec2:StopInstances": narrow}


def test_a_new_one_will_have_another_name() -> None:
    made = sized(of(allow("lambda:*")), use("lambda:CreateFunction", WEB), more_seen=["lambda:InvokeFunction"])
    assert granted(made) == {
        "lambda:CreateFunction": f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:*",
        "lambda:GetLayerVersion": "*",
        "lambda:TagResource": "*",
    }


def test_a_day_in_a_key_is_another_one_tomorrow() -> None:
    found = sized(of(allow("s3:PutObject")), use("s3:PutObject", "arn:aws:s3:::papers/2026-05-01/*"))
    assert granted(found) == {"s3:PutObject": "arn:aws:s3:::papers/*"}


def test_a_call_looks_at_more_than_its_event_names() -> None:
    query = sized(of(allow("dynamodb:*")), use("dynamodb:Query", TABLE))
    assert granted(query) == {"dynamodb:Query": [TABLE, f"{TABLE}/index/*"]}
    subnet = f"arn:aws:ec2:eu-west-1:{ACCOUNT}:subnet/subnet-1"
    run = sized(of(allow("ec2:RunInstances")), use("ec2:RunInstances", subnet))
    assert granted(run) == {"ec2:RunInstances": ["arn:aws:ec2:*:*:instance/*", subnet]}


def test_what_the_call_takes_beside_stays_on_the_same_object() -> None:
    found = sized(of(allow("s3:*")), use("s3:PutObject", KEYS))
    assert granted(found) == {"s3:PutObject": KEYS, "s3:PutObjectAcl": KEYS}


@pytest.mark.parametrize("resource", ["*", "arn:aws:s3:::${aws:username}/a/*", "arn:aws:sns:eu-west-1:1:t"])
def test_where_the_record_does_not_say_on_what_nothing_is_left_out(resource: str) -> None:
    granting = ["arn:aws:s3:::papers/*", "arn:aws:sqs:*:*:*"]
    found = sized(of(allow(["s3:GetObject", "sqs:SendMessage"], granting)), use("s3:GetObject", resource))
    assert granted(found)["s3:GetObject"] == "arn:aws:s3:::papers/*"
    assert any("does not say for sure" in each for each in found.told)


def test_conditions_stay_and_a_statement_without_any_is_enough() -> None:
    guarded = allow("s3:*", Condition={"StringEquals": {"s3:ExistingObjectTag/team": "a"}})
    found = sized(of(guarded), use("s3:GetObject", KEYS))
    statement = found.written[0]["Statement"][0]
    assert statement["Condition"] == {"StringEquals": {"s3:ExistingObjectTag/team": "a"}}
    assert (found.proof.allowed, found.proof.conditional) == (1, 1)
    plain = sized(of(guarded, allow("s3:GetObject")), use("s3:GetObject", KEYS))
    assert [each.fate for each in plain.fates] == [Fate.GOES, Fate.NARROWED]


def test_both_ways_to_be_allowed_stay_where_it_is_not_known_which_it_was() -> None:
    first = allow("s3:GetObject", Condition={"StringEquals": {"aws:SourceVpc": "one"}})
    second = allow("s3:GetObject", Condition={"StringEquals": {"aws:SourceVpce": "two"}})
    found = sized(of(first, second), use("s3:GetObject", KEYS))
    assert len(found.written[0]["Statement"]) == 2
    assert found.proof.lost == ()


def test_handing_over_a_role_stays_with_the_service_that_it_goes_to() -> None:
    def passing(service: str) -> Any:
        return allow("iam:PassRole", Condition={"StringEquals": {"iam:PassedToService": service}})

    made = use("lambda:UpdateFunctionCode", WEB)
    to_lambda = sized(of(allow("lambda:UpdateFunctionCode"), passing("lambda.amazonaws.com")), made)
    assert "iam:PassRole" in granted(to_lambda)
    assert list(to_lambda.unknown.values()) == [("iam:PassRole",)]
    to_other = sized(of(allow("lambda:UpdateFunctionCode"), passing("ec2.amazonaws.com")), made)
    assert "iam:PassRole" not in granted(to_other)
    assert (to_other.removed[0].action, to_other.removed[0].escalations) == ("iam:PassRole", ("iam-1",))
    assert "iam:PassRole" not in granted(sized(of(allow(["s3:*", "iam:PassRole"])), use("s3:GetObject", KEYS)))


def test_other_reads_of_what_was_read_are_kept_where_that_is_asked_for() -> None:
    role = of(allow(["s3:*", "lambda:*"]))
    uses = (use("s3:GetBucketTagging", "arn:aws:s3:::papers"), use("lambda:GetPolicy", WEB))
    seen = ["s3:GetObject", "lambda:InvokeFunction"]
    assert "s3:GetBucketPolicy" not in granted(sized(role, *uses, more_seen=seen))
    found = granted(sized(role, *uses, more_seen=seen, keep_reads=True))
    assert found["s3:GetBucketPolicy"] == "arn:aws:s3:::papers"
    # It hands over the code, and what was read was no object.
    assert "lambda:GetFunction" not in found
    assert "s3:GetObject" not in found


def test_denials_are_taken_over_or_stay_where_they_are() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/never"
    of_both = account(
        {"deploy": document(allow("s3:*"), deny("s3:PutObject", Sid="No-Put"))}, {arn: document(deny("sqs:*"))}
    )
    found = sized(of_both, use("s3:GetObject", KEYS))
    denying = [each for each in found.written[0]["Statement"] if each["Effect"] == "Deny"]
    assert denying == [{"Sid": "NoPut", "Effect": "Deny", "Action": "s3:PutObject", "Resource": "*"}]
    assert [each.name for each in found.replaced] == ["deploy"]


def test_all_but_some_resources() -> None:
    excepting = {"Effect": "Allow", "Action": "s3:*", "NotResource": ["arn:aws:s3:::secret/*"]}
    assert granted(sized(of(excepting), use("s3:GetObject", KEYS))) == {"s3:GetObject": KEYS}
    touched = sized(of(excepting), use("s3:GetObject", "arn:aws:s3:::secret*/a/*"))
    assert granted(touched) == {"s3:GetObject": {"but": "arn:aws:s3:::secret/*"}}


def test_an_exception_by_a_variable_stays_as_it_is() -> None:
    """A role has no user name, so that this statement grants nothing; naming the table would."""
    own = {"Effect": "Allow", "Action": "dynamodb:DeleteTable", "NotResource": "arn:aws:s3:::${aws:username}/*"}
    found = sized(of(own), use("dynamodb:DeleteTable", TABLE))
    assert granted(found) == {"dynamodb:DeleteTable": {"but": "arn:aws:s3:::${aws:username}/*"}}


def test_all_but_some_actions() -> None:
    excepting = {"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}
    found = sized(of(excepting), use("s3:GetObject", KEYS), use("iam:DeleteRole"))
    assert "iam:DeleteRole" not in granted(found)
    assert [(each.action, each.times) for each in found.proof.elsewhere] == [("iam:DeleteRole", 1)]


def test_text_of_the_older_version_stays_text() -> None:
    old = account({"deploy": document(allow("s3:*", "arn:aws:s3:::${a}/*"), version="2008-10-17")})
    found = sized(old, use("s3:GetObject"))
    assert [each["Version"] for each in found.written] == ["2008-10-17"]
    new = account({"deploy": document(allow("s3:*", "arn:aws:s3:::papers/*"), version="2008-10-17")})
    assert [each["Version"] for each in sized(new, use("s3:GetObject", KEYS)).written] == ["2012-10-17"]


def test_what_nobody_knows_is_kept_and_doubted() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:policy/untold"
    found = sized(account({"deploy": document(allow(["s3:GetObject", "s3:GetWeather"]))}, {arn: None}))
    assert granted(found)["s3:GetWeather"] == "*"
    assert f"nobody told what {arn} grants; it is left attached" in found.doubts


def test_calls_that_are_no_known_action_may_be_any_of_their_service() -> None:
    found = sized(of(allow(["iam:DeleteRole", "ec2:StopInstances"])), unmapped=frozenset({"ec2"}))
    assert granted(found) == {"ec2:StopInstances": "*"}


@pytest.mark.parametrize(
    ("more", "doubt"),
    [
        ({"lacks": ("a gap",)}, "a gap"),
        ({"period": Period(90, END, END - timedelta(days=44))}, "the record tells of 44.0 of 90 days"),
        ({"more_seen": []}, "the record has no reading call of anybody, and 1 permission to read would be removed"),
    ],
)
def test_a_record_that_cannot_be_relied_on(more: dict[str, Any], doubt: str) -> None:
    role = of(allow(["s3:GetBucketPolicy", "iam:DeleteRole"]))
    assert doubt in sized(role, **more).doubts


def test_more_that_cannot_be_known_than_can() -> None:
    found = sized(
        of(allow(["sqs:SendMessage", "lambda:InvokeFunction", "iam:DeleteRole"])), more_seen=["ec2:RunInstances"]
    )
    assert found.doubts == ("the use of 2 of 3 permissions cannot be known",)


def test_a_whole_record_leaves_no_doubt() -> None:
    assert sized(of(allow("iam:DeleteRole")), period=Period(90, END, START)).doubts == ()


def test_a_role_of_aws_is_left_alone() -> None:
    arn = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/X"
    with pytest.raises(InputError, match="belongs to an AWS service"):
        sized(account({}, Arn=arn))


def test_what_nobody_changes_is_told_so() -> None:
    found = sized(of(allow("iam:DeleteRole")), use("iam:DeleteRole"))
    assert not found.is_changed
    assert [each.fate for each in found.fates] == [Fate.STAYS]


def test_uses_of_others_are_not_its_own() -> None:
    other: Use = use("iam:DeleteRole", principal=f"arn:aws:iam::{ACCOUNT}:role/other")
    assert granted(sized(of(allow("iam:DeleteRole")), other)) == {}
