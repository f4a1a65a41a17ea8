"""Components against advisories as the loop asks it: `compare.interface.ComponentMatcher`. Wiring makes it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from setpoint.compare.component.matching import AdvisoryIndex
from setpoint.compare.component.merging import merge
from setpoint.model.advisory import Advisory, Match
from setpoint.model.component import Component
from setpoint.model.inventory import Flaw


class OsvMatcher:
    """By the rules of the OSV schema."""

    def match(self, advisories: Iterable[Advisory], components: Sequence[Component]) -> Sequence[Sequence[Match]]:
        index = AdvisoryIndex(advisories)
        return [index.matches(each) for each in components]

    def merge(self, advisories: Iterable[Advisory]) -> Sequence[Flaw]:
        return merge(advisories)
