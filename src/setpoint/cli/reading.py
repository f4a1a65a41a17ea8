"""What reading production takes, for `setpoint doctor`: types, calls, time and money."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.observe.aws.workload import Workload
from setpoint.settings import Settings

MONTH: Final = 30 * 86400.0


def reading(work: Sequence[Workload], settings: Settings) -> Json:
    """As JSON."""
    calls = sum(each.calls for each in work)
    return {
        "types": [
            {
                "type": each.type,
                "through": each.through,
                "because": each.because,
                "declared": each.declared,
                "calls": each.calls,
            }
            for each in work
        ],
        "calls_of_a_full_scan": calls,
        "calls_of_one_look": max((each.calls_each for each in work), default=0),
        "full_scan_every_s": _every(settings),
        "calls_per_second": settings.aws.calls_per_second,
        "seconds_of_a_full_scan": round(calls / settings.aws.calls_per_second, 1),
        "dollars_a_month": round(_dollars_a_month(work, settings), 2),
    }


def show_reading(output: Output, work: Sequence[Workload], settings: Settings) -> None:
    """As a table and two lines."""
    output.table(
        ("type", "read through", "because", "declared", "calls of a full scan"),
        [(each.type, each.through, each.because, each.declared, each.calls) for each in work],
    )
    calls, rate = sum(each.calls for each in work), settings.aws.calls_per_second
    output.line(
        f"a full scan every {_every(settings):g} s takes at least {calls:,} calls, {calls / rate:.1f} s at the "
        f"{rate:g} calls a second that aws.calls_per_second allows; a look at one entity takes about "
        f"{max((each.calls_each for each in work), default=0)}"
    )
    output.line(
        f"AWS charges about {_dollars_a_month(work, settings):.2f} US dollars a month for them; Cloud Control and most "
        "services charge nothing for being read"
    )


def _every(settings: Settings) -> float:
    return max(settings.loop.interval, settings.loop.full_scan_every)


def _dollars_a_month(work: Sequence[Workload], settings: Settings) -> float:
    return sum(each.dollars for each in work) * MONTH / _every(settings)
