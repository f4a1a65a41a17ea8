"""A conclusion: all that one look at one entity came to, and the key under which it is remembered."""

from __future__ import annotations

from dataclasses import dataclass

from setpoint.model.decision import Decision, Verdict
from setpoint.model.drift import Comparison, GapKind
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.history import Grounds
from setpoint.model.paths import covers
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class Conclusion:
    urn: Urn
    key: str
    """The digest of everything that it was concluded from; empty when it must be drawn again at the next beat."""
    service: str
    comparison: Comparison
    findings: tuple[Finding, ...]
    decisions: tuple[Decision, ...]
    grounds: Grounds | None = None
    """What it was judged from; None where that is not to be kept."""

    def leaves_open(self, finding: Finding) -> bool:
        """Whether an earlier finding, not found now, may hold all the same: what it is about was not read this time."""
        if finding.source is FindingSource.GUARDRAIL:
            untold = (each for each in self.decisions if each.verdict is Verdict.UNKNOWN)
            return any(reason.policy == finding.rule for each in untold for reason in each.reasons)
        unread = (gap.path for gap in self.comparison.gaps if gap.kind is GapKind.UNREAD)
        return any(covers(path, finding.path) or covers(finding.path, path) for path in unread)
