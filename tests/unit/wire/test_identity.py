from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.model.identity import (
    AccountReading,
    Aspect,
    GrantChange,
    Granter,
    Permission,
    PermissionRow,
    PrincipalComparison,
    PrincipalUse,
    Used,
    UsedRow,
    Verdict,
)
from setpoint.model.urn import Urn
from setpoint.wire.identity import AccountReadingsDocument, PrincipalDocument

AT = st.datetimes(min_value=datetime(2000, 1, 1), max_value=datetime(2100, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
TEXT = st.text(max_size=5)
TEXTS = st.lists(TEXT, max_size=2).map(tuple)
VERDICTS = st.sampled_from(Verdict)
PERMISSIONS = st.builds(
    Permission, st.sampled_from(Aspect), TEXTS, TEXTS, TEXT, but_actions=st.booleans(), but_resources=st.booleans()
)
ROWS = st.builds(
    PermissionRow,
    PERMISSIONS,
    VERDICTS,
    TEXTS,
    st.lists(st.builds(Granter, TEXT, st.integers(0, 9), TEXT, TEXT), max_size=2).map(tuple),
    TEXT,
    TEXT,
    is_shared=st.booleans(),
    is_meant=st.booleans(),
)
USED_ROWS = st.builds(
    UsedRow,
    ROWS,
    VERDICTS,
    st.lists(st.builds(Used, TEXT, TEXT, st.integers(1, 99), AT), max_size=2).map(tuple),
    TEXT,
    st.none() | st.builds(GrantChange, AT, TEXT),
)


@given(st.lists(USED_ROWS, max_size=3), TEXT, TEXTS, st.booleans())
def test_a_principal_comes_back_as_it_was(rows: list[UsedRow], text: str, doubts: tuple[str, ...], flag: bool) -> None:
    comparison = PrincipalComparison(
        Urn("aws:1:global:AWS::IAM::Role:ci"),
        "arn:ci",
        text,
        text,
        exists=flag,
        rows=tuple(each.row for each in rows),
        doubts=doubts,
        provided_by=text,
        is_undeclared=not flag,
    )
    principal = PrincipalUse(comparison, tuple(rows))
    sent = PrincipalDocument.of(principal).model_dump_json()
    assert PrincipalDocument.model_validate_json(sent).model() == principal


@pytest.mark.parametrize("read_at", [None, datetime(2026, 5, 1, tzinfo=UTC)])
def test_how_far_accounts_are_known_comes_back_as_it_was(read_at: datetime | None) -> None:
    readings = [AccountReading("aws", "1", read_at, ("a",))]
    sent = AccountReadingsDocument.of(readings).model_dump_json()
    assert AccountReadingsDocument.model_validate_json(sent).model() == readings
