"""Attributes that only the running resource can tell, and whether what it told still holds.

Used by `resolution`, which asks, and `reader`, which asks again at every beat.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from setpoint.model.canonical import Json, Unknown
from setpoint.model.paths import covers, lookup
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.urn import Urn

WHOLE: Final = ""
"""Stands for all attributes together."""

Existing = Callable[[Urn], Resource | Absent | Unread]


class LiveAttributes:
    """Asks for each resource once, and remembers which attributes the template depends on."""

    def __init__(self, existing: Existing | None) -> None:
        self._existing = existing
        self._found: dict[Urn, Resource | Absent | Unread] = {}
        self._told: dict[tuple[Urn, str], Json] = {}

    def attribute(self, urn: Urn, name: str) -> Json:
        """The attribute (`Endpoint.Address`); an `Unknown` whose reason is a clause without a subject of its own."""
        value = self._told[urn, name] = self._attribute(urn, name)
        return value

    def properties(self, urn: Urn) -> Mapping[str, Json]:
        """All that the running resource tells; nothing where it could not be read, or is not there."""
        found = self._look(urn)
        told = self._told[urn, WHOLE] = found.properties if isinstance(found, Resource) else {}
        return told

    def told(self) -> list[Json]:
        """Every answer so far, for a digest."""
        return [[urn, name, value] for (urn, name), value in sorted(self._told.items(), key=lambda each: each[0])]

    def asked_again(self) -> LiveAttributes:
        """The same questions, put afresh: while the answers are the same, so is what was made of them."""
        fresh = LiveAttributes(self._existing)
        for urn, name in self._told:
            if name == WHOLE:
                fresh.properties(urn)
            else:
                fresh.attribute(urn, name)
        return fresh

    def _attribute(self, urn: Urn, name: str) -> Json:
        found = self._look(urn)
        if found is None:
            return Unknown("the running resource was not asked")
        if isinstance(found, Absent):
            return Unknown("the resource does not exist yet")
        if isinstance(found, Unread):
            return Unknown(f"the resource could not be read: {found.reason}")
        return _of(found.properties, name, found.unread)

    def _look(self, urn: Urn) -> Resource | Absent | Unread | None:
        """None where nobody is asked."""
        if urn not in self._found and self._existing is not None:
            self._found[urn] = self._existing(urn)
        return self._found.get(urn)


def _of(properties: Mapping[str, Json], name: str, unread: Mapping[str, str]) -> Json:
    value = next(lookup(properties, name), None)
    if value is not None:
        return value
    because = next((reason for path, reason in unread.items() if covers(path, name)), None)
    return Unknown(f"it could not be read: {because}" if because else "the running resource has no such attribute")
