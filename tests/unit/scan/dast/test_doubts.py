"""What was not tested is told, and nothing is said of what was."""

from __future__ import annotations

import pytest

from setpoint.model.dast import Answer, Caller, Operation, Part, PartPlace, Surface
from setpoint.scan.dast.doubts import ALL_REFUSED, NO_ACCOUNT, doubts_of_callers, shut_out

ANNA, BEN = Caller("anna"), Caller("ben")
OPEN = Surface("http://a.example", (Operation("GET", "/orders"),))


def answered(*statuses: int, location: str = "") -> list[Answer]:
    return [Answer(each, (("location", location),), b"") for each in statuses]


@pytest.mark.parametrize("statuses", [(404, 404), (401, 403), (404, 401)])
def test_a_target_that_refuses_everybody_was_not_tested(statuses: tuple[int, ...]) -> None:
    assert list(doubts_of_callers(OPEN, [ANNA], {"": answered(*statuses), "anna": answered(404)})) == [ALL_REFUSED]
    assert list(doubts_of_callers(OPEN, [ANNA], {"": answered(*statuses), "anna": answered(200)})) == []


@pytest.mark.parametrize(
    "operation",
    [
        Operation("GET", "/orders", security=(("bearer",),)),
        Operation("POST", "/sign-in"),
        Operation("POST", "/start", (Part(PartPlace.BODY, "passwort"),)),
    ],
)
def test_without_an_account_what_is_behind_a_login_was_not_tested(operation: Operation) -> None:
    surface = Surface(OPEN.base, (operation,))
    assert list(doubts_of_callers(surface, [], {"": answered(200)})) == [NO_ACCOUNT]
    assert list(doubts_of_callers(surface, [ANNA], {"": answered(200)})) == []


def test_a_redirect_to_a_login_tells_that_there_is_one() -> None:
    heard = {"": answered(200) + answered(302, location="/account/sign-in?next=/")}
    assert list(doubts_of_callers(OPEN, [], heard)) == [NO_ACCOUNT]


def test_a_target_without_any_login_is_tested_without_accounts() -> None:
    assert list(doubts_of_callers(OPEN, [], {"": answered(200, 404, 302, location="/home")})) == []


def test_a_session_that_everything_refuses_is_none() -> None:
    heard = {"anna": answered(401, 401), "ben": answered(401, 403)}
    assert shut_out([ANNA, BEN], heard) == ["anna"]
    assert shut_out([ANNA], {}) == []
