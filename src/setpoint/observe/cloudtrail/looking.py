"""What to look at again, by events that changed something: the entities that they name, else where new ones come up.

Pure. An event is a reason to look, and never taken for the state.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.handlers import SEPARATOR
from setpoint.model.snapshot import Area
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.event_source import comes_from
from setpoint.observe.aws.recorded_event import short_of
from setpoint.observe.cloudtrail.records import Event

DEEPEST: Final = 6
"""Levels of an event that are looked through for names."""

MOST_TEXTS: Final = 1_000
"""Of one event: who names more than that means everything."""


class KnownEntities:
    """Those that something was concluded of, by each of their names."""

    def __init__(self, urns: Iterable[Urn]) -> None:
        self._by_name: defaultdict[str, list[Urn]] = defaultdict(list)
        self._areas: set[Area] = set()
        for urn in urns:
            if urn.count(":") < 4:
                continue  # of no provider: a service, a release
            self._areas.add(Area.of(urn))
            for name in _names_of(urn):
                self._by_name[name].append(urn)

    def named_by(self, event: Event) -> set[Urn | Area]:
        """Entities of the service, account and region of the event; where it names none of those, their areas."""
        source = event.get("eventSource")
        if not isinstance(source, str):
            return set()
        found: set[Urn | Area] = {
            urn
            for text in _texts(event)
            for name in (text, short_of(text))
            for urn in self._by_name.get(name, ())
            if _is_there(event, urn.account, urn.region) and comes_from(source, urn.type)
        }
        return found or {
            area
            for area in self._areas
            if _is_there(event, area.account, area.region) and comes_from(source, area.type)
        }


def _names_of(urn: Urn) -> set[str]:
    identifier = urn.identifier
    parts = identifier.split(SEPARATOR)
    return {identifier, short_of(identifier), *(parts if len(parts) > 1 else ())} - {""}


def _is_there(event: Event, account: str, region: str) -> bool:
    """What has no region leaves its events in one of them."""
    return account == event.get("recipientAccountId", account) and region in (GLOBAL, event.get("awsRegion", region))


def _texts(event: Event) -> Iterator[str]:
    yield from _walk([event.get("requestParameters"), event.get("resources"), event.get("responseElements")])


def _walk(level: list[Json]) -> Iterator[str]:
    left = MOST_TEXTS
    for _ in range(DEEPEST):
        deeper: list[Json] = []
        for value in level:
            if isinstance(value, str) and left > 0:
                left -= 1
                yield value
            elif isinstance(value, Mapping | list):
                deeper.extend(value.values() if isinstance(value, Mapping) else value)
        level = deeper
