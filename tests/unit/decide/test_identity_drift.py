from __future__ import annotations

from dataclasses import replace

import pytest

from setpoint.decide.identity_drift import IdentityDriftAssessor
from setpoint.model.exceptions import NO_EXCEPTIONS, Exceptions
from setpoint.model.finding import Finding
from setpoint.model.identity import (
    Aspect,
    Granter,
    Permission,
    PermissionRow,
    PrincipalComparison,
    PrincipalUse,
    UsedRow,
    Verdict,
)
from setpoint.model.policy import Effect
from setpoint.model.urn import Urn
from tests.unit.decide.conftest import waiver  # noqa: TID252

URN = Urn("aws:111122223333:global:AWS::IAM::Role:ci")
GRANTED = (Granter("inline", 0),)


def principal(*rows: UsedRow, **more: object) -> PrincipalUse:
    comparison = PrincipalComparison(URN, "arn:ci", "shop", "a.tf", rows=tuple(each.row for each in rows))
    return PrincipalUse(replace(comparison, **more), rows)  # type: ignore[arg-type]
