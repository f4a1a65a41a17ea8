from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.unit.compare.identity.aws.spelling import (
    ACCOUNT,
    BOB,
    OBJECT,
    OTHER,
    ROLE,
    ROOT,
    SESSION,
    allow,
    deny,
    policy,
    request,
    to,
    when,
)

from setpoint.compare.identity.aws.evaluation import Answer, LayerAnswer, Policies, evaluate
from setpoint.compare.identity.aws.layers import Deciding, Layer

ALLOWED, EXPLICIT, IMPLICIT = Answer.ALLOWED, Answer.EXPLICIT_DENY, Answer.IMPLICIT_DENY
ALL = policy(allow("*"), name="all")
NOTHING = policy(allow("ec2:*"), name="nothing of s3")
KEY = f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/1"
TRUSTING = f"arn:aws:iam::{ACCOUNT}:role/target"


def answer(policies: Policies, **of_request: Any) -> Answer:
    return evaluate(request(**of_request), policies).answer


def own(*statements: Any) -> Any:
    return (policy(*statements, kind="resource", name="resource"),)


def test_policies_of_one_resource_count_together() -> None:
    both = (*own(allow(**to("*"))), *own(deny("s3:GetObject", **to({"AWS": BOB}))))
    assert answer(Policies(resource=both)) is not ALLOWED
    assert answer(Policies(resource=both[:1])) is ALLOWED
    assert answer(Policies(resource=())) is IMPLICIT


def test_what_is_empty_fits_nothing() -> None:
    assert answer(Policies(identity=(policy({"Effect": "Allow", "Action": [], "Resource": "*"}),))) is IMPLICIT
    assert answer(Policies(identity=(policy({"Effect": "Allow", "Action": "*", "Resource": []}),))) is IMPLICIT


@pytest.mark.parametrize(
    ("statements", "expected"),
    [
        ([allow("s3:Get*", "arn:aws:s3:::papers/*")], ALLOWED),
        ([allow("S3:GETOBJECT", "arn:aws:s3:::papers/*")], ALLOWED),
        ([allow("s3:Get*", "arn:aws:s3:::Papers/*")], IMPLICIT),
        ([allow("s3:Get*", "arn:aws:s3:::papers")], IMPLICIT),
        ([], IMPLICIT),
        ([allow("s3:*"), deny("s3:GetObject", "arn:aws:s3:::papers/2026/*")], EXPLICIT),
        ([deny("s3:GetObject", "arn:aws:s3:::other/*"), allow("s3:*")], ALLOWED),
        ([{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}], ALLOWED),
        ([{"Effect": "Allow", "NotAction": ["iam:*", "s3:Get*"], "Resource": "*"}], IMPLICIT),
        ([allow("*"), {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"}], EXPLICIT),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::papers/*"}], IMPLICIT),
        ([{"Effect": "Allow", "Action": "s3:*", "NotResource": "arn:aws:s3:::papers"}], ALLOWED),
        ([allow("*"), {"Effect": "Deny", "Action": "*", "NotResource": "arn:aws:s3:::papers/*"}], ALLOWED),
        ([allow(resource="arn:aws:s3:::papers/${aws:username}/*")], IMPLICIT),
        ([allow(resource="arn:aws:s3:::papers/${aws:userid, '2026'}/*")], ALLOWED),
        ([allow(**when("StringEquals", "aws:ResourceAccount", ACCOUNT))], ALLOWED),
        ([allow(**when("ArnLike", "aws:PrincipalArn", BOB))], ALLOWED),
    ],
)
def test_policies_of_an_identity(statements: list[Any], expected: Answer) -> None:
    identity = (policy(*statements),) if statements else ()
    assert answer(Policies(identity=identity)) is expected


def test_a_variable_without_a_value_neither_fits_nor_counts_as_not_fitting() -> None:
    for effect in ("Resource", "NotResource"):
        statement = {"Effect": "Allow", "Action": "*", effect: "arn:aws:s3:::papers/${aws:userid}/*"}
        assert answer(Policies(identity=(policy(statement),))) is IMPLICIT


