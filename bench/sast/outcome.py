"""What became of the places that scanners told, once what they told was joined with what agents saw.

Called by `bench_sast`. A place is told on as long as one of the weaknesses that hit it weighs as much as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bench.sast.joining import Joined, Judged
from bench.sast.labels import Place
from bench.sast.scanning import weaknesses_of
from bench.sast.scoring import Hits
from setpoint.model.scan import Scan, Standing

FOLDER = "python"
"""Begins the names of the applications' files in the labels."""


@dataclass(frozen=True, slots=True)
class Outcome:
    places: Sequence[Place]
    judged: Mapping[str, Sequence[Judged]]
    """Id of a place → the weaknesses that hit it."""
    met: frozenset[str]
    """Ids of the places that agents met."""

    def told(self, *, is_weakness: bool) -> list[Place]:
        """By scanners."""
        return [each for each in self.places if each.id in self.judged and each.is_weakness == is_weakness]

    @property
    def kept(self) -> frozenset[str]:
        return frozenset(each.id for each in self.places if each.id in self.judged and not self.is_demoted(each))

    @property
    def kept_by_agents(self) -> frozenset[str]:
        """What is told on where only what agents saw counts, and nothing that the source says against it."""
        return frozenset(
            place for place, hits in self.judged.items() if not all(each.is_demoted_by_agents for each in hits)
        )

    def is_demoted(self, place: Place) -> bool:
        return all(each.is_demoted for each in self.judged[place.id])

    def is_confirmed(self, place: Place) -> bool:
        """Whether agents met it, whatever the join makes of that, or the join says so."""
        standings = {each.known.standing.standing for each in self.judged[place.id]}
        return place.id in self.met or Standing.CONFIRMED in standings

    def heaviest(self, place: Place) -> Judged:
        """What keeps it told, if anything does."""
        return max(self.judged[place.id], key=lambda each: (not each.is_demoted, each.weight))

    def kept_weight(self, places: Iterable[Place]) -> float:
        """Of the weight that these had if nothing were known of production; each by its heaviest weakness."""
        hit = [self.judged[each.id] for each in places]
        without = sum(max(each.without for each in judged) for judged in hit)
        return sum(max(each.weight for each in judged) for judged in hit) / without if without else 0.0


def outcome_of(labelled: Sequence[Place], scans: Mapping[str, Scan], joined: Mapping[str, Joined]) -> Outcome:
    """`scans` and `joined` by application."""
    hits = Hits(labelled, [told for scan in scans.values() for told in weaknesses_of(scan, f"{FOLDER}/")])
    judged = {each.known.weakness.fingerprint: each for one in joined.values() for each in one.judged}
    met = Hits(labelled, [told for each in joined.values() for told in each.met(FOLDER)])
    by_place = {place: [judged[each.by] for each in told] for place, told in hits.by_place.items()}
    return Outcome(labelled, by_place, met.told())
