"""`inventory:`: for how long an instance counts as there."""

from __future__ import annotations

from setpoint.fields import Fields
from setpoint.loop.settings import LoopSettings


def read_inventory(fields: Fields) -> float:
    """Seconds after which an instance that nobody sees any more is forgotten."""
    seconds = fields.seconds("forget_instances_after", LoopSettings().forget_instances_after, least=60.0)
    fields.done()
    return seconds
