"""What providers say runs, taken into the inventory: called by `heartbeat`, in the beats that read it.

Written is only what is new or other than known, and what would soon count as no longer seen. What is gone goes at once
where its area was wholly read; where it was not, it stays until nobody has seen it for long.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice
from typing import Final, TypeVar

from setpoint.loop.parts import Parts
from setpoint.model.inventory import Instance
from setpoint.model.snapshot import Area, AreaCoverage, Extent
from setpoint.observe.interface import SeenInstances
from setpoint.store.interface import LedgerWriter

Item = TypeVar("Item")

AT_ONCE: Final = 1_000
"""Instances that are written in one step: others who want to write wait for a fraction of a second."""

REFRESHES: Final = 4
"""How often an instance that stays is written anew in the time after which it would be forgotten."""

TOLD: Final = ("release", "environment", "image", "container")


class InstanceTaker:
    def __init__(self, parts: Parts, writer: LedgerWriter) -> None:
        self._parts = parts
        self._writer = writer
        self._known: dict[Area, AreaCoverage] = {}
        """How much was read of each area when it was read last."""

    def take(self, only: Collection[Area] | None, go_on: Callable[[], None]) -> list[AreaCoverage]:
        """How much is known of all areas; with `only`, these are read, and those of which nothing could be.

        `go_on` is called between two steps.
        """
        observer = self._parts.instances
        if observer is None:
            return []
        areas = observer.areas()
        self._known = {area: self._known[area] for area in areas if area in self._known}
        if self._parts.stopping():
            return self._told(areas)
        wanted = None if only is None else {*only, *(area for area in areas if self._is_unread(area))}
        for seen in observer.observe(wanted):
            self._known[seen.coverage.area] = seen.coverage
            for _ in self._write(seen):
                go_on()
                if self._parts.stopping():
                    return self._told(areas)
        return self._told(areas)

    def _is_unread(self, area: Area) -> bool:
        return area not in self._known or self._known[area].extent is Extent.NONE

    def _told(self, areas: Iterable[Area]) -> list[AreaCoverage]:
        interrupted = ("the heartbeat was interrupted",)
        return [self._known.get(area) or AreaCoverage(area, Extent.NONE, interrupted) for area in areas]

    def _write(self, seen: SeenInstances) -> Iterator[None]:
        """Step by step."""
        now, inventory = self._parts.clock.now(), self._writer.inventory()
        ledger = self._parts.ledger.inventory()
        known = {
            (each.service, each.id): each for each in ledger.instances_from(seen.source.told_by, prefix=seen.prefix)
        }
        fresh = now - timedelta(seconds=self._parts.settings.forget_instances_after / REFRESHES)
        new = [each for each in seen.instances if _is_news(each, known.get((each.service, each.id)), fresh)]
        for some in _parted(new):
            inventory.report_instances(some, now)
            yield
        if seen.coverage.extent is Extent.WHOLE:
            for service, gone in _gone(known, seen.instances).items():
                for identities in _parted(gone):
                    inventory.remove_instances(service, identities, now)
                    yield
        yield


def _is_news(seen: Instance, known: Instance | None, fresh: datetime) -> bool:
    """What is left empty stays as it was known, so that it is no news."""
    if known is None or known.last_seen is None or known.last_seen < fresh:
        return True
    told = replace(seen, release="") if known.agent_release else seen  # an agent knows better
    return any(getattr(told, name) not in ("", getattr(known, name)) for name in TOLD)


def _gone(known: Mapping[tuple[str, str], Instance], seen: Iterable[Instance]) -> Mapping[str, Sequence[str]]:
    """By service."""
    gone: defaultdict[str, list[str]] = defaultdict(list)
    for service, identity in known.keys() - {(each.service, each.id) for each in seen}:
        gone[service].append(identity)
    return gone


def _parted(items: Iterable[Item]) -> Iterator[list[Item]]:
    iterator = iter(items)
    while some := list(islice(iterator, AT_ONCE)):
        yield some
