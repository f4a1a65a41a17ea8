"""How the plan of a scan of a running service is shown: by theme and check, or line by line as one JSON document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from setpoint.cli.dast_left_out import show_left_out
from setpoint.cli.output import Output
from setpoint.model.canonical import Json
from setpoint.model.dast import DastPlan, PlannedRequest
from setpoint.model.wording import counted, span

HEADINGS: Final = ("theme", "check", "operations", "requests", "at most", "as")
FOR_ALL: Final = "all"
"""The theme of what is sent once for all checks, or before them."""
NOBODY: Final = "nobody"


def show_plan(output: Output, plan: DastPlan, themes: Mapping[str, str]) -> None:
    """First, what it cannot tell. `themes`: check → its theme."""
    for remark in plan.remarks:
        output.line(f"note: {remark}")
    output.table(HEADINGS, list(_rows(plan.requests, themes)))
    if plan.requests:
        output.line("")
    show_left_out(output, plan.left_out, "nothing would be sent, or only by checks about it, to")
    lasts = f": {span(plan.seconds)} at {plan.rate:g} requests a second" if plan.rate else ""
    total = counted(plan.about, "request")
    output.line(f"about {total} to {plan.base}, in the profile {plan.profile}{lasts}")
    if plan.at_most > plan.about:
        output.line(f"at most {plan.at_most:,}, where every check follows signs of a fault everywhere")


def plan_document(plan: DastPlan) -> Json:
    return {
        "target": plan.base,
        "profile": str(plan.profile),
        "about": plan.about,
        "at_most": plan.at_most,
        "seconds": round(plan.seconds),
        "requests": [
            {
                "operation": each.operation,
                "check": each.check,
                "caller": each.caller,
                "about": each.about,
                "at_most": each.at_most,
            }
            for each in plan.requests
        ],
        "left_out": dict(plan.left_out),
        "remarks": list(plan.remarks),
    }


def _rows(requests: Sequence[PlannedRequest], themes: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
    """One for each check, in the order in which they are made; what is for all of them first."""
    of_each: dict[str, list[PlannedRequest]] = defaultdict(list)
    for each in sorted(requests, key=lambda each: each.check in themes):
        of_each[each.check].append(each)
    for check, lines in of_each.items():
        yield (
            themes.get(check, FOR_ALL),
            check,
            f"{len({each.operation for each in lines}):,}",
            f"{sum(each.about for each in lines):,}",
            f"{sum(each.at_most for each in lines):,}",
            ", ".join(_callers(lines)),
        )


def _callers(lines: Sequence[PlannedRequest]) -> Sequence[str]:
    """None where it is whoever an operation answers, which only sending can tell."""
    names = dict.fromkeys(each.caller for each in lines)
    return [each or NOBODY for each in names] if any(names) else []
