"""What was seen inside of a service, judged: findings and decisions at stage runtime, and what attacks say of it. Pure.

Called by the loop with all weak places that agents reported; by `gate` for the release that is judged.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from setpoint.decide.risk import Reach
from setpoint.decide.threshold import ThresholdSettings
from setpoint.decide.waiving import accept
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision, Outcome, Reason, Verdict
from setpoint.model.exceptions import Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.inside import Inside, Place, ReleaseSeen
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.report import Sighting
from setpoint.model.service import Release, Signal, SignalKind
from setpoint.model.urn import Urn

RULES: Final = "runtime/"
"""Begins the rule of every finding from inside; the kind of weakness follows."""

SEVERITIES: Final[Mapping[str, Severity]] = {
    "sql-injection": Severity.HIGH,
    "nosql-injection": Severity.HIGH,
    "command-injection": Severity.HIGH,
    "code-injection": Severity.HIGH,
    "template-injection": Severity.HIGH,
    "unsafe-deserialisation": Severity.HIGH,
    "path-traversal": Severity.HIGH,
    "archive-traversal": Severity.HIGH,
    "ldap-injection": Severity.HIGH,
    "xpath-injection": Severity.HIGH,
    "server-side-request-forgery": Severity.HIGH,
    "cross-site-scripting": Severity.HIGH,
    "xml-external-entities": Severity.HIGH,
    "weak-token-key": Severity.HIGH,
    "token-unverified": Severity.HIGH,
    "tls-unverified": Severity.HIGH,
    "log-injection": Severity.LOW,
    "insecure-cookie": Severity.LOW,
    "cookie-without-httponly": Severity.LOW,
    "cookie-without-samesite": Severity.LOW,
    "bound-to-all-interfaces": Severity.LOW,
}
"""Of what was met without an attack. Setpoint's own scale: high lets somebody read, change or run what is not theirs,
or be somebody else; low needs another weakness beside it. Every other kind is medium."""

UNSURE_BELOW: Final = 0.5
"""Confidence under which a place weighs one step less."""

ALERTED_FROM: Final = Severity.MEDIUM
"""Severity from which people are told at once; the rest is listed."""


@dataclass(frozen=True, slots=True)
class InsideSettings:
    """How what agents report is judged."""

    close_after: float = 7 * 86400.0
    """Seconds for which a newer release has to be watched without a place being met, before it counts as mended: where
    the place's route was called in that release."""
    close_unused_after: float = 90 * 86400.0
    """The same where its route was not called there, or it has none: nobody knows whether its code did run."""

    def needed(self, release: ReleaseSeen, called_in: Collection[str]) -> timedelta:
        """For how long a release has to be watched; `called_in` are those in which the place's route was called."""
        return timedelta(seconds=self.close_after if release.release in called_in else self.close_unused_after)


class InsideAssessor:
    """Implements `decide.interface.InsideJudge`."""

    def __init__(self, settings: InsideSettings | None = None, weights: ThresholdSettings | None = None) -> None:
        self._settings = settings or InsideSettings()
        self._attack = (weights or ThresholdSettings()).attack

    def judge(
        self, inside: Inside, exceptions: Exceptions
    ) -> tuple[tuple[Finding, ...], tuple[Decision, ...], tuple[Place, ...]]:
        holding = [each for each in inside.places if not is_superseded(each, inside, self._settings)]
        found = [finding(each) for each in holding]
        findings, decisions = accept(found, [_decision(each) for each in found], exceptions)
        counting = (place for place, each in zip(holding, findings, strict=True) if not each.accepted_by)
        return findings, decisions, tuple(counting)

    def attacks(self, places: Sequence[Place], told: Mapping[str, int], at: datetime) -> tuple[Signal, ...]:
        """One for each place that was attacked more often than was told.

        The load of n attacks on a place is the weight times log2(1 + n), however they are told of: a scanner's
        thousandth try says little that its first did not.
        """
        return tuple(
            self._signal(each, before, at) for each in places if each.attacks > (before := told.get(each.key, 0))
        )

    def _signal(self, place: Place, before: int, at: datetime) -> Signal:
        weight = self._attack * (math.log2(1 + place.attacks) - math.log2(1 + before))
        count = place.attacks - before
        times = "an attack" if count == 1 else f"{count:,} attacks"
        urn, sighting = Urn.service(place.service), place.sighting
        cause = f"{urn}: {times} got through: {sighting.kind} at {_where(sighting)}"
        return Signal(place.service, SignalKind.ATTACK, weight, at, cause)


