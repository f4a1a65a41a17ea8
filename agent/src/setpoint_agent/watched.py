"""How often what lines of the application had a sink called with held nothing of the request that matters there.

A control plane lets a scanner's suspicion sink by it: the call was made, and looked at, thousands of times. Counted by
`examination` for each look in vain, which `looks` keeps rare, and for every function on the way to the sink, since a
statement is often made in one and executed by another; told by `reporting`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from setpoint_agent.catalogue import Kind
from setpoint_agent.evidence import Frame
from setpoint_agent.request import COOKIE, COOKIE_NAME, HEADER, HEADER_NAME, Value
from setpoint_agent.room import LONGEST_FILE, Room, cut

MOST_CALLERS: Final = 4_000
"""Lines of which looks are counted; what more there are is not told to be quiet."""
GROWN: Final = 2
"""A count is told again once it is so many times what was told: nobody needs it more exactly."""

_OF_EVERY_REQUEST: Final = frozenset({HEADER, HEADER_NAME, COOKIE, COOKIE_NAME})
"""Parts that come without anybody's having asked for anything: that none of them was there says little."""

_Caller = tuple[str, int, str, int]
"""File, line, function, and the CWE of the sink."""


class Watched:
    """All such lines of this process. Threads may lose one another's counts: a look more or less."""

    def __init__(self) -> None:
        self.begin_anew()

    def begin_anew(self) -> None:
        """At the start of a boot: a child counts its own."""
        self._counts: dict[_Caller, int] = {}
        self._told: dict[_Caller, int] = {}

    def note(self, callers: Iterable[Frame], kind: Kind, calls: int = 1) -> None:
        """What was handed over on this way was looked at in vain; `calls`: for how many of them that stands."""
        for each in callers:
            key = (each.file, each.line, each.function, kind.cwe)
            count = self._counts.get(key, 0)
            if count or len(self._counts) < MOST_CALLERS:
                self._counts[key] = count + calls

    def take_changed(self, room: Room) -> list[dict[str, Any]]:
        """Those whose counts have grown much since they were last taken; for the agent's own thread."""
        taken = []
        for key, count in self._counts.copy().items():
            if count < GROWN * self._told.get(key, 0):
                continue
            file, line, function, cwe = key
            row = {"file": cut(file, LONGEST_FILE), "line": line, "function": cut(function), "cwe": cwe, "count": count}
            if not room.takes(row):
                break
            self._told[key] = count
            taken.append(row)
        return taken


def brings_something(values: list[Value]) -> bool:
    """Whether a request has more than every request has."""
    return any(each.part not in _OF_EVERY_REQUEST for each in values)


watched: Final = Watched()
"""The process's own."""