def test_several_policies_of_an_identity_are_a_union() -> None:
    assert answer(Policies(identity=(NOTHING, ALL))) is ALLOWED
    assert answer(Policies(identity=(ALL, policy(deny("s3:GetObject"))))) is EXPLICIT


@pytest.mark.parametrize(
    ("principal", "named", "expected"),
    [
        (BOB, {"AWS": BOB}, ALLOWED),
        (BOB, {"AWS": BOB.replace("/bob", "/BOB")}, IMPLICIT),
        (BOB, "*", ALLOWED),
        (BOB, {"AWS": "*"}, ALLOWED),
        (BOB, {"AWS": ACCOUNT}, IMPLICIT),
        (BOB, {"AWS": ROOT}, IMPLICIT),
        (ROOT, {"AWS": ACCOUNT}, ALLOWED),
        (SESSION, {"AWS": ROLE}, ALLOWED),
        (SESSION, {"AWS": SESSION}, ALLOWED),
        (SESSION, {"AWS": f"{SESSION}x"}, IMPLICIT),
        (ROLE, {"AWS": ROLE}, ALLOWED),
        (ROLE, {"AWS": SESSION}, IMPLICIT),
        ("*", "*", ALLOWED),
        ("*", {"AWS": ACCOUNT}, IMPLICIT),
        ("sns.amazonaws.com", {"Service": ["sqs.amazonaws.com", "sns.amazonaws.com"]}, ALLOWED),
        ("sns.amazonaws.com", {"Service": "sqs.amazonaws.com"}, IMPLICIT),
        ("cognito-identity.amazonaws.com", {"Federated": "cognito-identity.amazonaws.com"}, ALLOWED),
        ("cognito-identity.amazonaws.com", {"Service": "cognito-identity.amazonaws.com"}, IMPLICIT),
        ("ci.example.com", {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/ci.example.com"}, ALLOWED),
        ("ci.example.com", {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/not-ci.example.com"}, IMPLICIT),
        (f"arn:aws:iam::{ACCOUNT}:saml-provider/x", {"Federated": f"arn:aws:iam::{ACCOUNT}:saml-provider/x"}, ALLOWED),
        ("a" * 64, {"CanonicalUser": "a" * 64}, ALLOWED),
        (BOB, {"CanonicalUser": "a" * 64}, IMPLICIT),
        (BOB, {"AWS": "AIDAEXAMPLEEXAMPLE123"}, IMPLICIT),
    ],
)
def test_whom_the_policy_of_a_resource_names(principal: str, named: Any, expected: Answer) -> None:
    assert answer(Policies(resource=own(allow(**to(named)))), principal=principal) is expected


@pytest.mark.parametrize(
    ("principal", "named", "limited"),
    [
        (BOB, BOB, False),
        (BOB, "*", False),
        (SESSION, SESSION, False),
        (SESSION, ROLE, True),
        (SESSION, "*", False),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", f"arn:aws:sts::{ACCOUNT}:federated-user/bob", False),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/bob", BOB, True),
    ],
)
def test_boundaries_and_sessions_limit_what_is_granted_to_the_role_or_user_behind(
    principal: str, named: str, limited: bool
) -> None:
    resource = own(allow(**to({"AWS": named})))
    for policies in (
        Policies(resource=resource, boundary=NOTHING, session=(ALL,)),
        Policies(resource=resource, session=(NOTHING,)),
    ):
        assert answer(policies, principal=principal) is (IMPLICIT if limited else ALLOWED)
    assert answer(Policies(resource=resource, boundary=ALL, session=(ALL,)), principal=principal) is ALLOWED


@pytest.mark.parametrize("layer", ["boundary", "session", "scps", "rcps"])
def test_every_limit_has_to_allow_and_may_deny(layer: str) -> None:
    def limited(statement: Any) -> Policies:
        kind = layer.removesuffix("s")
        more = to("*") if kind == "rcp" else {}
        one = policy({**statement, **more}, kind=kind)
        of_kind: dict[str, Any] = {"boundary": one, "session": (one,)}
        return replace(Policies(identity=(ALL,)), **{layer: of_kind.get(layer, ((one,),))})

    assert answer(limited(allow("*")), principal=SESSION) is ALLOWED
    assert answer(limited(allow("ec2:*")), principal=SESSION) is IMPLICIT
    assert answer(limited(deny("s3:GetObject")), principal=SESSION) is EXPLICIT


def test_a_limit_grants_nothing() -> None:
    limits = Policies(boundary=ALL, session=(ALL,), scps=((ALL,),), rcps=((ALL,),))
    assert answer(limits, principal=SESSION) is IMPLICIT


def test_policies_of_a_session_are_a_union() -> None:
    assert answer(Policies(identity=(ALL,), session=(NOTHING, ALL)), principal=SESSION) is ALLOWED


def test_a_federated_user_without_a_policy_of_the_session_has_no_permissions() -> None:
    federated = f"arn:aws:sts::{ACCOUNT}:federated-user/bob"
    assert answer(Policies(identity=(ALL,)), principal=federated) is IMPLICIT
    assert answer(Policies(identity=(ALL,), session=(ALL,)), principal=federated) is ALLOWED


def test_every_level_of_the_organisation_has_to_allow() -> None:
    assert answer(Policies(identity=(ALL,), scps=((ALL,), (NOTHING, ALL)))) is ALLOWED
    assert answer(Policies(identity=(ALL,), scps=((ALL,), (NOTHING,)))) is IMPLICIT
    assert answer(Policies(identity=(ALL,), scps=((ALL,), ()))) is IMPLICIT
    assert answer(Policies(resource=own(allow(**to({"AWS": BOB}))), scps=((NOTHING,),))) is IMPLICIT
    assert answer(Policies(scps=((NOTHING,),)), principal=ROOT) is IMPLICIT


def test_organisation_policies_do_not_bear_on_service_linked_roles() -> None:
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    denied = Policies(
        identity=(ALL,), scps=((policy(deny("*")),),), rcps=((policy(deny("*", **to("*")), kind="rcp"),),)
    )
    assert answer(denied, principal=linked) is ALLOWED
    assert answer(denied, principal=ROLE) is EXPLICIT


@pytest.mark.parametrize("principal", ["sns.amazonaws.com", "*"])
def test_scps_bear_on_callers_of_accounts_only_and_rcps_on_all(principal: str) -> None:
    resource = own(allow(**to("*")), allow(**to({"Service": "sns.amazonaws.com"})))
    assert answer(Policies(resource=resource, scps=((policy(deny("*"), kind="scp"),),)), principal=principal) is ALLOWED
    rcp = policy(deny("*", **to("*")), kind="rcp")
    assert answer(Policies(resource=resource, rcps=((rcp,),)), principal=principal) is EXPLICIT


def test_rcps_bear_on_services_that_support_them() -> None:
    rcps = ((policy(deny("*", **to("*")), kind="rcp"),),)
    assert answer(Policies(identity=(ALL,), rcps=rcps), action="sqs:SendMessage") is EXPLICIT
    assert answer(Policies(identity=(ALL,), rcps=rcps), action="ec2:StartInstances") is ALLOWED
    assert answer(Policies(identity=(ALL,), rcps=rcps), action="kms:RetireGrant") is ALLOWED


def test_an_rcp_that_only_denies_stands_beside_the_one_that_aws_attaches() -> None:
    rcp = policy(deny("s3:PutObject", **to("*")), kind="rcp")
    assert answer(Policies(identity=(ALL,), rcps=((rcp,),))) is ALLOWED


def test_across_accounts_both_sides_have_to_allow() -> None:
    for named in (BOB, ACCOUNT, ROOT, "*"):
        both = Policies(identity=(ALL,), resource=own(allow(**to({"AWS": named}))))
        assert answer(both, owner=OTHER) is ALLOWED
    assert answer(Policies(identity=(ALL,)), owner=OTHER) is IMPLICIT
    assert answer(Policies(resource=own(allow(**to({"AWS": BOB})))), owner=OTHER) is IMPLICIT
    granted = own(allow(**to({"AWS": SESSION})))
    assert answer(Policies(resource=granted), owner=OTHER, principal=SESSION) is IMPLICIT
    limited = Policies(identity=(ALL,), resource=granted, boundary=NOTHING)
    assert answer(limited, owner=OTHER, principal=SESSION) is IMPLICIT
    other = own(allow(**to({"AWS": OTHER})))
    assert answer(Policies(identity=(ALL,), resource=other), owner=OTHER) is IMPLICIT


def test_the_root_user_needs_no_policy_in_its_account() -> None:
    assert answer(Policies(), principal=ROOT) is ALLOWED
    assert answer(Policies(boundary=NOTHING), principal=ROOT) is ALLOWED
    assert answer(Policies(resource=own(deny(**to("*")))), principal=ROOT) is EXPLICIT
    assert answer(Policies(), principal=ROOT, owner=OTHER) is IMPLICIT


@pytest.mark.parametrize(("action", "resource"), [("kms:Decrypt", KEY), ("sts:AssumeRole", TRUSTING)])
@pytest.mark.parametrize(
    ("named", "identity", "expected"),
    [
        (ROOT, (ALL,), ALLOWED),
        (ROOT, (), IMPLICIT),
        (BOB, (), ALLOWED),
        (OTHER, (ALL,), IMPLICIT),
        ("*", (), ALLOWED),
    ],
)
def test_keys_and_roles_let_nobody_in_but_by_their_own_policy(
    action: str, resource: str, named: str, identity: Any, expected: Answer
) -> None:
    statement = {"Effect": "Allow", "Action": action, "Principal": {"AWS": named}}
    policies = Policies(identity=identity, resource=own(statement))
    assert answer(policies, action=action, resource=resource) is expected


def test_the_boundary_limits_what_a_key_leaves_to_the_account() -> None:
    delegating = own(allow("kms:*", **to({"AWS": ROOT})))
    policies = Policies(identity=(ALL,), resource=delegating, boundary=NOTHING)
    assert answer(policies, action="kms:Decrypt", resource=KEY) is IMPLICIT


@pytest.mark.parametrize(
    ("principal", "excepted", "expected"),
    [
        (BOB, [BOB, ROOT], ALLOWED),
        (f"arn:aws:iam::{ACCOUNT}:user/alice", [BOB, ROOT], EXPLICIT),
        (SESSION, [SESSION, ROLE, ROOT], ALLOWED),
        (SESSION, [ROLE, ROOT], EXPLICIT),
        (ROLE, [ROLE, ROOT], ALLOWED),
        (ROOT, [ACCOUNT], ALLOWED),
        (BOB, [ROOT], EXPLICIT),
    ],
)
def test_a_denial_to_all_but_some(principal: str, excepted: list[str], expected: Answer) -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": excepted}, "Action": "*", "Resource": "*"}
    assert answer(Policies(identity=(ALL,), resource=own(statement)), principal=principal) is expected


def test_a_denial_to_all_but_some_spares_nobody_who_has_a_boundary() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"AWS": [BOB, ROOT]}, "Action": "*", "Resource": "*"}
    policies = Policies(identity=(ALL,), resource=own(statement), boundary=ALL)
    assert answer(policies) is EXPLICIT


def test_a_service_may_be_excepted() -> None:
    statement = {"Effect": "Deny", "NotPrincipal": {"Service": "sns.amazonaws.com"}, "Action": "*", "Resource": "*"}
    resource = own(statement, allow(**to("*")))
    assert answer(Policies(resource=resource), principal="sns.amazonaws.com") is ALLOWED
    assert answer(Policies(resource=resource), principal="sqs.amazonaws.com") is EXPLICIT


def test_an_allowance_to_all_but_some() -> None:
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": BOB}, "Action": "*", "Resource": "*"}
    assert answer(Policies(resource=own(statement)), principal="*") is ALLOWED
    assert answer(Policies(resource=own(statement), boundary=ALL)) is IMPLICIT


def test_confused_deputies_are_kept_out_by_the_source() -> None:
    source = when("StringEquals", "aws:SourceAccount", ACCOUNT)
    resource = own(allow("sqs:SendMessage", **to({"Service": "sns.amazonaws.com"}), **source))
    asked = {"principal": "sns.amazonaws.com", "action": "sqs:SendMessage", "resource": f"arn:aws:sqs:x:{ACCOUNT}:q"}
    assert answer(Policies(resource=resource), **asked, context={"aws:SourceAccount": ACCOUNT}) is ALLOWED
    assert answer(Policies(resource=resource), **asked, context={"aws:SourceAccount": OTHER}) is IMPLICIT
    assert answer(Policies(resource=resource), **asked, context={}) is IMPLICIT


def test_who_one_is_can_always_be_asked() -> None:
    policies = Policies(identity=(policy(deny("*")),))
    assert answer(policies, action="sts:GetCallerIdentity", resource="*") is ALLOWED


def test_what_is_unknown_makes_it_conditional() -> None:
    guarded = policy(allow("s3:*", **when("Bool", "aws:MultiFactorAuthPresent", "true")))
    found = evaluate(request(complete=False), Policies(identity=(guarded,)))
    assert found.answer is Answer.CONDITIONAL
    assert found.missing == ("aws:multifactorauthpresent",)
    assert answer(Policies(identity=(guarded,))) is IMPLICIT
    known = {"aws:MultiFactorAuthPresent": "true"}
    assert answer(Policies(identity=(guarded,)), context=known, complete=False) is ALLOWED


def test_a_denial_that_may_apply_leaves_only_conditional() -> None:
    ranges = when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24")
    policies = Policies(identity=(ALL, policy(deny("*", **ranges))))
    found = evaluate(request(complete=False), policies)
    assert (found.answer, found.missing) == (Answer.CONDITIONAL, ("aws:sourceip",))
    assert found.layers[-1].statement == Deciding("identity", 0, "")
    assert answer(policies, complete=True) is EXPLICIT


def test_a_denial_is_certain_where_nothing_unknown_can_help() -> None:
    guarded = policy(allow("s3:*", **when("Bool", "aws:MultiFactorAuthPresent", "true")))
    limited = Policies(identity=(guarded,), boundary=NOTHING)
    found = evaluate(request(complete=False), limited)
    assert (found.answer, found.missing) == (IMPLICIT, ())


def test_an_unknown_variable_is_open_only_where_it_could_fit() -> None:
    homes = policy(allow("s3:*", "arn:aws:s3:::papers/${aws:userid}/*"))
    found = evaluate(request(complete=False), Policies(identity=(homes,)))
    assert (found.answer, found.missing) == (Answer.CONDITIONAL, ("aws:userid",))
    elsewhere = request(complete=False, resource="arn:aws:s3:::letters/1")
    assert evaluate(elsewhere, Policies(identity=(homes,))).answer is IMPLICIT


def test_each_layer_names_the_statement_that_decides_it() -> None:
    boundary = policy(allow("ec2:*"), {**deny("s3:Get*"), "Sid": "NoReading"}, kind="boundary", name="limits")
    found = evaluate(request(), Policies(identity=(NOTHING, ALL), boundary=boundary))
    assert found.layers == (
        LayerAnswer(Layer.IDENTITY, ALLOWED, Deciding("all", 0, "")),
        LayerAnswer(Layer.BOUNDARY, EXPLICIT, Deciding("limits", 1, "NoReading")),
    )
    silent = evaluate(request(), Policies(identity=(NOTHING,)))
    assert silent.layers == (LayerAnswer(Layer.IDENTITY, IMPLICIT),)


def test_the_object_of_the_request_is_what_was_asked_for() -> None:
    assert answer(Policies(identity=(policy(allow("s3:GetObject", OBJECT)),))) is ALLOWED
    listing = Policies(identity=(policy(allow("s3:ListAllMyBuckets", "arn:aws:s3:::papers")),))
    assert answer(listing, action="s3:ListAllMyBuckets", resource="*") is IMPLICIT