def is_superseded(place: Place, inside: Inside, settings: InsideSettings) -> bool:
    """Whether a release took the place of all that it was seen in, and ran for so long without it.

    Only being watched counts: while no agent of the newer release reports, nothing is over. Where nobody called the
    route, that it was not met says little.
    """
    seen = {each.release: each for each in inside.releases}
    called_in = inside.called_in.get((place.sighting.method, place.sighting.route), frozenset())
    known = [seen[name] for name in place.releases if name in seen]
    newest = max((each.first_seen for each in known), default=place.first)
    gone_since = max((each.last_seen for each in known), default=place.last)
    return any(
        each.release not in place.releases
        and each.first_seen > newest
        and each.last_seen - max(each.first_seen, gone_since, place.last) >= settings.needed(each, called_in)
        for each in inside.releases
    )


def finding(place: Place) -> Finding:
    """What is wrong there. How often it is met, which changes all the time, is no part of it."""
    sighting = place.sighting
    return Finding(
        urn=Urn.service(place.service),
        service=place.service,
        source=FindingSource.RUNTIME,
        rule=f"{RULES}{sighting.kind}",
        path=f"{_where(sighting)}[{place.key}]",
        severity=_severity(place),
        title=_title(place),
        evidence=_evidence(place),
    )


def judge_seen(
    release: Release, seen: Sequence[Finding]
) -> tuple[tuple[Finding, ...], tuple[tuple[Effect, Reason], ...], tuple[str, ...]]:
    """What the inside of its service says of a release: findings, with what each asks for at a gate, and remarks.

    A place counts for the releases that it was seen in, or where nobody said which one ran: what a release that nobody
    watched yet has mended, nobody can know.
    """
    own = tuple(each for each in seen if {release.version, ""} & set(each.evidence["releases"]))
    grounds = tuple((Effect.DENY if each.evidence["attacks"] else Effect.WARN, _reason(each)) for each in own)
    others = len(seen) - len(own)
    places = "a weak place was" if others == 1 else f"{others} weak places were"
    remarks = (
        (f"{places} seen inside other releases, and may be in this one: no agent met them in it",) if others else ()
    )
    return own, grounds, remarks


def reach_of(seen: Finding) -> Reach:
    """What production showed of the place that a finding is at; nothing for one that is not from inside."""
    if seen.source is not FindingSource.RUNTIME:
        return Reach.UNKNOWN
    if seen.evidence["attacks"]:
        return Reach.ATTACKED
    return Reach.TAKES_INPUT if seen.evidence["origins"] else Reach.EXECUTED


def _severity(place: Place) -> Severity:
    usual = SEVERITIES.get(place.sighting.kind, Severity.MEDIUM)
    if place.attacks:
        return _step(usual, 1)
    return _step(usual, -1) if place.sighting.confidence < UNSURE_BELOW else usual


def _step(severity: Severity, by: int) -> Severity:
    order = list(Severity)
    return order[min(max(severity.rank + by, 0), len(order) - 1)]


def _title(place: Place) -> str:
    sighting = place.sighting
    origins = ", ".join(dict.fromkeys(f"{each.part} {each.name}".strip() for each in sighting.origins))
    if not origins:
        return f"{sighting.kind}: {sighting.sink} is called at {_where(sighting)}"
    does = "broke out of its place in" if place.attacks else "reaches"
    return f"{sighting.kind}: {origins} {does} {sighting.sink} at {_where(sighting)}"


def _where(sighting: Sighting) -> str:
    return f"{sighting.place.file}:{sighting.place.line}"


def _evidence(place: Place) -> dict[str, Json]:
    sighting = place.sighting
    return {
        "key": place.key,
        "type": sighting.kind,
        "cwe": sighting.cwe,
        "sink": sighting.sink,
        "context": sighting.context,
        "method": sighting.method,
        "route": sighting.route,
        "confidence": sighting.confidence,
        "frames": [{"file": each.file, "line": each.line, "function": each.function} for each in sighting.frames],
        "origins": [
            {"part": each.part, "name": each.name, "shape": each.shape, "fingerprint": each.fingerprint}
            for each in sighting.origins
        ],
        "attacks": place.attacks,
        "first": place.first.isoformat(),
        "releases": sorted(place.releases),
        "probes": list(place.probes),
    }


def _decision(found: Finding) -> Decision:
    is_told = found.evidence["attacks"] or found.severity.rank >= ALERTED_FROM.rank
    effect = Effect.ALERT if is_told else Effect.NONE
    return Decision(
        found.urn, found.service, Stage.RUNTIME, Verdict.REFUSE, effect, found.path, reasons=(_reason(found),)
    )


def _reason(found: Finding) -> Reason:
    evidence = {"finding": found.id, "confidence": found.evidence["confidence"], "attacks": found.evidence["attacks"]}
    return Reason(found.rule, Outcome.VIOLATED, found.severity, found.title, evidence)
