"""`history:`: how much of the past is kept, to run other policies over it."""

from __future__ import annotations

from setpoint.fields import Fields
from setpoint.loop.settings import HistorySettings


def read_history(fields: Fields) -> HistorySettings:
    settings = HistorySettings(keep=fields.seconds("keep", HistorySettings().keep, least=1.0))
    fields.done()
    return settings
