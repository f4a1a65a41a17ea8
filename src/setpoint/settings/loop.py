"""`loop:`, `remediation:`, `mode`, `scope` and `owner_tag`: the heartbeat, and what holds its remediation back."""

from __future__ import annotations

from dataclasses import replace
from datetime import time

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.loop.restraint import DAYS, Freeze
from setpoint.loop.settings import LoopSettings
from setpoint.model.remediation import Mode


def read_loop(fields: Fields) -> LoopSettings:
    loop = fields.section("loop")
    settings = LoopSettings(
        scope=fields.text("scope", "default"),
        mode=fields.choice("mode", Mode, Mode.AUDIT),
        interval=loop.seconds("interval", 60.0, least=0.1),
        full_scan_every=loop.seconds("full_scan_every", 0.0),
        verify_for=loop.seconds("verify_for", 120.0, least=0.1),
        retry_after=loop.seconds("retry_after", 1.0, least=0.01),
        stale_after=loop.seconds("stale_after", 86400.0, least=1.0),
        owner_tag=fields.text("owner_tag", "service"),
    )
    if settings.full_scan_every > settings.stale_after:
        raise loop.wrong("full_scan_every", f"a duration of at most stale_after, {settings.stale_after:g} s,")
    loop.done()
    return _remediation(fields.section("remediation"), settings)


def _remediation(fields: Fields, loop: LoopSettings) -> LoopSettings:
    limits, guard = fields.section("limits"), fields.section("guard")
    settings = replace(
        loop,
        limit_per_beat=int(limits.number("per_beat", loop.limit_per_beat, least=1)),
        limit_per_service=int(limits.number("per_service", loop.limit_per_service, least=1)),
        limit_percent=limits.number("percent", loop.limit_percent, most=100),
        guard_times=int(guard.number("times", loop.guard_times, least=2)),
        guard_window=guard.seconds("within", loop.guard_window, least=1.0),
        approve_within=fields.seconds("approve_within", loop.approve_within, least=1.0),
        freezes=tuple(_freeze(each) for each in fields.sections("freeze")),
    )
    for each in (limits, guard, fields):
        each.done()
    return settings


def _freeze(fields: Fields) -> Freeze:
    days = fields.texts("days")
    unknown = next((day for day in days if day not in DAYS), None)
    if unknown is not None:
        raise InputError(f"{unknown!r} is no day", where=fields.where("days"), remedy=did_you_mean(unknown, DAYS))
    freeze = Freeze(fields.text("name"), frozenset(days), _time(fields, "from"), _time(fields, "to"))
    fields.done()
    return freeze


def _time(fields: Fields, key: str) -> time:
    """`HH:MM` in UTC; `24:00` is the end of the day."""
    text = fields.text(key)
    if text == "24:00":
        return time.max
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise fields.wrong(key, "a time such as 22:30, in UTC and in quotes,") from error
