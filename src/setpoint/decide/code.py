"""Weaknesses in the source, judged with what production says of them: findings, and what each asks for at a gate. Pure.

Called by `gate` for the release that is judged, and by the loop for what is known of a service.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Final

from setpoint.decide.policy.weakness import known_in, scan_resource, weakness_resource
from setpoint.decide.risk import Reach
from setpoint.model.canonical import Json
from setpoint.model.code import RULES, KnownWeakness, code_finding_id
from setpoint.model.decision import Outcome, Reason
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Effect
from setpoint.model.resource import Resource
from setpoint.model.scan import Standing
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
        source=FindingSource.CODE,
        rule=f"{RULES}{weakness.rule}",
        path=known.path,
        severity=weakness.severity,
        title=_title(known),
        evidence=_evidence(known),
    )


def found_in(resources: Iterable[Resource], service: str) -> Iterator[Finding]:
    """A finding for each weakness that the scan among these tells."""
    for resource in resources:
        for known in known_in(resource):
            yield finding(known, service)


def weaknesses_in(resource: Resource) -> Iterator[Resource]:
    """As policies see them, one by one."""
    return map(weakness_resource, known_in(resource))


def finding_of(weakness: Resource, service: str) -> str:
    """The id of the finding of a weakness as policies see it."""
    return code_finding_id(service, weakness.properties["rule"], weakness.urn.identifier)


def judge_release(found: Sequence[Finding]) -> tuple[tuple[Effect, Reason], ...]:
    """What each asks for at a gate by itself: to be said, and to weigh. Policies say which keep a release out."""
    return tuple((Effect.WARN, _reason(each)) for each in found)


def reach_of(found: Finding) -> Reach:
    """What production showed of its place."""
    return Reach.ATTACKED if found.evidence["is_attacked"] else REACHES[Standing(found.evidence["standing"])]


def score_of(found: Finding) -> float | None:
    """CVSS's; None where no tool gave one."""
    scored: float | None = found.evidence["score"]
    return scored


def is_new(found: Finding) -> bool:
    """Whether it may have come with this release."""
    return found.evidence["is_new"] is not False


def _title(known: KnownWeakness) -> str:
    weakness, place = known.weakness, known.weakness.place
    where = f"{place.file}:{place.line}" if place.line else place.file
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
        "is_attacked": known.is_attacked,
    }


def _reason(found: Finding) -> Reason:
    said = {name: found.evidence[name] for name in ("standing", "because", "is_new", "told_by")}
    return Reason(found.rule, Outcome.VIOLATED, found.severity, found.title, {"finding": found.id, **said})
