from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.access import ACCESS_NAME, LONGEST_OVERLAP, AccessScope, Token, TokenRequest
from setpoint.store.interface import AgentKeys, IssuedToken
from setpoint.wire.token import (
    AgentKeysDocument,
    IssuedTokenDocument,
    RotationRequest,
    TokenDocument,
    TokenRequestDocument,
)

MOMENTS = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 (given UTC)
SCOPES = st.frozensets(st.sampled_from(AccessScope), min_size=1)
NAMES = st.text(min_size=1, max_size=40)
KEYS = st.binary(min_size=32, max_size=32)
TOKENS = st.builds(
    Token,
    id=NAMES,
    name=NAMES,
    scopes=SCOPES,
    service=st.none() | NAMES,
    is_agent=st.booleans(),
    created_at=MOMENTS,
    created_by=NAMES,
    expires_at=st.none() | MOMENTS,
    last_used_at=st.none() | MOMENTS,
    revoked_at=st.none() | MOMENTS,
    rotated_from=st.none() | NAMES,
)


@given(TOKENS, st.none() | KEYS)
def test_a_token_comes_back_as_it_was(token: Token, key: bytes | None) -> None:
    assert TokenDocument.model_validate_json(TokenDocument.of(token).model_dump_json()).model() == token
    issued = IssuedToken(token, "sp_text", key)
    assert IssuedTokenDocument.model_validate_json(IssuedTokenDocument.of(issued).model_dump_json()).model() == issued


@given(
    st.builds(
        TokenRequest,
        st.from_regex(ACCESS_NAME, fullmatch=True),
        SCOPES,
        st.none() | NAMES,
        st.none() | MOMENTS,
        st.booleans(),
    )
)
def test_a_request_comes_back_as_it_was(request: TokenRequest) -> None:
    assert (
        TokenRequestDocument.model_validate_json(TokenRequestDocument.of(request).model_dump_json()).model() == request
    )


@given(st.timedeltas(timedelta(), LONGEST_OVERLAP))
def test_an_overlap_comes_back_as_it_was(overlap: timedelta) -> None:
    assert RotationRequest.of(overlap).model() == overlap


@given(st.builds(AgentKeys, KEYS, KEYS))
def test_keys_come_back_as_they_were_and_show_nothing(keys: AgentKeys) -> None:
    document = AgentKeysDocument.of(keys)
    assert document.model() == keys
    assert document.policy not in repr(document)
    assert document.fleet not in repr(document)
