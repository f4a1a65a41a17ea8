"""`agents:`: how long what agents saw inside of a service holds."""

from __future__ import annotations

from setpoint.decide.inside import InsideSettings
from setpoint.fields import Fields


def read_agents(fields: Fields) -> InsideSettings:
    settings = InsideSettings(close_after=fields.seconds("close_after", InsideSettings().close_after))
    fields.done()
    return settings
