"""How a compared principal is written as a JSON document and read again. `principals` calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from setpoint.model.canonical import Json
from setpoint.model.identity import Aspect, Granter, Permission, PermissionRow, PrincipalComparison, Verdict
from setpoint.model.urn import Urn


def encode_comparison(comparison: PrincipalComparison) -> Json:
    """But for whose it is, which has columns of its own."""
    return {
        "declared_at": comparison.declared_at,
        "exists": comparison.exists,
        "doubts": comparison.doubts,
        "provided_by": comparison.provided_by,
        "is_undeclared": comparison.is_undeclared,
        "rows": [_encode_row(each) for each in comparison.rows],
    }


def decode_comparison(urn: Urn, principal: str, service: str, document: Mapping[str, Any]) -> PrincipalComparison:
    return PrincipalComparison(
        urn=urn,
        principal=principal,
        service=service,
        declared_at=document["declared_at"],
        exists=document["exists"],
        rows=tuple(_decode_row(each) for each in document["rows"]),
        doubts=tuple(document["doubts"]),
        provided_by=document["provided_by"],
        is_undeclared=document["is_undeclared"],
    )


def _encode_row(row: PermissionRow) -> Json:
    permission = row.permission
    return {
        "aspect": permission.aspect,
        "actions": permission.actions,
        "resources": permission.resources,
        "condition": permission.condition,
        "but_actions": permission.but_actions,
        "but_resources": permission.but_resources,
        "verdict": row.verdict,
        "intended_by": row.intended_by,
        "granted_by": [
            {"policy": each.policy, "index": each.index, "sid": each.sid, "through": each.through}
            for each in row.granted_by
        ],
        "limited_by": row.limited_by,
        "because": row.because,
        "is_shared": row.is_shared,
        "is_meant": row.is_meant,
    }


def _decode_row(document: Mapping[str, Any]) -> PermissionRow:
    return PermissionRow(
        permission=Permission(
            Aspect(document["aspect"]),
            tuple(document["actions"]),
            tuple(document["resources"]),
            document["condition"],
            but_actions=document["but_actions"],
            but_resources=document["but_resources"],
        ),
        verdict=Verdict(document["verdict"]),
        intended_by=tuple(document["intended_by"]),
        granted_by=tuple(Granter(**each) for each in document["granted_by"]),
        limited_by=document["limited_by"],
        because=document["because"],
        is_shared=document["is_shared"],
        is_meant=document["is_meant"],
    )
