"""Identities that differ from what was intended, judged: findings and decisions at stage runtime. Pure.

Implements `decide.interface.IdentityDriftJudge`; the loop calls it for every principal of which something changed.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, assert_never

from setpoint.decide.waiving import accept
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.identity import ABSENT, RULES, UNDECLARED, Aspect, PrincipalUse, UsedRow
from setpoint.model.identity import Verdict as Standing
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.wording import counted

PREFIX: Final = "identity/"
"""Begins the rule of every finding."""

ALERTED_FROM: Final = Severity.MEDIUM
"""Severity from which people are told at once; the rest is listed."""

EVERYTHING: Final = frozenset({"*", "*:*"})
FAR_REACHING: Final = ("iam:*", "sts:*", "organizations:*", "kms:*", "s3:*", "secretsmanager:*")
"""Patterns of actions with which one gets at other identities, or at most data, where they are on every resource."""


class IdentityDriftAssessor:
    """Implements `decide.interface.IdentityDriftJudge`."""

    def judge(
        self, principal: PrincipalUse, exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        found = list(_findings(principal))
        return accept(found, [_decision(each) for each in found], exceptions)


def _findings(principal: PrincipalUse) -> Iterator[Finding]:
    comparison = principal.comparison
    if comparison.is_undeclared:
        rows = [each.row for each in principal.rows if each.row.granted_by]
        severity = max(
            (_given(each) for each in principal.rows if each.row.granted_by), key=_rank, default=Severity.LOW
        )
        title = f"nobody declared it, and it is granted {counted(len(rows), 'permission')}"
        yield _finding(principal, UNDECLARED, "", severity, title, {"granted": [each.permission.name for each in rows]})
        return
    if not comparison.exists:
        title = f"it is declared by {comparison.declared_at}, and does not exist"
        yield _finding(principal, ABSENT, "", Severity.MEDIUM, title, {"declared_at": comparison.declared_at})
        return
    for each in principal.differing:
        name = each.row.permission.name
        yield _finding(principal, RULES[each.verdict], name, _severity(each), _title(each), _evidence(each))


def _finding(
    principal: PrincipalUse, rule: str, path: str, severity: Severity, title: str, evidence: dict[str, Json]
) -> Finding:
    comparison = principal.comparison
    return Finding(
        urn=comparison.urn,
        service=comparison.service,
        source=FindingSource.IDENTITY,
        rule=rule,
        path=path,
        severity=severity,
        title=title,
        evidence={"principal": comparison.principal, **evidence},
    )


def _severity(row: UsedRow) -> Severity:
    """Setpoint's own scale: high gets somebody at other identities or most data, or lets others in; low is hygiene."""
    match row.verdict:
        case Standing.UNINTENDED:
            severity = _given(row)
            return Severity.LOW if row.row.limited_by else severity
        case Standing.MISSING:
            takes = row.row.permission.aspect in {Aspect.MAY_NOT, Aspect.TRUSTS_NOT, Aspect.LIMIT}
            return Severity.HIGH if takes else Severity.LOW
        case Standing.UNUSED | Standing.LIMITED:
            return Severity.LOW
        case Standing.NOT_GRANTED:
            return Severity.INFO
        case Standing.AS_INTENDED | Standing.UNKNOWN:
            return Severity.INFO
        case _:
            assert_never(row.verdict)


def _given(row: UsedRow) -> Severity:
    """Of something that is granted and was not intended."""
    permission = row.row.permission
    anything = "*" in permission.resources
    match permission.aspect:
        case Aspect.MAY:
            if anything and (permission.but_actions or EVERYTHING & set(permission.actions)):
                return Severity.CRITICAL
            reaches_far = any(each.lower() in FAR_REACHING for each in permission.actions)
            return Severity.HIGH if anything and reaches_far else Severity.MEDIUM
        case Aspect.TRUSTS:
            return Severity.CRITICAL if anything and not permission.condition else Severity.HIGH
        case Aspect.MAY_NOT | Aspect.TRUSTS_NOT | Aspect.LIMIT:
            return Severity.LOW
        case _:
            assert_never(permission.aspect)


def _title(row: UsedRow) -> str:
    return f"{row.row.permission.name}: {row.verdict}"


def _evidence(row: UsedRow) -> dict[str, Json]:
    """What was seen; how often it is used, which changes all the time, is no part of it."""
    intended, granted = list(row.row.intended_by), [each.name for each in row.row.granted_by]
    return {
        "intended": intended or None,
        "actual": granted or None,
        "limited_by": row.row.limited_by,
        "permission": {
            "aspect": row.row.permission.aspect,
            "actions": list(row.row.permission.actions),
            "but_actions": row.row.permission.but_actions,
            "resources": list(row.row.permission.resources),
            "but_resources": row.row.permission.but_resources,
            "condition": row.row.permission.condition,
        },
    }


def _decision(found: Finding) -> Decision:
    effect = Effect.ALERT if found.severity.rank >= ALERTED_FROM.rank else Effect.NONE
    path = f"{found.path}[{found.rule.removeprefix(PREFIX)}]"
    reason = Reason(found.rule, Outcome.VIOLATED, found.severity, found.title, {"finding": found.id})
    return Decision(found.urn, found.service, Stage.RUNTIME, Verdict.REFUSE, effect, path, reasons=(reason,))


def _rank(severity: Severity) -> int:
    return severity.rank
