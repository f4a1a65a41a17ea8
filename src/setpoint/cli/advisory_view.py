"""One problem as it is known here, for `setpoint advisories show`: for people, and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from setpoint.cli.output import Output, moment
from setpoint.model.advisory import Advisory, Affected, Rating, VersionRange
from setpoint.model.canonical import Json
from setpoint.model.inventory import ExploitScore, Flaw, KnownExploited
from setpoint.model.wording import counted

SHOWN: Final = 5
"""Versions that are listed one by one to people; JSON has them all."""


@dataclass(frozen=True, slots=True)
class KnownProblem:
    asked: str
    advisories: Sequence[Advisory]
    """All that speak of it, withdrawn ones too."""
    flaws: Sequence[Flaw]
    """What they come to; none where all are withdrawn."""
    exploited: Sequence[KnownExploited]
    scores: Sequence[ExploitScore]


def show_problem(output: Output, problem: KnownProblem) -> None:
    for flaw in problem.flaws:
        others = ", ".join(each for each in flaw.names if each != flaw.id)
        output.line(f"{flaw.id}{f' ({others})' if others else ''}, {flaw.severity}: {flaw.summary}")
    if not problem.flaws:
        output.line(f"{problem.asked}: withdrawn, and affects nothing")
    for entry in problem.exploited:
        ransom = ", by ransomware too" if entry.ransomware else ""
        output.line(f"{entry.cve} is exploited, as CISA knows since {entry.added:%Y-%m-%d}{ransom}", style="bold red")
    for score in problem.scores:
        output.line(
            f"{score.cve} is exploited within thirty days with a probability of {score.probability:.1%}, more than "
            f"{score.percentile:.0%} of all (EPSS, {score.at:%Y-%m-%d})"
        )
    output.table(
        ("advisory", "source", "modified", "withdrawn", "ratings"),
        [
            (each.id, each.source, each.modified, moment(each.withdrawn), ", ".join(map(_rated, each.ratings)))
            for each in problem.advisories
        ],
    )
    output.table(
        ("advisory", "package", "of", "affected"),
        [
            (advisory.id, each.package, each.ecosystem, _versions(each))
            for advisory in problem.advisories
            for each in advisory.affected
        ],
    )


def document(problem: KnownProblem) -> Json:
    return {
        "asked": problem.asked,
        "flaws": [
            {"id": each.id, "names": list(each.names), "severity": each.severity, "summary": each.summary}
            for each in problem.flaws
        ],
        "known_exploited": [
            {
                "cve": each.cve,
                "added": each.added.date().isoformat(),
                "due": each.due.date().isoformat() if each.due else None,
                "ransomware": each.ransomware,
            }
            for each in problem.exploited
        ],
        "epss": [
            {
                "cve": each.cve,
                "probability": each.probability,
                "percentile": each.percentile,
                "at": each.at.isoformat(),
            }
            for each in problem.scores
        ],
        "advisories": [_advisory(each) for each in problem.advisories],
    }


def _advisory(advisory: Advisory) -> Json:
    return {
        "id": advisory.id,
        "aliases": list(advisory.aliases),
        "source": advisory.source,
        "modified": advisory.modified.isoformat(),
        "published": advisory.published.isoformat() if advisory.published else None,
        "withdrawn": advisory.withdrawn.isoformat() if advisory.withdrawn else None,
        "summary": advisory.summary,
        "ratings": [
            {"system": each.system, "vector": each.vector, "score": each.score, "severity": each.severity}
            for each in advisory.ratings
        ],
        "affected": [
            {
                "package": str(each.package),
                "ecosystem": each.ecosystem,
                "ranges": [
                    {
                        "type": span.kind,
                        "events": [{"kind": event.kind, "version": event.version} for event in span.events],
                    }
                    for span in each.ranges
                ],
                "versions": list(each.versions),
                "symbols": list(each.symbols),
            }
            for each in advisory.affected
        ],
        "references": list(advisory.references),
    }


def _rated(rating: Rating) -> str:
    return f"{rating.system} {rating.score:.1f}" if rating.score is not None else rating.vector


def _versions(affected: Affected) -> str:
    said = [_range(each) for each in affected.ranges]
    if affected.versions:
        first = ", ".join(affected.versions[:SHOWN])
        more = len(affected.versions) - SHOWN
        said.append(f"{first} and {counted(more, 'other version')}" if more > 0 else first)
    return "; ".join(said)


def _range(span: VersionRange) -> str:
    return ", ".join(f"{event.kind} {event.version}" for event in span.events).replace("_", " ")
