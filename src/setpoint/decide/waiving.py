"""Honours exceptions: what is accepted does not count, and says which waiver, or that the baseline, accepts it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from setpoint.model.decision import Decision, Verdict
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding
from setpoint.model.policy import Effect


def accept(
    findings: Sequence[Finding], decisions: Sequence[Decision], exceptions: Exceptions
) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
    """`decisions` begins with one for each finding, in the same order; what follows is passed on."""
    told: list[Finding] = []
    decided: list[Decision] = []
    for finding, decision in zip(findings, decisions, strict=False):
        excuse = exceptions.excuse(finding.urn, finding.rule, finding.path, finding.evidence.get("actual"))
        told.append(replace(finding, accepted_by=excuse))
        decided.append(_excused(decision, excuse) if excuse else decision)
    return tuple(told), (*decided, *decisions[len(findings) :])


def waive(
    findings: Sequence[Finding], decisions: Sequence[Decision], exceptions: Exceptions
) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
    """As `accept`, with the findings that count alone."""
    told, decided = accept(findings, decisions, exceptions)
    return tuple(each for each in told if not each.accepted_by), decided


def _excused(decision: Decision, excuse: str) -> Decision:
    return replace(decision, verdict=Verdict.ADMIT, effect=Effect.NONE, waivers=(excuse,))
