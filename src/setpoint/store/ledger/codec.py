"""How the model's facts are written as JSON documents and read again. `reader.py` and the writing modules call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Factor, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.remediation import Change, Plan
from setpoint.model.service import Threshold
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import BeatRow

Fields = dict[str, Json]

_WAIVER_TEXTS: Final = ("id", "scope", "policy", "path", "reason", "owner", "ticket", "actor")


def encode_comparison(comparison: Comparison) -> Fields | None:
    """None where there is nothing to tell."""
    if not (comparison.drifts or comparison.gaps or comparison.folds):
        return None
    return {
        "drifts": [
            {"kind": each.kind, "path": each.path, "intended": each.intended, "actual": each.actual}
            for each in comparison.drifts
        ],
        "gaps": [{"path": each.path, "kind": each.kind, "reason": each.reason} for each in comparison.gaps],
        "folds": [{"path": each.path, "actual": each.actual, "rule": each.rule} for each in comparison.folds],
    }


def decode_comparison(urn: Urn, document: Mapping[str, Any]) -> Comparison:
    return Comparison(
        urn,
        drifts=tuple(
            Drift(urn, DriftKind(each["kind"]), each["path"], each["intended"], each["actual"])
            for each in document["drifts"]
        ),
        gaps=tuple(Gap(urn, each["path"], GapKind(each["kind"]), each["reason"]) for each in document["gaps"]),
        folds=tuple(Fold(each["path"], each["actual"], each["rule"]) for each in document["folds"]),
    )


def encode_decision(decision: Decision) -> Fields:
    return {
        "subject": decision.subject,
        "service": decision.service,
        "stage": decision.stage,
        "verdict": decision.verdict,
        "effect": decision.effect,
        "path": decision.path,
        "reasons": [
            {
                "policy": each.policy,
                "outcome": each.outcome,
                "severity": each.severity,
                "message": each.message,
                "evidence": each.evidence,
            }
            for each in decision.reasons
        ],
        "risk": decision.risk,
        "risk_factors": _encode_factors(decision.risk_factors),
        "threshold": decision.threshold,
        "threshold_factors": _encode_factors(decision.threshold_factors),
        "waivers": decision.waivers,
    }


def decode_decision(document: Mapping[str, Any]) -> Decision:
    return Decision(
        subject=Urn(document["subject"]),
        service=document["service"],
        stage=Stage(document["stage"]),
        verdict=Verdict(document["verdict"]),
        effect=Effect(document["effect"]),
        path=document["path"],
        reasons=tuple(
            Reason(
                each["policy"],
                Outcome(each["outcome"]),
                Severity(each["severity"]),
                each["message"],
                each["evidence"],
            )
            for each in document["reasons"]
        ),
        risk=document["risk"],
        risk_factors=_decode_factors(document["risk_factors"]),
        threshold=document["threshold"],
        threshold_factors=_decode_factors(document["threshold_factors"]),
        waivers=tuple(document["waivers"]),
    )


def _encode_factors(factors: Iterable[Factor]) -> list[Fields]:
    return [{"name": each.name, "value": each.value, "because": each.because} for each in factors]


def _decode_factors(documents: Iterable[Mapping[str, Any]]) -> tuple[Factor, ...]:
    return tuple(Factor(each["name"], each["value"], each["because"]) for each in documents)


def encode_plan(plan: Plan | None) -> Fields | None:
    if plan is None:
        return None
    return {
        "changes": [{"path": each.path, "before": each.before, "after": each.after} for each in plan.changes],
        "precondition": plan.precondition,
        "permissions": plan.permissions,
    }


def decode_plan(urn: Urn, document: Mapping[str, Any] | None) -> Plan | None:
    if document is None:
        return None
    return Plan(
        urn,
        changes=tuple(Change(each["path"], each["before"], each["after"]) for each in document["changes"]),
        precondition=document["precondition"],
        permissions=tuple(document["permissions"]),
    )


def encode_coverage(coverage: Iterable[AreaCoverage]) -> list[Fields]:
    return [
        {
            "partition": each.area.partition,
            "account": each.area.account,
            "region": each.area.region,
            "type": each.area.type,
            "extent": each.extent,
            "reasons": each.reasons,
        }
        for each in coverage
    ]


def decode_coverage(documents: Iterable[Mapping[str, Any]]) -> tuple[AreaCoverage, ...]:
    return tuple(
        AreaCoverage(
            Area(each["partition"], each["account"], each["region"], each["type"]),
            Extent(each["extent"]),
            tuple(each["reasons"]),
        )
        for each in documents
    )


def decode_beat(row: Row[Any]) -> BeatRow:
    names = [each.name for each in fields(BeatRow)]
    return BeatRow(**{**{name: row._mapping[name] for name in names}, "coverage": decode_coverage(row.coverage)})


def encode_threshold(threshold: Threshold | None) -> Fields | None:
    if threshold is None:
        return None
    return {
        "service": threshold.service,
        "base": threshold.base,
        "value": threshold.value,
        "load": threshold.load,
        "factors": _encode_factors(threshold.factors),
        "at": threshold.at.isoformat(),
    }


def decode_threshold(document: Mapping[str, Any] | None) -> Threshold | None:
    if document is None:
        return None
    factors, at = _decode_factors(document["factors"]), datetime.fromisoformat(document["at"])
    return Threshold(document["service"], document["base"], document["value"], document["load"], factors, at)


def encode_waiver(waiver: Waiver) -> Fields:
    """But for when it last matched: that says nothing of what it covers."""
    return {
        **{name: getattr(waiver, name) for name in _WAIVER_TEXTS},
        "created_at": waiver.created_at.isoformat(),
        "expires_at": waiver.expires_at.isoformat(),
    }


def decode_waiver(document: Mapping[str, Any]) -> Waiver:
    return Waiver(
        **{name: document[name] for name in _WAIVER_TEXTS},
        created_at=datetime.fromisoformat(document["created_at"]),
        expires_at=datetime.fromisoformat(document["expires_at"]),
    )
