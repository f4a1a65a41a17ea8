"""A user or a role of a cloud account, with what is known of it beside its policies: its keys, and what it uses.

`observe/aws/access_keys` and the ledger tell it, `decide/identity` says what policies see of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from setpoint.model.urn import GLOBAL, Urn

PRINCIPAL: Final = "Setpoint::Identity::Principal"
"""The type that policies speak of; apart from `AWS::IAM::Role` and `AWS::IAM::User`, which hold what is declared."""


@dataclass(frozen=True, slots=True)
class AccessKey:
    """A long-lived credential of a user, without its secret."""

    id: str
    is_active: bool
    created: datetime
    last_used: datetime | None = None
    """None where it never was."""


@dataclass(frozen=True, slots=True)
class UseOfPrincipal:
    """What the record of calls says of one principal."""

    last_used: Mapping[str, datetime] = field(default_factory=dict)
    """Action → when it was used last."""
    since: datetime | None = None
    """From when on the record tells of it."""
    doubt: str = ""
    """Why what is not in the record may have been used all the same, in a clause; empty where it was not."""


def principal_urn(arn: str) -> Urn:
    """Of a user or a role, by its ARN."""
    _, partition, _, _, account, resource = arn.split(":", 5)
    return Urn.aws(partition, account, GLOBAL, PRINCIPAL, resource)
