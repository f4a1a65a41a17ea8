from __future__ import annotations

from dataclasses import replace

from setpoint.model.identity import (
    Granter,
    PrincipalComparison,
    PrincipalUse,
    UsedRow,
)
from setpoint.model.urn import Urn

URN = Urn("aws:111122223333:global:AWS::IAM::Role:ci")
GRANTED = (Granter("inline", 0),)


def principal(*rows: UsedRow, **more: object) -> PrincipalUse:
    comparison = PrincipalComparison(URN, "arn:ci", "shop", "a.tf", rows=tuple(each.row for each in rows))
    return PrincipalUse(replace(comparison, **more), rows)  # type: ignore[arg-type]
