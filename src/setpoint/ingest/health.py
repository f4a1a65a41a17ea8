"""How the ingest process is: for `GET /health`, and for its supervisor."""

from __future__ import annotations

from dataclasses import dataclass

from setpoint.errors import LakeError
from setpoint.ingest.deriving import Deriving
from setpoint.ingest.filling import Filling
from setpoint.ingest.lake_door import LakeDoor
from setpoint.model.health import Health
from setpoint.store.interface import Journal


@dataclass(frozen=True, slots=True)
class IngestHealth:
    journal: Journal
    lake: LakeDoor
    filling: Filling
    deriving: Deriving

    def takes_events(self) -> bool:
        """False once they could not be written, until they can be again."""
        return not self.journal.trouble()

    def report(self) -> Health:
        size, taken = self.journal.size(), self.filling.taken
        measures = {
            "first_offset": size.first_offset,
            "last_offset": size.last_offset,
            "taken_offset": taken,
            "lag": max(0, size.last_offset - taken),
            "derived_offset": self.deriving.looked,
            "derived_lag": max(0, size.last_offset - self.deriving.looked),
            "derived_waiting_s": round(self.deriving.waiting, 1),
            "bytes": size.bytes,
            "duplicates": size.duplicates,
            "cut_bytes": size.cut,
        }
        failures = filter(None, (self.journal.trouble(), self.filling.failure, self.deriving.failure))
        return Health(measures, (*failures, *self.journal.damage(), *self._lake_damage()))

    def _lake_damage(self) -> tuple[str, ...]:
        try:
            return tuple(self.lake.use().damage())
        except LakeError:
            return ()  # why it is shut, `filling` says
