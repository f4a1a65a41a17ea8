"""Every function that runs, from Python 3.12 on, by `sys.monitoring` (PEP 669).

The interpreter tells of a function once, at its first start, and is then told not to tell again, so that every later
call costs nothing. Debuggers, coverage.py and profilers have tool ids of their own, and notice none of this.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import CodeType
from typing import Any, Final

TOOL: Final = "setpoint-agent"
MODULE: Final = "<module>"
"""The code of a file, which runs when it is loaded."""
PROGRAM: Final = "__main__"
"""What a file is called in itself while it runs as the program: so it runs what it keeps for that."""
OURS: Final = (3, 4)
"""Ids that nobody is promised: PEP 669 gives 0, 1, 2 and 5 to debuggers, coverage, profilers and optimisers."""

_monitoring: Any = getattr(sys, "monitoring", None)


class ExactWatch:
    """The interpreter's own announcements."""

    cpu_seconds = 0.0

    def __init__(self, meet: Callable[[CodeType], None], meet_program: Callable[[str], None]) -> None:
        """`meet_program` is told the file of what runs as the program."""
        self._meet = meet
        self._meet_program = meet_program
        self._tool: int | None = None

    def start(self) -> bool:
        if _monitoring is None:
            return False
        self._tool = next((each for each in OURS if _claimed(each)), None)
        if self._tool is None:
            return False
        event = _monitoring.events.PY_START
        _monitoring.register_callback(self._tool, event, self._started())
        _monitoring.set_events(self._tool, event)
        return True

    def stop(self) -> None:
        if self._tool is not None:
            _monitoring.set_events(self._tool, _monitoring.events.NO_EVENTS)
            _monitoring.register_callback(self._tool, _monitoring.events.PY_START, None)
            _monitoring.free_tool_id(self._tool)
            self._tool = None

    def before_fork(self) -> None:
        """There is no thread to end."""

    def after_fork(self, *, in_child: bool) -> None:
        """It goes on by itself, in the parent and in the child."""

    def _started(self) -> Callable[[CodeType, int], object]:
        """What the interpreter calls; an error of it would be the application's, so it does next to nothing."""
        meet, meet_program, done = self._meet, self._meet_program, _monitoring.DISABLE

        def started(code: CodeType, _instruction: int) -> object:
            meet(code)
            if code.co_name == MODULE and sys._getframe(1).f_globals.get("__name__") == PROGRAM:
                meet_program(code.co_filename)
            return done

        return started


def _claimed(tool: int) -> bool:
    try:
        _monitoring.use_tool_id(tool, TOOL)
    except ValueError:  # somebody has it
        return False
    return True
