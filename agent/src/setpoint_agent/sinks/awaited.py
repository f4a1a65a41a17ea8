"""Evidence about a response that counts once the response is sent as it was when it was found.

A header may be deleted or set anew after it was set, a cookie be made safe, a response be dropped for another one. What
`sinks.headers` and `sinks.cookies` find is kept with its request until the head of the answer is handed over.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from setpoint_agent.evidence import Evidence
from setpoint_agent.examination import Record, record
from setpoint_agent.quiet import quietly
from setpoint_agent.request import Request
from setpoint_agent.sources.answers import Headers

MOST: Final = 64
"""Pieces of evidence of one request that are kept; more are reported at once."""

Holds = Callable[[Headers], bool]
"""Whether it is still so, by the headers that are sent."""


def if_sent(request: Request, holds: Holds) -> Record:
    """Where evidence goes that counts if `holds` says so of what `request` is answered with."""

    def keep(evidence: Evidence) -> None:
        if _settle not in request.at_head:
            request.at_head = (*request.at_head, _settle)
        if len(request.awaited) < MOST:
            request.awaited.append((holds, evidence))
        else:
            record(evidence)

    return keep


@quietly
def _settle(request: Request, headers: Headers, /) -> None:
    kept = list(request.awaited)
    request.awaited.clear()
    for holds, evidence in kept:
        if holds(headers):
            record(evidence)
