"""One entity as it was just looked at: both states, and what was concluded from them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from setpoint.act.interface import Reverter
from setpoint.model.conclusion import Conclusion
from setpoint.model.drift import Drift, DriftKind, GapKind
from setpoint.model.paths import split
from setpoint.model.policy import Effect
from setpoint.model.remediation import NotRevertable, Plan
from setpoint.model.resource import Resource


@dataclass(frozen=True, slots=True)
class Case:
    conclusion: Conclusion
    intended: Resource | None
    actual: Resource | None

    @property
    def service(self) -> str:
        return self.conclusion.service

    def drifts(self, effect: Effect) -> list[Drift]:
        """The differences from which this effect is to follow."""
        paths = {each.path for each in self.conclusion.decisions if each.effect is effect}
        return [drift for drift in self.conclusion.comparison.drifts if drift.path in paths]

    def findings_of(self, drifts: Iterable[Drift]) -> set[str]:
        """The ids of the findings that tell of these differences."""
        told = {(f"drift/{drift.kind}", drift.path) for drift in drifts}
        return {each.id for each in self.conclusion.findings if (each.rule, each.path) in told}

    def plan(self, reverter: Reverter, drifts: Sequence[Drift]) -> Plan | NotRevertable:
        """What would end these differences."""
        urn = self.conclusion.urn
        if self.intended is None:
            return NotRevertable(urn, "it was never declared, so there is nothing to set it back to")
        if self.actual is None:
            return NotRevertable(urn, "it does not exist; the tool that declared it has to create it again")
        return reverter.plan(self.intended, self.actual, drifts)

    def left_of(self, plan: Plan) -> list[Drift]:
        """The differences that a plan was to end and that are still there. What nobody declared, no plan takes away."""
        changed = {split(change.path)[0] for change in plan.changes}
        declared = [each for each in self.conclusion.comparison.drifts if each.kind is not DriftKind.UNDECLARED]
        return [drift for drift in declared if not drift.path or split(drift.path)[0] in changed]

    def rest_of(self, plan: Plan) -> Plan:
        """What of a plan is still to be done: a change that is seen to be made is not made again."""
        left = {split(drift.path)[0] for drift in self.left_of(plan) if drift.path}
        return replace(plan, changes=tuple(change for change in plan.changes if change.path in left))

    def unread_of(self, plan: Plan) -> list[str]:
        """Why it cannot be told whether its changes are made, a clause each; empty where all of them were read."""
        changed = {split(change.path)[0] for change in plan.changes}
        gaps = [each for each in self.conclusion.comparison.gaps if each.kind is GapKind.UNREAD]
        return [gap.reason for gap in gaps if not gap.path or split(gap.path)[0] in changed]
