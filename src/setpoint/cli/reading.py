"""What reading production takes, for `setpoint doctor`: types, calls, time and money."""

from __future__ import annotations

from typing import Final

from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.examination import Examination

MONTH: Final = 30 * 86400.0


def reading(found: Examination) -> Json:
    """As JSON."""
    calls = _calls(found)
    return {
        "types": [
            {
                "type": each.type,
                "through": each.through,
                "because": each.because,
                "declared": each.declared,
                "calls": each.calls,
            }
            for each in found.work
        ],
        "calls_of_a_full_scan": calls,
        "calls_of_one_look": _calls_of_one_look(found),
        "full_scan_every_s": found.full_scan_every,
        "calls_per_second": found.calls_per_second,
        "seconds_of_a_full_scan": round(calls / found.calls_per_second, 1),
        "dollars_a_month": round(_dollars_a_month(found), 2),
    }


def show_reading(output: Output, found: Examination) -> None:
    """As a table and two lines."""
    output.table(
        ("type", "read through", "because", "declared", "calls of a full scan"),
        [(each.type, each.through, each.because, each.declared, each.calls) for each in found.work],
    )
    calls, rate = _calls(found), found.calls_per_second
    output.line(
        f"a full scan every {found.full_scan_every:g} s takes at least {calls:,} calls, {calls / rate:.1f} s at the "
        f"{rate:g} calls a second that aws.calls_per_second allows; a look at one entity takes about "
        f"{_calls_of_one_look(found)}"
    )
    output.line(
        f"AWS charges about {_dollars_a_month(found):.2f} US dollars a month for them; Cloud Control and most "
        "services charge nothing for being read"
    )


def _calls(found: Examination) -> int:
    return sum(each.calls for each in found.work)


def _calls_of_one_look(found: Examination) -> int:
    return max((each.calls_each for each in found.work), default=0)


def _dollars_a_month(found: Examination) -> float:
    return sum(each.dollars for each in found.work) * MONTH / found.full_scan_every
