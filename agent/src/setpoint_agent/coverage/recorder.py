"""Which functions of the application and of what is installed have run in this process.

From Python 3.12 on exactly, by `sys.monitoring`: the interpreter tells of a function once, at its first start, and is
then told not to tell again, so that every later call costs nothing. Before, by looking at what runs now and then: that
can say *seen*, and of the rest only *not seen*.
"""

from __future__ import annotations

import random
import sys
import threading
import time
from types import CodeType, FrameType
from typing import Any, Final

from setpoint_agent.quiet import quietly
from setpoint_agent.stack import Application, library_name

MOST_FUNCTIONS: Final = 100_000
"""Functions kept of one process."""
MOST_REPORTED: Final = 2_000
"""Functions of each kind in one report; what is left goes with the next."""
EXACT, SAMPLED = "exact", "sampled"
BETWEEN_SAMPLES: Final = 0.05
"""Seconds, with jitter: so that work that comes in step with them is seen as well."""
DEEPEST: Final = 60
"""Frames of a thread that a sample looks at."""
TOOL: Final = "setpoint-agent"

_monitoring: Any = getattr(sys, "monitoring", None)


class Coverage:
    """The functions that this process has reached."""

    def __init__(self, application: Application) -> None:
        self._application = application
        self._seen: set[CodeType] = set()
        self._new: list[CodeType] = []
        self._stopped = threading.Event()
        self._tool: int | None = None
        self.mode = EXACT if _monitoring is not None else SAMPLED
        self.own_seconds = 0.0
        """CPU time that sampling took."""

    def start(self) -> None:
        self._stopped.clear()
        if self.mode == EXACT and self._start_exact():
            return
        self.mode = SAMPLED
        threading.Thread(target=self._sample, name="setpoint-agent coverage", daemon=True).start()

    def stop(self) -> None:
        self._stopped.set()
        if self._tool is not None:
            self._stop_exact(self._tool)
            self._tool = None

    def after_fork(self) -> None:
        """In a child: monitoring goes on by itself, a thread does not; what the parent saw is the parent's."""
        self._seen, self._new = set(), []
        if self.mode == EXACT:
            _monitoring.restart_events()
        elif not self._stopped.is_set():
            self._stopped = threading.Event()
            self.start()

    def snapshot_changed(self) -> dict[str, Any]:
        """Functions reached since this was last asked, as reports carry them."""
        rows: dict[str, list[dict[str, Any]]] = {"application": [], "libraries": []}
        later: list[CodeType] = []
        new, self._new = self._new, []
        for code in new:
            kind, file = self._place(code)
            if len(rows[kind]) < MOST_REPORTED:
                rows[kind].append({"file": file, "line": code.co_firstlineno, "function": code.co_qualname})
            else:
                later.append(code)
        self._new = later + self._new
        return {"mode": self.mode, **rows}

    def _place(self, code: CodeType) -> tuple[str, str]:
        own = self._application.short_name(code.co_filename)
        return ("application", own) if own is not None else ("libraries", library_name(code.co_filename) or "")

    def _is_wanted(self, code: CodeType) -> bool:
        file = code.co_filename
        return self._application.short_name(file) is not None or library_name(file) is not None

    def _note(self, code: CodeType) -> None:
        if code not in self._seen and len(self._seen) < MOST_FUNCTIONS:
            self._seen.add(code)
            if self._is_wanted(code):
                self._new.append(code)

    # --- exact -------------------------------------------------------------------------------------------------------

    def _start_exact(self) -> bool:
        for tool in range(6):  # 0 to 5 are there for tools (PEP 669); debuggers and profilers take fixed ones
            if tool in {
                _monitoring.DEBUGGER_ID,
                _monitoring.COVERAGE_ID,
                _monitoring.PROFILER_ID,
                _monitoring.OPTIMIZER_ID,
            }:
                continue
            if _monitoring.get_tool(tool) in {None, TOOL}:
                if _monitoring.get_tool(tool) is None:
                    _monitoring.use_tool_id(tool, TOOL)
                _monitoring.register_callback(tool, _monitoring.events.PY_START, self._started)
                _monitoring.set_events(tool, _monitoring.events.PY_START)
                self._tool = tool
                return True
        return False

    def _started(self, code: CodeType, _: int) -> object:
        self._noted(code)
        return _monitoring.DISABLE

    @quietly
    def _noted(self, code: CodeType) -> None:
        self._note(code)

    def _stop_exact(self, tool: int) -> None:
        _monitoring.set_events(tool, _monitoring.events.NO_EVENTS)
        _monitoring.register_callback(tool, _monitoring.events.PY_START, None)
        _monitoring.free_tool_id(tool)

    # --- sampled -----------------------------------------------------------------------------------------------------

    def _sample(self) -> None:
        stopped = self._stopped
        while not stopped.wait(BETWEEN_SAMPLES * random.uniform(0.5, 1.5)):  # noqa: S311 - jitter
            self._look()
            self.own_seconds = time.thread_time()

    @quietly
    def _look(self) -> None:
        here = threading.get_ident()
        for thread, frame in sys._current_frames().items():
            at: FrameType | None = frame
            depth = 0
            while thread != here and at is not None and depth < DEEPEST:
                self._note(at.f_code)
                at, depth = at.f_back, depth + 1
