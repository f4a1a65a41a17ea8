"""The gate over a plan: what a change would grant that nobody had before, and whether policy lets that in. Pure.

Called by `wiring.grants` with the account as it is and as the plan would leave it. What was so already is left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from setpoint.decide.grounds import Ground, set_aside, verdict_of, weight
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.evaluate import Evaluation, evaluate_guardrails
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Outcome, Reason
from setpoint.model.escalation import Escalation, EscalationReport, FoundPath, Hop, Standing
from setpoint.model.finding import Finding
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.principal import PRINCIPAL
from setpoint.model.resource import Resource
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

PLAN: Final = "plan"
"""The policy that is named where no policy speaks, but what the plan would make of it cannot be told."""

READ_FOR_ESCALATION: Final = frozenset({"escalates", "escalation_paths[*]", "escalates_to[*]"})


@dataclass(frozen=True, slots=True)
class PlannedGrants:
    """Both sides of a change."""

    before: EscalationReport
    after: EscalationReport
    principals_before: Sequence[Resource]
    principals_after: Sequence[Resource]
    unknown: tuple[str, ...] = ()
    """What of the change is not known before the apply, a clause each."""


def decide_plan(
    policies: PolicySet, grants: PlannedGrants, stage: Stage, name: str, waivers: Sequence[Waiver], now: datetime
) -> Decision:
    """Refused where a policy refuses what is new, *could not tell* where that hangs on what is not known."""
    was = {each.urn: each for each in grants.principals_before}
    told = _Told(grants)
    findings: list[Finding] = []
    grounds: list[Ground] = []
    for resource in grants.principals_after:
        before = _evaluated(policies, was.get(resource.urn), stage)
        for evaluation in evaluate_guardrails(policies, resource, stage):
            known = before.get(evaluation.policy.id)
            if evaluation.policy.is_silenced(stage) or not _is_new(evaluation, known):
                continue
            finding = evaluation.finding(resource.urn, resource.tags().get("service", ""))
            findings.append(finding)
            grounds.append(_ground(evaluation, finding, told, known, resource, stage))
        grounds += _perhaps(policies, told, resource, stage)
    _, grounds_left, waived = set_aside(waivers, now, findings, grounds)
    grounds_left = (*grounds_left, *_untold(grants.unknown))
    verdict, effect = verdict_of(grounds_left)
    reasons = (replace(each.reason, effect=each.effect) for each in sorted(grounds_left, key=weight, reverse=True))
    return Decision(Urn(f"plan:{name}"), "", stage, verdict, effect, reasons=tuple(reasons), waivers=waived)


def _evaluated(policies: PolicySet, resource: Resource | None, stage: Stage) -> dict[str, Evaluation]:
    if resource is None:
        return {}
    return {each.policy.id: each for each in evaluate_guardrails(policies, resource, stage)}


def _is_new(now: Evaluation, before: Evaluation | None) -> bool:
    """Against it now and not before, or against more; what could not be told before, and cannot now, is not new."""
    if not now.is_against:
        return now.outcome is Outcome.UNKNOWN and before is not None and before.outcome is Outcome.HELD
    return before is None or not before.is_against or any(_more(now.evidence, before.evidence).values())


def _more(now: Mapping[str, Json], before: Mapping[str, Json]) -> dict[str, list[Json]]:
    """Property → the elements that were not there before."""
    return {
        name: [each for each in value if each not in (before.get(name) or [])]
        for name, value in now.items()
        if isinstance(value, list)
    }


def _ground(
    evaluation: Evaluation,
    finding: Finding,
    told: _Told,
    before: Evaluation | None,
    resource: Resource,
    stage: Stage,
) -> Ground:
    reason, ways = evaluation.reason(stage), told.ways(evaluation, resource)
    evidence: dict[str, Json] = {**reason.evidence, "finding": finding.id, "principal": resource.urn}
    if ways:
        evidence["paths"] = [_path(each) for each in ways]
    message = told.of(evaluation, before, resource)
    return Ground(evaluation.policy.effect(stage), replace(reason, message=message, evidence=evidence), finding.id)


def _untold(unknown: Sequence[str]) -> Iterator[Ground]:
    for each in unknown:
        message = f"what this change would grant cannot be told: {each}"
        yield Ground(Effect.DENY, Reason(PLAN, Outcome.UNKNOWN, Severity.HIGH, message))


def _perhaps(policies: PolicySet, told: _Told, resource: Resource, stage: Stage) -> Iterator[Ground]:
    """A way that is new, and open only if something is so that is not known."""
    ways, missing = told.only_perhaps(resource)
    for guardrail in policies.guardrails(PRINCIPAL, stage) if ways or missing else ():
        policy = guardrail.compiled.policy
        if policy.is_silenced(stage) or READ_FOR_ESCALATION.isdisjoint(policy.reads):
            continue
        hangs = [*([_ways(ways)] if ways else []), *(f"that hangs on {each}" for each in missing)]
        message = f"this change may let {told.called(resource)} become an administrator: {'; '.join(hangs)}"
        evidence = {"principal": resource.urn, "paths": [_path(each) for each in ways], "missing": list(missing)}
        yield Ground(policy.effect(stage), Reason(policy.id, Outcome.UNKNOWN, policy.severity, message, evidence))


class _Told:
    """What is new about each principal, in words."""

    def __init__(self, grants: PlannedGrants) -> None:
        self._before = {each.principal: each for each in grants.before.found}
        self._after = {each.principal: each for each in grants.after.found}

    def of(self, evaluation: Evaluation, before: Evaluation | None, resource: Resource) -> str:
        who, ways = self.called(resource), self.ways(evaluation, resource)
        if ways:
            return f"this change lets {who} become an administrator: {_ways(ways)}"
        more = _more(evaluation.evidence, before.evidence if before else {})
        what = "; ".join(f"{name}: {', '.join(map(_short, new))}" for name, new in more.items() if new)
        title = evaluation.policy.title
        return f"this change makes of {who}: {title[:1].lower()}{title[1:]}" + (f" ({what})" if what else "")

    def ways(self, evaluation: Evaluation, resource: Resource) -> list[FoundPath]:
        """New ones to become an administrator, where the policy is about those."""
        is_about_ways = not READ_FOR_ESCALATION.isdisjoint(evaluation.policy.reads)
        return self._new(resource, is_sure=True) if is_about_ways else []

    def only_perhaps(self, resource: Resource) -> tuple[list[FoundPath], list[str]]:
        """New ways that may be open, and what of it is not known now, and did not matter before."""
        arn = resource.properties["arn"]
        before, after = self._before.get(arn), self._after.get(arn)
        if after is None or after.standing is not Standing.CONDITIONAL:
            return [], []
        known = before.missing if before else ()
        return self._new(resource, is_sure=False), [each for each in after.missing if each not in known]

    def called(self, resource: Resource) -> str:
        return f"{resource.properties['kind']} {resource.properties['name']}"

    def _new(self, resource: Resource, *, is_sure: bool) -> list[FoundPath]:
        """Ways that it did not have, or not for sure."""
        arn = resource.properties["arn"]
        before, after = self._before.get(arn), self._after.get(arn)
        had = _kinds(before, is_sure=is_sure)
        paths = after.paths if after else ()
        return [each for each in paths if _kind(each) not in had and bool(each.missing) is not is_sure]


def _kinds(found: Escalation | None, *, is_sure: bool) -> set[tuple[str, str]]:
    """Those that it had: an open way stands for one that is open only perhaps, and not the other way round."""
    paths = found.paths if found else ()
    return {_kind(each) for each in paths if not is_sure or not each.missing}


def _kind(path: FoundPath) -> tuple[str, str]:
    return path.id, path.hops[0].target if path.hops else ""


def _ways(paths: Sequence[FoundPath]) -> str:
    return "; ".join(f"through {each.id}: {', then '.join(map(_hop, each.hops))}{_missing(each)}" for each in paths)


def _hop(hop: Hop) -> str:
    by = ", ".join(f"{each.action} on {each.resource} by {each.policy} Statement[{each.index}]" for each in hop.grants)
    return f"{hop.gives} ({by})" if by else hop.gives


def _missing(path: FoundPath) -> str:
    return f", if: {', '.join(path.missing)}" if path.missing else ""


def _short(value: Json) -> str:
    return " ".join(str(each) for each in value.values()) if isinstance(value, Mapping) else str(value)


def _path(path: FoundPath) -> Json:
    return {
        "id": path.id,
        "hops": [
            {"path": each.path, "from": each.source, "to": each.target, "gives": each.gives} for each in path.hops
        ],
        "missing": list(path.missing),
    }
