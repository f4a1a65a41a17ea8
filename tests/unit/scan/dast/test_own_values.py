from __future__ import annotations

import pytest

from setpoint.model.canonical import Json
from setpoint.model.dast import Operation
from setpoint.scan.dast.own_values import OwnValues, codes_of, gives_code, told_of_caller


def test_what_names_things_and_people_is_told_by_its_name() -> None:
    login: Json = {
        "token": "abc.def",
        "accountNumber": "4146597420",
        "user": {"user_id": 7, "email": "ann@example.com", "name": "Ann"},
        "roles": [{"role_id": 1}],
        "statusCode": 200,
        "is_admin": False,
    }
    assert told_of_caller(login) == {"accountNumber": "4146597420", "user_id": 7, "email": "ann@example.com"}


@pytest.mark.parametrize(
    "secret", ["session_id", "api_key_id", "reset_code_token", "password", "otp_code", "request_id"]
)
def test_what_is_secret_or_about_the_answer_is_not(secret: str) -> None:
    assert told_of_caller({secret: "abcdef"}) == {}


def test_a_part_of_the_very_name_takes_it_however_the_name_is_written() -> None:
    known = OwnValues()
    known.add("ann", {"accountNumber": "4146597420"})
    assert known.of("ann", "account_number") == "4146597420"
    assert known.of("ann", "/from/account-number") == "4146597420"
    assert known.of("bob", "account_number") is None
    assert known.of("ann", "to_account") is None
    assert known.of("ann", "card_number") is None


def test_a_code_is_taken_where_the_path_says_of_what() -> None:
    known = OwnValues()
    known.add("ann", {"referral-code": "R-71"})
    assert known.of("ann", "code", "/apply-referral") == "R-71"
    assert known.of("ann", "referral_code", "/orders") == "R-71"
    assert known.of("ann", "code", "/verify-email") is None


@pytest.mark.parametrize(
    ("method", "path", "name"),
    [
        ("GET", "/referral-code", "referral-code"),
        ("GET", "/me/customerNumber", "customerNumber"),
        ("GET", "/codes/{id}", ""),
        ("POST", "/referral-code", ""),
        ("GET", "/reset-token-code", ""),
        ("GET", "/qr", ""),
    ],
)
def test_what_gives_a_code(method: str, path: str, name: str) -> None:
    assert gives_code(Operation(method, path)) == name


@pytest.mark.parametrize("document", [{"code": "R-71"}, {"data": {"referral_code": "R-71", "uses": 3}}])
def test_the_code_in_an_answer(document: Json) -> None:
    assert codes_of(document, "referral-code") == {"referral-code": "R-71"}
