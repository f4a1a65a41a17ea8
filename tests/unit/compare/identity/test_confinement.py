from __future__ import annotations

from datetime import UTC, datetime

import pytest

from setpoint.compare.identity.confinement import ConfinementByEvaluation
from setpoint.model.canonical import Json
from setpoint.model.quarantine import DENY_ALL, revoke_sessions

ROLE = "arn:aws:iam::111122223333:role/apps/ci"


def escape(*policies: Json) -> str:
    return ConfinementByEvaluation().escape(ROLE, policies)


def test_with_what_a_quarantine_sets_not_even_an_administrator_is_allowed_anything() -> None:
    assert escape(DENY_ALL, revoke_sessions(datetime(2026, 5, 1, tzinfo=UTC))) == ""
    assert escape(DENY_ALL) == ""


@pytest.mark.parametrize(
    "statement",
    [
        {"Effect": "Deny", "Action": "s3:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "arn:aws:s3:::*"},
        {"Effect": "Deny", "NotAction": "iam:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": {"Bool": {"aws:SecureTransport": "false"}}},
        {"Effect": "Allow", "Action": "*", "Resource": "*"},
    ],
)
def test_what_denies_less_is_noticed(statement: Json) -> None:
    assert "would still be allowed" in escape({"Version": "2012-10-17", "Statement": [statement]})


def test_nothing_confines_nobody() -> None:
    assert escape() == "iam:CreateAccessKey would still be allowed"
    assert escape(revoke_sessions(datetime(2026, 5, 1, tzinfo=UTC))) != ""


def test_what_cannot_be_read_confines_nobody() -> None:
    assert escape({"Statement": "?"}).startswith("what AWS returns of the policies cannot be read")
