from __future__ import annotations

import pytest

from setpoint.compare.identity.aws.callers import caller_of
from setpoint.compare.identity.aws.request import Caller, CallerKind
from setpoint.errors import InputError

ACCOUNT = "111122223333"


@pytest.mark.parametrize(
    ("text", "kind", "account"),
    [
        (f"arn:aws:iam::{ACCOUNT}:user/a/b", CallerKind.USER, ACCOUNT),
        (f"arn:aws-cn:iam::{ACCOUNT}:role/r", CallerKind.ROLE, ACCOUNT),
        (f"arn:aws:iam::{ACCOUNT}:root", CallerKind.ROOT, ACCOUNT),
        (ACCOUNT, CallerKind.ROOT, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:assumed-role/r/s", CallerKind.SESSION, ACCOUNT),
        (f"arn:aws:sts::{ACCOUNT}:federated-user/u", CallerKind.SESSION, ACCOUNT),
        ("lambda.amazonaws.com", CallerKind.SERVICE, ""),
        ("ec2.amazonaws.com.cn", CallerKind.SERVICE, ""),
        ("accounts.google.com", CallerKind.FEDERATED, ""),
        ("cognito-identity.amazonaws.com", CallerKind.FEDERATED, ""),
        (f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.example.com/x", CallerKind.FEDERATED, ""),
        ("*", CallerKind.ANONYMOUS, ""),
    ],
)
def test_kinds(text: str, kind: CallerKind, account: str) -> None:
    caller = caller_of(text, where="principal")
    assert (caller.kind, caller.account) == (kind, account)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bob",
        "arn:aws:iam::1:user/x",
        f"arn:aws:iam::{ACCOUNT}:user",
        f"arn:aws:iam::{ACCOUNT}:group/x",
        f"arn:aws:iam::{ACCOUNT}:root/x",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/r",
        "arn:aws:s3:::bucket",
    ],
)
def test_what_is_no_principal_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is no principal"):
        caller_of(text, where="cases[0].principal")


def test_the_account_has_to_agree() -> None:
    with pytest.raises(InputError, match="is not of the account 444455556666"):
        caller_of(f"arn:aws:iam::{ACCOUNT}:user/x", account="444455556666", where="principal")


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ("", "role/deploy"),
        (f"arn:aws:iam::{ACCOUNT}:role/path/deploy", "role/path/deploy"),
        (f"arn:aws:iam::{ACCOUNT}:role/path/other", "role/deploy"),
        ("arn:aws:iam::444455556666:role/path/deploy", "role/deploy"),
    ],
)
def test_the_role_of_a_session(known: str, expected: str) -> None:
    caller = caller_of(f"arn:aws:sts::{ACCOUNT}:assumed-role/deploy/x", where="principal", role_arn=known)
    assert caller.role_arn == f"arn:aws:iam::{ACCOUNT}:{expected}"


def test_a_service_linked_role_is_known_by_its_path() -> None:
    linked = f"arn:aws:iam::{ACCOUNT}:role/aws-service-role/x.amazonaws.com/AWSServiceRoleForX"
    assert caller_of(linked, where="").is_service_linked
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/AWSServiceRoleForX/s"
    assert caller_of(session, where="", role_arn=linked).is_service_linked
    assert not caller_of(session, where="").is_service_linked
    assert not Caller(f"arn:aws:iam::{ACCOUNT}:role/x", ACCOUNT, CallerKind.ROLE).is_service_linked
