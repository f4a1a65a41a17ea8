"""What keeps a known difference from counting: waivers that somebody answers for, and values accepted in a baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from setpoint.model.canonical import Json, digest
from setpoint.model.waiver import Waiver

BASELINE = "baseline"
"""Stands for the baseline where the id of a waiver would."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """Values that nobody declared and that were accepted as they are, kept in git."""

    accepted: Mapping[str, Mapping[str, Json]] = field(default_factory=dict)
    """URN → path → value."""

    def accepts(self, urn: str, path: str, value: Json) -> bool:
        """Whether this very value was accepted there; any other is as undeclared as before."""
        values = self.accepted.get(urn)
        return values is not None and path in values and digest(values[path]) == digest(value)

    def bearing(self, urn: str) -> str:
        """Changes with whatever was accepted of an entity; empty where nothing was."""
        values = self.accepted.get(urn)
        return digest(values) if values else ""


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What holds for one entity at one moment."""

    waivers: Sequence[Waiver] = ()
    """Those that are active and about it."""
    baseline: Baseline = field(default_factory=Baseline)

    @classmethod
    def at(cls, now: datetime, urn: str, waivers: Sequence[Waiver], baseline: Baseline) -> Exceptions:
        return cls([each for each in waivers if each.is_active(now) and each.is_about(urn)], baseline)

    def bearing(self, urn: str) -> str:
        """Changes when another conclusion about the entity might follow; empty where nothing bears on it."""
        waived = ",".join(each.id for each in self.waivers)
        accepted = self.baseline.bearing(urn)
        return f"{waived};{accepted}" if waived or accepted else ""

    def excuse(self, urn: str, rule: str, path: str, value: Json) -> str:
        """The waiver's id, or BASELINE, that keeps a problem from counting; empty where none does."""
        if rule == "drift/undeclared" and self.baseline.accepts(urn, path, value):
            return BASELINE
        return next((each.id for each in self.waivers if each.covers(urn, rule, path)), "")


NO_EXCEPTIONS = Exceptions()
