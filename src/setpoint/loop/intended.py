"""The intended state between beats: read again only when a source changed."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from dataclasses import replace

from setpoint.intent.interface import IntentReader
from setpoint.model.packed import PackedResources
from setpoint.model.resource import Resource
from setpoint.model.snapshot import ANY_TYPE, Area, Coverage, Extent
from setpoint.model.urn import Urn


class IntendedState:
    """What the reader declared, with what a beat over unchanged resources needs of it: digests and owners."""

    def __init__(self, reader: IntentReader, owner_tag: str) -> None:
        self._reader = reader
        self._owner_tag = owner_tag
        self._fingerprint = ""
        self._resources = PackedResources()
        self._owners: dict[Urn, str] = {}
        self.coverage = Coverage()

    def refresh(self) -> bool:
        """Read again if the sources changed; whether they did. Where the reader raises, what was known is kept."""
        fingerprint = self._reader.fingerprint()
        if fingerprint == self._fingerprint:
            return False
        snapshot = self._reader.read()
        read = snapshot.resources
        self._resources = read if isinstance(read, PackedResources) else PackedResources(read.values())
        self._owners = {urn: sys.intern(self._tagged(resource)) for urn, resource in self._resources.items()}
        self.coverage = snapshot.coverage
        self._fingerprint = fingerprint
        return True

    @property
    def version(self) -> str:
        """Of what the sources declared when they were read."""
        return self._fingerprint

    def is_current(self) -> bool:
        """Whether the sources are still as they were when they were read."""
        return self._reader.fingerprint() == self._fingerprint

    def __len__(self) -> int:
        return len(self._resources)

    def __iter__(self) -> Iterator[Urn]:
        return iter(self._resources)

    def __contains__(self, urn: object) -> bool:
        return urn in self._resources

    def digest(self, urn: Urn) -> str:
        """The digest of what is declared; empty where nothing is."""
        return self._resources.digest(urn)

    def owner(self, urn: Urn) -> str:
        """The owning service by the declared tag; empty where nothing says."""
        return self._owners.get(urn, "")

    def doubt(self, urn: Urn) -> str:
        """Why an entity that nobody seems to declare may be declared all the same; empty where that is certain."""
        area = Area.of(urn)
        known = (self.coverage.areas.get(each) for each in (area, replace(area, type=ANY_TYPE)))
        unsure = (each for each in known if each is not None and each.extent in (Extent.PARTIAL, Extent.NONE))
        return "; ".join(reason for each in unsure for reason in each.reasons)

    def get(self, urn: Urn) -> Resource | None:
        return self._resources.get(urn)

    def _tagged(self, resource: Resource) -> str:
        return resource.tags().get(self._owner_tag, "")


def read_afresh(reader: IntentReader, owner_tag: str) -> IntendedState:
    """For a process that asks once."""
    state = IntendedState(reader, owner_tag)
    state.refresh()
    return state


class KeptState:
    """For a process that asks often, in several threads: read again when a source changed, and then anew.

    So nobody's state changes while they look at it. Readers are asked by one thread at a time.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._state: IntendedState | None = None

    def __call__(self, reader: IntentReader, owner_tag: str) -> IntendedState:
        with self._turn:
            if self._state is None or not self._state.is_current():
                self._state = read_afresh(reader, owner_tag)
            return self._state
