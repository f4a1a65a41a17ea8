"""What all checks of this theme tell, and the order in which each part is looked at. Used by every check beside it.

A part that one check found to be run as one language is not asked for the others: what it answers is explained.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar

from setpoint.model.dast import Certainty, Fault, PlannedRequest
from setpoint.scan.dast.checks.fault_kind import FaultKind
from setpoint.scan.dast.checks.probing import Probe, planned, probed, write_back
from setpoint.scan.dast.checks.witnessed import seen_inside
from setpoint.scan.dast.interface import Workbench


def explained_in(bench: Workbench) -> set[tuple[str, str]]:
    """Operation and part of what a check found to be run; whoever finds one adds it."""
    explained: set[tuple[str, str]] = bench.kept.setdefault("injection.explained", set())
    return explained


class InjectionCheck(ABC):
    """Looks at one part after another; what an agent saw inside is told without another request."""

    name: str
    weakness: ClassVar[FaultKind]
    about: ClassVar[int]
    """Requests to a part that reacts and turns out well, at most."""
    usual: ClassVar[int] = 1
    """Requests to a part that does not react, as most do not."""

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        return planned(bench, self.name, self.about, self.usual)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        seen = seen_inside(bench, self.weakness.kind)
        explained = explained_in(bench)
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
