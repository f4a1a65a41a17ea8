"""`waivers:`: differences that are expected, and problems that somebody answers for, kept with the configuration."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

from setpoint.fields import Fields
from setpoint.model.waiver import Waiver
from setpoint.model.waiver import check as check_waiver


def read_waivers(fields: Fields) -> tuple[Waiver, ...]:
    return tuple(_waiver(each) for each in fields.sections("waivers"))


def _waiver(fields: Fields) -> Waiver:
    waiver = Waiver(
        id=fields.where(),
        scope=fields.text("urn"),
        policy=fields.text("policy", "*"),
        path=fields.text("path", "*"),
        reason=fields.text("reason"),
        owner=fields.text("owner"),
        ticket=fields.text("ticket") if fields.has("ticket") else "",
        created_at=_day(fields, "since"),
        expires_at=_day(fields, "until"),
    )
    check_waiver(waiver, where=fields.where())
    fields.done()
    return waiver


def _day(fields: Fields, key: str) -> datetime:
    """The start of a day, in UTC."""
    try:
        return datetime.combine(date.fromisoformat(fields.text(key)), time(), UTC)
    except ValueError as error:
        raise fields.wrong(key, "a day such as 2026-05-31") from error
