"""How what learns asks the target. Given by `seeding`, taken by `learning` and its parts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Operation


class Asks(Protocol):
    """How the target is asked: `seeding.Seeds`."""

    def baseline(self, operation: Operation, caller: Caller) -> Exchange | None:
        """Once, and kept."""

    def forget(self, operation: Operation, caller: Caller) -> None:
        """What it answered is no longer how it is: the next one asks again."""

    def create(self, operation: Operation, caller: Caller, above: Mapping[str, Json], *, attempt: int) -> Exchange: ...

    def get(self, url: str, caller: Caller) -> Exchange:
        """A page, as it is now."""
