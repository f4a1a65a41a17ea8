"""How long a remediation took, as far as that is known."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from setpoint.cli.remediations import took
from setpoint.model.remediation import Remediation, RemediationState
from setpoint.model.urn import Urn

AT = datetime(2026, 5, 31, 12, tzinfo=UTC)
URN = Urn("aws:123456789012:eu-west-1:AWS::S3::Bucket:orders")


@pytest.mark.parametrize(
    ("state", "told"),
    [(RemediationState.VERIFIED, "2.5 s"), (RemediationState.ESCALATED, "2.5 s"), (RemediationState.UNDONE, "")],
)
def test_that_one_was_undone_much_later_is_not_how_long_it_took(state: RemediationState, told: str) -> None:
    moved = AT + timedelta(seconds=2.5)
    assert took(Remediation(1, URN, "shop", state, None, (), "because", AT, moved)) == told
