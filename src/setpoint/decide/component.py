"""Components with known flaws, judged: findings and decisions at stage runtime, and grounds at a gate. Pure.

Called by the loop for each flaw of each component that a service runs, or that a release of it is made of; by `gate`
for the release that is judged.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from setpoint.decide.risk import Reach
from setpoint.decide.waiving import accept
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.inventory import FlawUse, Reached
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.urn import Urn

RULES: Final = "component/"
"""Begins the rule of every finding of a component; the name of the flaw follows."""

ALERTED_FROM: Final = Severity.MEDIUM
"""Severity from which people are told at once; the rest is listed."""

REACHES: Final = {
    Reached.SYMBOL: Reach.EXECUTED,
    Reached.PACKAGE: Reach.EXECUTED,
    Reached.LOADED: Reach.UNKNOWN,
    Reached.NOT_LOADED: Reach.NEVER,
    Reached.NOT_SEEN: Reach.UNKNOWN,
    Reached.UNKNOWN: Reach.UNKNOWN,
}
"""What agents saw of the component, in the words of the risk."""


class ComponentAssessor:
    """Implements `decide.interface.ComponentJudge`."""

    def judge(
        self, uses: Sequence[FlawUse], exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...]]:
        found = [finding(each) for each in uses]
        return accept(found, [_decision(each) for each in found], exceptions)

    def rule(self, name: str) -> str:
        return f"{RULES}{name}"


def finding(use: FlawUse) -> Finding:
    """What is wrong with the component, as of now; its id is the same in every release that has it."""
    return Finding(
        urn=Urn.service(use.service),
        service=use.service,
        source=FindingSource.COMPONENT,
        rule=f"{RULES}{use.flaw.id}",
        path=use.component.place,
        severity=Severity.CRITICAL if use.known_exploited else use.flaw.severity,
        title=_title(use),
        evidence=_evidence(use),
    )


def judge_release(found: Sequence[Finding]) -> tuple[tuple[Effect, Reason], ...]:
    """What the components of a release ask for at a gate, one for each finding.

    What is exploited already, or critical, keeps it out; all else is said, and weighs in its risk.
    """
    return tuple((_effect_at_gate(each), _reason(each)) for each in found)


def reach_of(found: Finding) -> Reach:
    """What production showed of the component."""
    return REACHES[Reached(found.evidence["reached"])]


def exploitability_of(found: Finding) -> float | None:
    """How likely somebody is to exploit it: 1 where that is done, else as EPSS says; None where nobody knows."""
    if found.source is not FindingSource.COMPONENT:
        return None
    if found.evidence["known_exploited"]:
        return 1.0
    scored: float | None = found.evidence["epss"]
    return scored


def score_of(found: Finding) -> float | None:
    """CVSS's; None where it is not known, or does not say how bad it is: it is exploited already."""
    scored: float | None = found.evidence.get("score")
    return None if found.evidence["known_exploited"] else scored


def _effect_at_gate(found: Finding) -> Effect:
    return Effect.DENY if found.severity is Severity.CRITICAL and not is_untold(found) else Effect.WARN


def is_untold(found: Finding) -> bool:
    """Whether it says only that a version could not be compared: no risk that is known, and one that may be."""
    return found.source is FindingSource.COMPONENT and bool(found.evidence["could_not_compare"])


def _title(use: FlawUse) -> str:
    name = f"{use.component.package.name} {use.component.version or 'of no version'}"
    if use.could_not_compare:
        return f"it could not be told whether {name} is affected by {use.flaw.id}: {use.flaw.summary}".removesuffix(
            ": "
        )
    what = f"{name} is affected by {use.flaw.id}"
    exploited = ", which is exploited in the wild" if use.known_exploited else ""
    return f"{what}{exploited}: {use.flaw.summary}".removesuffix(": ")


def _evidence(use: FlawUse) -> dict[str, Json]:
    exploited, scored = use.known_exploited, use.exploit_score
    return {
        "advisories": list(use.flaw.advisories),
        "aliases": [each for each in use.flaw.names if each != use.flaw.id],
        "package": str(use.component.package),
        "version": use.component.version,
        "fixed": list(use.fixed),
        "could_not_compare": use.could_not_compare,
        "severity": use.flaw.severity,
        "score": use.flaw.score,
        "instances": use.instances,
        "releases": list(use.releases),
        "environments": list(use.environments),
        "known_exploited": exploited.added.date().isoformat() if exploited else None,
        "epss": scored.probability if scored else None,
        "reached": use.reached,
    }


def _decision(found: Finding) -> Decision:
    # Of several flaws of one component, each is decided by itself.
    path = f"{found.path}[{found.rule.removeprefix(RULES)}]"
    verdict = Verdict.UNKNOWN if is_untold(found) else Verdict.REFUSE
    effect = Effect.ALERT if found.severity.rank >= ALERTED_FROM.rank and not is_untold(found) else Effect.NONE
    return Decision(found.urn, found.service, Stage.RUNTIME, verdict, effect, path, reasons=(_reason(found),))


def _reason(found: Finding) -> Reason:
    evidence = {"finding": found.id, "fixed": found.evidence["fixed"], "reached": found.evidence["reached"]}
    outcome = Outcome.UNKNOWN if is_untold(found) else Outcome.VIOLATED
    return Reason(found.rule, outcome, found.severity, found.title, evidence)
