"""What all checks of this theme tell, and the order in which each part is looked at. Used by every check beside it.

A part that one check found to be run as one language is not asked for the others: what it answers is explained.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar

from setpoint.model.dast import Certainty, Exchange, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.differential import Proof
from setpoint.scan.dast.checks.probing import Place, Probe, planned, probed, write_back
from setpoint.scan.dast.checks.witnessed import seen_inside
from setpoint.scan.dast.interface import Workbench

INJECTION = "A03:2021"
"""Of the OWASP Top 10 of 2021; the API Security Top 10 of 2023 has no class of its own for it."""


@dataclass(frozen=True, slots=True)
class Weakness:
    """What one kind of injection is called, and what is said of it."""

    kind: str
    cwe: int
    severity: Severity
    message: str
    """What is wrong, and what would do."""
    owasp: str = INJECTION

    def fault(self, place: Place, certainty: Certainty, proof: Sequence[Exchange], difference: str) -> Fault:
        return Fault(
            kind=self.kind,
            cwe=self.cwe,
            owasp=self.owasp,
            severity=self.severity,
            certainty=certainty,
            method=place.operation.method,
            path=place.operation.path,
            part=place.told,
            caller=place.caller.name,
            message=self.message,
            proof=tuple(proof),
            difference=difference,
        )

    def told_apart(self, place: Place, proof: Proof) -> Fault:
        return self.fault(place, Certainty.DIFFERENTIAL, proof.exchanges, proof.difference)

    def computed(self, place: Place, exchange: Exchange, difference: str) -> Fault:
        """The answer holds what only running the value gives."""
        return self.fault(place, Certainty.CONFIRMED, [exchange], difference)


class InjectionCheck(ABC):
    """Looks at one part after another; what an agent saw inside is told without another request."""

    name: str
    weakness: ClassVar[Weakness]
    about: ClassVar[int]
    """Requests to a part that reacts and turns out well, at most; most parts do not react, and take two or three."""

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        return planned(bench, self.name, self.about)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        seen = seen_inside(bench, self.weakness.kind)
        explained: set[tuple[str, str]] = bench.kept.setdefault("injection.explained", set())
        probes = probed(bench)
        for probe in probes:
            place = probe.place
            if inside := seen.get((place.operation.key, place.told)):
                fault = self.weakness.fault(place, Certainty.CONFIRMED, [inside.exchange], inside.told)
            elif self.leaves_out(probe) or (place.operation.key, place.told) in explained:
                continue
            elif (looked := self.look(bench, probe)) is not None:
                fault = looked
            else:
                continue
            explained.add((place.operation.key, place.told))
            yield fault
        write_back(bench, (each.place for each in probes))

    def leaves_out(self, probe: Probe) -> bool:
        """Whether nothing is to be expected of what the part refuses."""
        return probe.refuses

    @abstractmethod
    def look(self, bench: Workbench, probe: Probe) -> Fault | None:
        """What is wrong with this part; None where nothing is, or nothing can be told."""
