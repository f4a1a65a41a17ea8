"""Which functions of the application and of what is installed have run in this process, for reports.

Watchers (`exact`, `sampled`) only hand over code objects as they meet them; what these are is found out here, in the
background, when a report is made.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator
from inspect import CO_OPTIMIZED
from types import CodeType
from typing import Any, Final, Protocol

from setpoint_agent.coverage.exact import MODULE, PROGRAM, ExactWatch
from setpoint_agent.coverage.sampled import SampledWatch
from setpoint_agent.quiet import quietly
from setpoint_agent.room import LONGEST_FILE, Room, cut
from setpoint_agent.stack import Application, library_name

MOST_WAITING: Final = 100_000
"""Code objects that wait to be looked at: what a large service runs for the first time between two reports."""
MOST_FUNCTIONS: Final = 100_000
"""Functions told of one process."""
MOST_REPORTED: Final = 5_000
"""Functions of each kind in one report; what is left goes with the next."""
EXACT, SAMPLED = "exact", "sampled"
MOST_PROGRAMS: Final = 1_000
"""Files that ran as the program between two reports: one, but in what runs others within itself."""
AS_PROGRAM: Final = "<main>"
"""Stands for what a file keeps for when it is the program, under `if __name__ == "__main__":`."""


class Watch(Protocol):
    """Hands over code that runs, from its start to its stop."""

    @property
    def cpu_seconds(self) -> float:
        """Of a thread of its own."""
        ...

    def start(self) -> bool:
        """Whether it can watch here."""
        ...

    def stop(self) -> None: ...

    def before_fork(self) -> None: ...

    def after_fork(self, *, in_child: bool) -> None: ...


class Coverage:
    """The functions that this process has reached."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._met: deque[CodeType] = deque(maxlen=MOST_WAITING)
        self._programs: deque[str] = deque(maxlen=MOST_PROGRAMS)
        self._known: set[int] = set()
        self._begin_telling()
        self._watch: Watch | None = None
        self.mode = SAMPLED
        """`exact`, or `sampled`, which can say only *seen* or *not seen*."""

    def _begin_telling(self) -> None:
        self._untold: dict[bool, deque[dict[str, Any]]] = {True: deque(), False: deque()}
        self._defined: deque[dict[str, Any]] = deque(maxlen=MOST_FUNCTIONS)

    @property
    def cpu_seconds(self) -> float:
        return self._watch.cpu_seconds if self._watch is not None else 0.0

    def start(self) -> None:
        watches: tuple[tuple[str, Watch], ...] = (
            (EXACT, ExactWatch(self._met.append, self._programs.append)),
            (SAMPLED, SampledWatch(self._met.append)),
        )
        for mode, watch in watches:
            if quietly(watch.start)():
                self.mode, self._watch = mode, watch
                self._note_program_that_runs()
                return

    def stop(self) -> None:
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.stop()

    def before_fork(self) -> None:
        if self._watch is not None:
            self._watch.before_fork()

    def after_fork(self, *, in_child: bool) -> None:
        """What the parent reached is told by the parent: a child tells what was new in itself."""
        if in_child:
            self._met.clear()
            self._begin_telling()
        if self._watch is not None:
            self._watch.after_fork(in_child=in_child)

    def take_changed(self, octets: int) -> dict[str, Any]:
        """Functions reached since they were last taken, as reports carry them; for the agent's own thread."""
        self._look_at_met()
        return {
            "mode": self.mode,
            "application": _take(self._untold[True], Room(rows=MOST_REPORTED, octets=octets // 3)),
            "libraries": _take(self._untold[False], Room(rows=MOST_REPORTED, octets=octets // 3)),
            "defined": _take(self._defined, Room(rows=MOST_REPORTED, octets=octets // 3)),
        }

    def _note_program_that_runs(self) -> None:
        """It may have begun before anything was watched."""
        file = getattr(sys.modules.get(PROGRAM), "__file__", None)
        if isinstance(file, str):
            self._programs.append(file)

    def _look_at_met(self) -> None:
        if len(self._met) == MOST_WAITING or len(self._programs) == MOST_PROGRAMS:
            self.mode = SAMPLED  # some may have been dropped
        for _ in range(len(self._programs)):
            own = self._application.short_name(self._programs.popleft())
            if own is not None and self.mode == EXACT:
                self._untold[True].append(_as_program(own))
        for _ in range(len(self._met)):
            code = self._met.popleft()
            own = self._application.short_name(code.co_filename)
            file = own if own is not None else library_name(code.co_filename)
            if file is not None:
                self._note(code, file, of_application=own is not None)

    def _note(self, code: CodeType, file: str, *, of_application: bool) -> None:
        # A number instead of the code itself: code that was made at run time must be free to go.
        key = hash((file, code.co_firstlineno, code.co_qualname))
        if key in self._known:
            return
        if len(self._known) >= MOST_FUNCTIONS:
            self.mode = SAMPLED  # from now on, what is not told may have run
            return
        self._known.add(key)
        self._untold[of_application].append(_row(code, file))
        if of_application and self.mode == EXACT and code.co_name == MODULE:
            self._defined.extend(_row(each, file) for each in functions_in(code))
            self._defined.append(_as_program(file))


def functions_in(code: CodeType) -> Iterator[CodeType]:
    """Those that this code defines, at any depth; without classes, and what has no name of its own."""
    waiting = [code]
    while waiting:
        for each in waiting.pop().co_consts:
            if isinstance(each, CodeType):
                waiting.append(each)
                if each.co_flags & CO_OPTIMIZED and not each.co_name.startswith("<"):
                    yield each


def _row(code: CodeType, file: str) -> dict[str, Any]:
    return {"file": cut(file, LONGEST_FILE), "line": code.co_firstlineno, "function": cut(code.co_qualname)}


def _as_program(file: str) -> dict[str, Any]:
    return {"file": cut(file, LONGEST_FILE), "line": 1, "function": AS_PROGRAM}


def _take(untold: deque[dict[str, Any]], room: Room) -> list[dict[str, Any]]:
    taken = []
    while untold and room.takes(untold[0]):
        taken.append(untold.popleft())
    return taken
