"""What the declared templates export to one another, for stacks that are not deployed yet. `wiring` makes one for all.

A live export is asked for first: it is what CloudFormation would import.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from setpoint.intent.cloudformation.identity import Place
from setpoint.model.canonical import Json, Unknown


class Exporter(Protocol):
    def declared_export(self, place: Place, name: str) -> Json:
        """What is exported there under a name; None where nothing is."""
        ...


class DeclaredExports:
    """Shared by the readers that it asks; they are named once all are made."""

    def __init__(self) -> None:
        self._exporters: list[Exporter] = []
        self._asked: list[tuple[Place, str]] = []

    def name(self, exporters: Iterable[Exporter]) -> None:
        self._exporters = list(exporters)

    def value(self, place: Place, name: str) -> Json:
        """The export; None where no template beside the one that asks declares it."""
        if (place, name) in self._asked:
            return Unknown("the declared templates import it from one another in a circle")
        self._asked.append((place, name))
        try:
            answers = (each.declared_export(place, name) for each in self._exporters)
            return next((answer for answer in answers if answer is not None), None)
        finally:
            self._asked.pop()
