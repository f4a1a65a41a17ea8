from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from setpoint.errors import InputError
from setpoint.model.access import INCLUDED, AccessScope, Principal, Token, TokenRequest, TokenState, check_request

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
REQUEST = TokenRequest("ci", frozenset({AccessScope.GATE}), None, NOW + timedelta(days=1))


def test_every_scope_gives_itself_and_only_admin_gives_all() -> None:
    assert all(scope in given for scope, given in INCLUDED.items())
    assert [scope for scope, given in INCLUDED.items() if given == set(AccessScope)] == [AccessScope.ADMIN]
    assert AccessScope.INGEST not in INCLUDED[AccessScope.OPERATE]


def test_who_is_bound_touches_one_service_only() -> None:
    bound = Principal("token:ci", frozenset({AccessScope.READ}), "shop")
    assert bound.may_touch("shop")
    assert not bound.may_touch("payments")
    assert Principal("token:ops", frozenset({AccessScope.READ})).may_touch("payments")


def test_a_token_expires_to_the_second_and_a_revoked_one_is_revoked_whatever_the_time() -> None:
    token = Token("id", "ci", REQUEST.scopes, None, False, NOW, "me", NOW + timedelta(seconds=1))
    assert token.state(NOW) is TokenState.ACTIVE
    assert token.state(NOW + timedelta(microseconds=999_999)) is TokenState.ACTIVE
    assert token.state(NOW + timedelta(seconds=1)) is TokenState.EXPIRED
    assert replace(token, revoked_at=NOW).state(NOW) is TokenState.REVOKED
    assert replace(token, expires_at=None).state(NOW + timedelta(days=9999)) is TokenState.ACTIVE


@pytest.mark.parametrize("name", ["ci", "GitHub.actions-shop@main_1", "x" * 100])
def test_names_that_do(name: str) -> None:
    check_request(replace(REQUEST, name=name), NOW)


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "two words"},
        {"name": "ci\n"},
        {"name": "-ci"},
        {"name": "x" * 101},
        {"scopes": frozenset()},
        {"service": ""},
        {"service": "x" * 257},
        {"expires_at": NOW},
        {"is_agent": True},
        {"is_agent": True, "scopes": frozenset({AccessScope.INGEST, AccessScope.READ})},
        {"service": "shop", "scopes": frozenset({AccessScope.ADMIN})},
    ],
)
def test_what_nobody_should_have_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InputError):
        check_request(replace(REQUEST, **wrong), NOW)  # type: ignore[arg-type]  # each value fits its field
