"""Lets go of what nothing can be told of any more. Called by `heartbeat`, after it has read everything.

What is neither declared nor there is gone. What lies in an area that is no longer read is forgotten, not clean: the
audit log says so, and what is declared there is shown as not read for as long as it is declared.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import Final

from setpoint.loop.intended import IntendedState
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import GONE, Recorder
from setpoint.loop.remediate import UNDER_WAY, Remediator
from setpoint.model.snapshot import TELLS_ABSENCE, Area, AreaCoverage, Coverage
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter

ACTOR: Final = "setpoint"


class Forgetter:
    def __init__(
        self, parts: Parts, intended: IntendedState, recorder: Recorder, remediator: Remediator, writer: LedgerWriter
    ) -> None:
        self._parts = parts
        self._intended = intended
        self._recorder = recorder
        self._remediator = remediator
        self._writer = writer

    def forget(self, remembered: Mapping[str, str], seen: Set[Urn], observed: Iterable[AreaCoverage]) -> None:
        """`remembered` is what the beat began with; what was `seen` since is not among what goes."""
        unseen = [Urn(urn) for urn in remembered if urn not in seen]
        self._recorder.forget(self._gone(unseen, Coverage.of(observed)), GONE)
        for area, urns in no_longer_read(unseen, self._parts.observer.areas(self._intended)).items():
            self._forget_area(area, urns)

    def _gone(self, unseen: Iterable[Urn], observed: Coverage) -> list[Urn]:
        """Everything that is neither declared nor, as a wholly read area shows, there."""
        candidates = (urn for urn in unseen if urn not in self._intended)
        return [urn for urn in candidates if observed.extent(Area.of(urn)) in TELLS_ABSENCE]

    def _forget_area(self, area: Area, urns: list[Urn]) -> None:
        reason = f"{area.type} in {area.region} is not read any more: the configuration leaves it out"
        under_way = self._parts.ledger.remediations(scope=self._parts.settings.scope, states=UNDER_WAY)
        with self._recorder.step():
            for remediation in under_way:
                if Area.of(remediation.urn) == area:
                    self._remediator.give_up(remediation, reason)
            self._recorder.forget(urns, reason)
            details = {"entities": len(urns), "reason": reason}
            self._writer.note(ACTOR, "area forgotten", str(area), details, self._parts.clock.now())


def no_longer_read(urns: Iterable[Urn], areas: Iterable[Area]) -> dict[Area, list[Urn]]:
    """Those in areas that are not read, though others of their account are.

    An account of which nothing is read was not taken out of the configuration: the credentials are another's.
    """
    read = frozenset(areas)
    accounts = {(area.partition, area.account) for area in read}
    left: dict[Area, list[Urn]] = {}
    for urn in urns:
        area = Area.of(urn)
        if area not in read and (area.partition, area.account) in accounts:
            left.setdefault(area, []).append(urn)
    return left
