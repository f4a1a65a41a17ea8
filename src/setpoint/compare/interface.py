"""What the loop asks of a comparator: one entity, intended against actual. Pure."""

from __future__ import annotations

from typing import Protocol

from setpoint.model.drift import Comparison
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
