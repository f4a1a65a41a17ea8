"""Weaknesses in the source, judged with what production says of them: findings, and what speaks against them. Pure.

Called by `gate` for the release that is judged, and by the loop for what is known of a service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from setpoint.decide.grounds import Ground
from setpoint.decide.policy.compile import PolicySet
from setpoint.decide.policy.evaluate import Evaluation, evaluate_guardrails
from setpoint.decide.policy.weakness import WEAKNESS, known_in, scan_resource, weakness_properties, weakness_resource
from setpoint.decide.risk import Reach
from setpoint.model.canonical import Json, canonical_bytes
from setpoint.model.code import OUTSIDE_RULES, RULES, KnownWeakness
from setpoint.model.dast import Certainty
from setpoint.model.decision import Outcome, Reason
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.paths import split
from setpoint.model.policy import Effect, Stage
from setpoint.model.resource import Resource
from setpoint.model.scan import Outside, Standing
from setpoint.model.urn import Urn

REACHES: Final[Mapping[Standing, Reach]] = {
    Standing.CONFIRMED: Reach.TAKES_INPUT,
    Standing.REACHED: Reach.EXECUTED,
    Standing.NOT_SEEN: Reach.UNKNOWN,
    Standing.NEVER_EXECUTED: Reach.NEVER,
    Standing.UNKNOWN: Reach.UNKNOWN,
}
"""What production says of a weakness, in the words of the risk."""


class CodeAssessor:
    """Implements `decide.interface.CodeJudge`."""

    def scan(self, weaknesses: Iterable[KnownWeakness]) -> Resource:
        return scan_resource(weaknesses)

    def judge(self, service: str, weaknesses: Iterable[KnownWeakness], exceptions: Exceptions) -> tuple[Finding, ...]:
        found = (finding(each, service) for each in weaknesses)
        return tuple(
            replace(each, accepted_by=exceptions.excuse(each.urn, each.rule, each.path, None)) for each in found
        )


def finding(known: KnownWeakness, service: str) -> Finding:
    """What is wrong there, as of now; its id is the same in every release that has it in this file."""
    weakness = known.weakness
    return Finding(
        urn=Urn.service(service),
        service=service,
        source=FindingSource.CODE if weakness.outside is None else FindingSource.DAST,
        rule=known.rule,
        path=known.path,
        severity=weakness.severity,
        title=_title(known),
        evidence=_evidence(known),
    )


def judge_source(
    policies: PolicySet, resources: Iterable[Resource], stage: Stage, service: str
) -> tuple[tuple[Finding, ...], tuple[Ground, ...]]:
    """What a scan among these tells, and what speaks against it.

    Each weakness is a finding, to be said and to weigh. A policy that speaks against one adds none, so that nothing
    counts twice, and says what keeps a release out.
    """
    known = [each for resource in resources for each in known_in(resource)]
    found = tuple(finding(each, service) for each in known)
    said = [Ground(Effect.WARN, _reason(each), each.id, is_of_code=True, is_new=_is_new(each)) for each in found]
    return found, (*said, *_against(policies, zip(known, found, strict=True), stage))


def _against(policies: PolicySet, told: Iterable[tuple[KnownWeakness, Finding]], stage: Stage) -> Iterator[Ground]:
    """Weaknesses that look the same to every policy are judged once: of a thousand, most do."""
    speaking = policies.guardrails(WEAKNESS, stage)
    read = sorted({split(path)[0] for each in speaking for path in each.compiled.policy.reads})
    judged: dict[bytes, list[Evaluation]] = {}
    for known, found in told:
        properties = weakness_properties(known)
        looks = canonical_bytes([properties[name] for name in read])
        if looks not in judged:
            evaluations = evaluate_guardrails(policies, weakness_resource(known), stage)
            judged[looks] = [each for each in evaluations if _speaks(each, stage)]
        for each in judged[looks]:
            yield _ground(each, found, stage)


def _speaks(evaluation: Evaluation, stage: Stage) -> bool:
    if evaluation.outcome is Outcome.HELD:
        return False
    return evaluation.is_against or not evaluation.policy.is_silenced(stage)


def _ground(evaluation: Evaluation, found: Finding, stage: Stage) -> Ground:
    reason = evaluation.reason(stage)
    rule = found.rule.removeprefix(RULES).removeprefix(OUTSIDE_RULES)
    message = f"{found.path}: {rule}: {reason.message}"
    told = replace(reason, message=message, evidence={**reason.evidence, "finding": found.id})
    return Ground(evaluation.policy.effect(stage), told, found.id, is_of_code=True, is_new=_is_new(found))


def reach_of(found: Finding) -> Reach:
    """What production showed of its place, or the scan itself where it was of what runs."""
    if found.evidence["is_attacked"]:
        return Reach.ATTACKED
    if found.source is FindingSource.DAST:
        return Reach.EXECUTED if found.evidence["certainty"] == Certainty.OBSERVED else Reach.TAKES_INPUT
    return REACHES[Standing(found.evidence["standing"])]


def first_seen_of(found: Finding) -> datetime | None:
    """Since when it is there, in whatever file it was; None where it is told for the first time."""
    since: str | None = found.evidence["first_seen"]
    return datetime.fromisoformat(since) if since else None


def score_of(found: Finding) -> float | None:
    """CVSS's; None where no tool gave one."""
    scored: float | None = found.evidence["score"]
    return scored


def _is_new(found: Finding) -> bool:
    """Whether it may have come with this release."""
    return found.evidence["is_new"] is not False


def _title(known: KnownWeakness) -> str:
    weakness, place = known.weakness, known.weakness.place
    if weakness.outside is not None:
        return f"{weakness.rule}: {weakness.message}"
    where = f"{place.file or '.'}:{place.line}" if place.line else place.file or "."
    within = f" in {place.function}" if place.function else ""
    return f"{weakness.rule} at {where}{within}: {weakness.message}"


def _evidence(known: KnownWeakness) -> dict[str, Json]:
    weakness, standing = known.weakness, known.standing
    return {
        "fingerprint": weakness.fingerprint,
        "kind": weakness.kind,
        "file": weakness.place.file,
        "line": weakness.place.line,
        "end_line": weakness.place.end_line,
        "function": weakness.place.function,
        "cwes": list(weakness.cwes),
        "score": weakness.score,
        "told_by": list(weakness.told_by),
        "is_new": weakness.is_new,
        "standing": standing.standing,
        "because": standing.because,
        "places": list(standing.places),
        "watched": standing.watched,
        "against": weakness.against,
        "is_attacked": known.is_attacked,
        "first_seen": known.first_seen.isoformat() if known.first_seen else None,
        **_outside_evidence(weakness.outside),
    }


def _outside_evidence(outside: Outside | None) -> dict[str, Json]:
    if outside is None:
        return {}
    return {
        "operation": outside.operation,
        "part": outside.part,
        "owasp": outside.owasp,
        "certainty": outside.certainty,
        "difference": outside.difference,
        "examples": list(outside.examples),
    }


def _reason(found: Finding) -> Reason:
    said = {name: found.evidence[name] for name in ("standing", "because", "is_new", "told_by", "against")}
    return Reason(found.rule, Outcome.VIOLATED, found.severity, found.title, {"finding": found.id, **said})
