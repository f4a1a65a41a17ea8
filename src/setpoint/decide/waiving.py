"""Honours exceptions: a waived finding is none, and its decision says which waiver keeps it from counting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from setpoint.model.decision import Decision, Verdict
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding
from setpoint.model.policy import Effect


def waive(
    findings: Sequence[Finding], decisions: Sequence[Decision], exceptions: Exceptions
) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
    """`decisions` begins with one for each finding, in the same order; what follows is passed on."""
    counting: list[Finding] = []
    decided: list[Decision] = []
    for finding, decision in zip(findings, decisions, strict=False):
        excuse = exceptions.excuse(finding.urn, finding.rule, finding.path, finding.evidence.get("actual"))
        if excuse:
            decided.append(replace(decision, verdict=Verdict.ADMIT, effect=Effect.NONE, waivers=(excuse,)))
        else:
            counting.append(finding)
            decided.append(decision)
    return tuple(counting), (*decided, *decisions[len(findings) :])
