"""What the loop asks of comparing: one entity, intended against actual, and components against advisories. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from setpoint.model.advisory import Advisory, Match
from setpoint.model.component import Component
from setpoint.model.drift import Comparison, Explanation
from setpoint.model.inventory import Flaw
from setpoint.model.resource import Resource


class Comparator(Protocol):
    def compare(self, intended: Resource | None, actual: Resource | None) -> Comparison:
        """Every difference, gap and fold. At least one side is given; a side that is None does not exist.

        The caller passes `actual=None` only when the area was read wholly.
        """
        ...

    def version(self, type_name: str) -> str:
        """Changes whenever the rules or facts for this type do."""
        ...


class Explainer(Protocol):
    def explain(self, comparison: Comparison, actual: Resource | None, path: str) -> Sequence[Explanation]:
        """Why the property at a path (every one, where it is empty) is what the comparison says of it.

        Raises `NotFoundError` for a path that the type does not have, `CouldNotTellError` where `actual` is needed and
        not given.
        """
        ...


class ComponentMatcher(Protocol):
    """Says which advisories bear on which components. Raises `InputError` where a library for that is not installed."""

    def match(self, advisories: Iterable[Advisory], components: Sequence[Component]) -> Sequence[Sequence[Match]]:
        """Of each component, what those say that bear on it, and those of which that could not be told."""
        ...

    def merge(self, advisories: Iterable[Advisory]) -> Sequence[Flaw]:
        """What they are about, each problem once."""
        ...
