"""`agents:`: how long what agents saw inside of a service holds."""

from __future__ import annotations

from setpoint.decide.inside import InsideSettings
from setpoint.errors import InputError
from setpoint.fields import Fields


def read_agents(fields: Fields) -> InsideSettings:
    usual = InsideSettings()
    settings = InsideSettings(
        close_after=fields.seconds("close_after", usual.close_after),
        close_unused_after=fields.seconds("close_unused_after", usual.close_unused_after),
    )
    fields.done()
    if settings.close_unused_after < settings.close_after:
        raise InputError(
            "agents.close_unused_after is shorter than agents.close_after",
            where=fields.where("close_unused_after"),
            remedy="give it at least the same time: where nobody called the route, less is known",
        )
    return settings
