"""Documents within what IAM takes."""

from __future__ import annotations

from tests.unit.compare.identity.rightsize.accounts import ACCOUNT, account, allow, deny, document, sized, use

from setpoint.compare.identity.rightsize.documents import INLINE_OF_ROLE, MANAGED, size
from setpoint.model.iam import PolicyKind
from setpoint.model.iam_reading import read_policy

FUNCTION = f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:"


def names(count: int) -> list[str]:
    return [f"{FUNCTION}{'long-name-of-a-function-' * 2}{number:03}" for number in range(count)]


def test_one_statement_that_is_too_long_is_cut() -> None:
    uses = [use("lambda:UpdateFunctionCode", name) for name in names(200)]
    found = sized(account({"deploy": document(allow("lambda:Update*", names(200)))}), *uses, most=500)
    assert len(found.documents) > 1
    assert all(size(each) <= MANAGED for each in found.documents)
    assert not found.is_inline
    assert found.policy_name(1) == "right-sized-2"
    resources = [each for written in found.written for one in written["Statement"] for each in one["Resource"]]
    assert sorted(resources) == names(200)
    assert found.proof.allowed == 200


def test_what_fits_beside_the_inline_policies_that_stay_is_inline() -> None:
    arns = names(110)
    denying = {f"never-{number}": document(deny("sqs:*", arns[:20])) for number in range(3)}
    alone = sized(account({"deploy": document(allow("s3:*"))}), use("s3:ListAllMyBuckets"))
    assert alone.is_inline
    beside = sized(account({"deploy": document(allow("s3:*")), **denying}), use("s3:ListAllMyBuckets"))
    assert beside.is_inline
    assert sum(size(each.policy.document) for each in beside.replaced) < INLINE_OF_ROLE
    full = {f"never-{number}": document(deny("sqs:*", arns[:55])) for number in range(3)}
    assert not sized(account({"deploy": document(allow("s3:*")), **full}), use("s3:ListAllMyBuckets")).is_inline


def test_sids_are_unique_and_taken_by_iam() -> None:
    twins = {name: document(allow("sqs:*"), deny("s3:*", f"arn:aws:s3:::{name}", Sid="Never!")) for name in ("a", "b")}
    written = sized(account(twins), use("sqs:SendMessage")).written[0]
    assert [each["Sid"] for each in written["Statement"]] == ["SqsUsed", "Never", "Never2"]
    read_policy(written, PolicyKind.IDENTITY, "written")


def test_what_is_kept_for_want_of_knowledge_keeps_its_pattern() -> None:
    found = sized(account({"deploy": document(allow(["s3:*Object*", "sqs:*"]))}), unmapped=frozenset({"s3"}))
    actions = {each["Sid"]: each["Action"] for each in found.written[0]["Statement"]}
    assert actions == {"S3UseUnknown": "s3:*Object*", "SqsUseUnknown": "sqs:SendMessage"}
