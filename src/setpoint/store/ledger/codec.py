"""How the model's facts are written as JSON documents and read again. `reader.py` and the writing modules call it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row

from setpoint.model.admitting import BreakGlass, Extra
from setpoint.model.attribution import Inquiry, RecordedChange, Untold
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Factor, Outcome, Reason, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.inventory import AREA_TYPES
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.remediation import Change, Plan
from setpoint.model.service import Threshold
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import BeatRow

Fields = dict[str, Json]

_RUNNING: Final = frozenset(AREA_TYPES.values())
_WAIVER_TEXTS: Final = ("id", "scope", "policy", "path", "reason", "owner", "ticket", "actor")
_CHANGE_TEXTS: Final = ("principal", "issuer", "event", "source", "id", "origin")


def encode_comparison(comparison: Comparison) -> Fields | None:
    """None where there is nothing to tell."""
    if not (comparison.drifts or comparison.gaps or comparison.folds or comparison.left_out):
        return None
    return {
        "drifts": [_encode_drift(each) for each in comparison.drifts],
        "gaps": [{"path": each.path, "kind": each.kind, "reason": each.reason} for each in comparison.gaps],
        "folds": [_encode_fold(each) for each in comparison.folds],
        **({"left_out": comparison.left_out} if comparison.left_out else {}),
        **({"declared_at": comparison.declared_at} if comparison.declared_at else {}),
    }


def _encode_drift(drift: Drift) -> Fields:
    document = {"kind": drift.kind, "path": drift.path, "intended": drift.intended, "actual": drift.actual}
    return {**document, "within": drift.within} if drift.within else document


def _encode_fold(fold: Fold) -> Fields:
    document = {"path": fold.path, "actual": fold.actual, "rule": fold.rule}
    return document if fold.intended is None else {**document, "intended": fold.intended}


def decode_comparison(urn: Urn, document: Mapping[str, Any] | None) -> Comparison:
    if document is None:
        return Comparison(urn)
    return Comparison(
        urn,
        drifts=tuple(
            Drift(urn, DriftKind(each["kind"]), each["path"], each["intended"], each["actual"], each.get("within", ""))
            for each in document["drifts"]
        ),
        gaps=tuple(Gap(urn, each["path"], GapKind(each["kind"]), each["reason"]) for each in document["gaps"]),
        folds=tuple(
            Fold(each["path"], each["actual"], each["rule"], each.get("intended")) for each in document["folds"]
        ),
        left_out=document.get("left_out", {}),
        declared_at=document.get("declared_at", ""),
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
                **({"effect": each.effect} if each.effect is not None else {}),
            }
            for each in decision.reasons
        ],
        "risk": decision.risk,
        "risk_factors": _encode_factors(decision.risk_factors),
        "threshold": decision.threshold,
        "threshold_factors": _encode_factors(decision.threshold_factors),
        "waivers": decision.waivers,
        **({"extras": encode_extras(decision.extras)} if decision.extras else {}),
        **(_encode_break_glass(decision) if decision.break_glass else {}),
        **({"is_of_critical": True} if decision.is_of_critical else {}),
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
                Effect(each["effect"]) if "effect" in each else None,
            )
            for each in document["reasons"]
        ),
        risk=document["risk"],
        risk_factors=_decode_factors(document["risk_factors"]),
        threshold=document["threshold"],
        threshold_factors=_decode_factors(document["threshold_factors"]),
        waivers=tuple(document["waivers"]),
        extras=decode_extras(document.get("extras", ())),
        break_glass=_decode_break_glass(document.get("break_glass")),
        decided=Verdict(document["decided"]) if "decided" in document else None,
        is_of_critical=document.get("is_of_critical", False),
    )


def encode_extras(extras: Iterable[Extra]) -> list[Fields]:
    return [asdict(each) for each in extras]


def decode_extras(documents: Iterable[Mapping[str, Any]]) -> tuple[Extra, ...]:
    return tuple(Extra(**each) for each in documents)


def _encode_break_glass(decision: Decision) -> Fields:
    broken = decision.break_glass
    if broken is None:
        return {}
    times = {"at": broken.at.isoformat(), "expires_at": broken.expires_at.isoformat()}
    return {"break_glass": {**asdict(broken), **times}, "decided": decision.decided}


def _decode_break_glass(document: Mapping[str, Any] | None) -> BreakGlass | None:
    if document is None:
        return None
    times = {name: datetime.fromisoformat(document[name]) for name in ("at", "expires_at")}
    return BreakGlass(**{**document, **times})


def _encode_factors(factors: Iterable[Factor]) -> list[Fields]:
    return [{"name": each.name, "value": each.value, "because": each.because} for each in factors]


def _decode_factors(documents: Iterable[Mapping[str, Any]]) -> tuple[Factor, ...]:
    return tuple(Factor(each["name"], each["value"], each["because"]) for each in documents)


def encode_finding(finding: Finding) -> Fields:
    return {
        "urn": finding.urn,
        "service": finding.service,
        "source": finding.source,
        "rule": finding.rule,
        "path": finding.path,
        "severity": finding.severity,
        "title": finding.title,
        "evidence": finding.evidence,
        "policies": finding.policies,
        "accepted_by": finding.accepted_by,
    }


def decode_finding(document: Mapping[str, Any]) -> Finding:
    return Finding(
        urn=Urn(document["urn"]),
        service=document["service"],
        source=FindingSource(document["source"]),
        rule=document["rule"],
        path=document["path"],
        severity=Severity(document["severity"]),
        title=document["title"],
        evidence=document["evidence"],
        policies=tuple(document["policies"]),
        accepted_by=document.get("accepted_by", ""),
    )


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


def encode_inquiry(inquiry: Inquiry | None) -> Fields | None:
    """But for when it is asked again, which the ledger looks for."""
    if inquiry is None:
        return None
    return {
        "paths": inquiry.paths,
        "since": inquiry.since.isoformat(),
        "until": inquiry.until.isoformat(),
        "asked": inquiry.asked,
        **encode_answer(inquiry.answer),
    }


def encode_answer(answer: RecordedChange | Untold) -> Fields:
    if isinstance(answer, Untold):
        return {"untold": {"reason": answer.reason, "may_be_told": answer.may_be_told}}
    return {"change": {**{name: getattr(answer, name) for name in _CHANGE_TEXTS}, "at": answer.at.isoformat()}}


def decode_inquiry(document: Mapping[str, Any] | None, ask_at: datetime | None) -> Inquiry | None:
    if document is None:
        return None
    return Inquiry(
        paths=tuple(document["paths"]),
        since=datetime.fromisoformat(document["since"]),
        until=datetime.fromisoformat(document["until"]),
        answer=_decode_answer(document),
        asked=document["asked"],
        ask_at=ask_at,
    )


def _decode_answer(document: Mapping[str, Any]) -> RecordedChange | Untold:
    if "untold" in document:
        return Untold(document["untold"]["reason"], may_be_told=document["untold"]["may_be_told"])
    change = document["change"]
    return RecordedChange(**{name: change[name] for name in _CHANGE_TEXTS}, at=datetime.fromisoformat(change["at"]))


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
    names = {each.name for each in fields(BeatRow)} - {"coverage", "running"}
    areas = decode_coverage(row.coverage)
    return BeatRow(
        **{name: row._mapping[name] for name in names},
        coverage=tuple(each for each in areas if each.area.type not in _RUNNING),
        running=tuple(each for each in areas if each.area.type in _RUNNING),
    )


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
