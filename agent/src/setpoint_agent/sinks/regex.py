"""Regular expressions that input has a part in: a pattern of an attacker's choice can take for ever to fail."""

from __future__ import annotations

from collections.abc import Callable
from types import FrameType
from typing import Any, Final

from setpoint_agent.catalogue import REGEX_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.memory import Seen
from setpoint_agent.patching.interface import Patch, Wrap
from setpoint_agent.quiet import quietly
from setpoint_agent.reading.source import COMPREHENSIONS
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.interface import Sink
from setpoint_agent.sinks.wrapping import examining

_MODULES: Final = frozenset({"re", "regex.regex", "regex._main"})
MOST_PATTERNS: Final = 256
"""Patterns of one scanner."""
_held: Final = Seen(most=2_048)
"""Patterns that are constants of the code which uses them, or are a library's own: nearly all are, and some are used
very often."""


def _compiling(name: str) -> Wrap:
    """The wrapper of the function `_compile(pattern, …)` behind all functions of a module."""
    sink = _sink(name)

    def wrap(original: Callable[..., Any]) -> Callable[..., Any]:
        def compiling(pattern: Any, *arguments: Any, **keywords: Any) -> Any:
            if current.get() is not None and not _held.holds("", pattern):
                _look_at(sink, pattern)
            return original(pattern, *arguments, **keywords)

        return compiling

    return wrap


@quietly
def _look_at(sink: Sink, pattern: Any, /) -> None:
    """Patterns of libraries are their own, whatever they are made of; so are those that the application wrote down."""
    if not isinstance(pattern, str | bytes):
        return
    frame = application_caller(_MODULES)
    if frame is None or _is_written_down(pattern, frame):
        _held.add("", pattern)
    else:
        examine(sink, pattern)


def _is_written_down(pattern: str | bytes, frame: FrameType) -> bool:
    """Whether the very object is a constant of the calling function, or of its module by a name that it uses."""
    while frame.f_code.co_name in COMPREHENSIONS and frame.f_back is not None:
        frame = frame.f_back  # its constants are those of the function that it stands in
    code = frame.f_code
    if any(pattern is each for each in code.co_consts):
        return True
    return any(pattern is frame.f_globals.get(each) for each in code.co_names)


def _scanning(original: Callable[..., None]) -> Callable[..., None]:
    """`re.Scanner([(pattern, action), …])`, which compiles its patterns by itself."""
    sink = _sink("re.Scanner")

    def __init__(self: Any, lexicon: Any, flags: Any = 0) -> None:  # noqa: N807 - it is that method
        if current.get() is not None and isinstance(lexicon, list | tuple):
            for each in lexicon[:MOST_PATTERNS]:
                _look_at(sink, each[0] if isinstance(each, list | tuple) and each else each)
        original(self, lexicon, flags)

    return __init__


def _sink(name: str) -> Sink:
    return Sink(REGEX_INJECTION, name, "regex", safe_after=frozenset({"regex"}))


PATCHES: Final = (
    # What all functions of the module call (CPython 3.11 and 3.13), also those that others imported by name before.
    Patch("re", "_compile", _compiling("re.compile")),
    Patch("re", "Scanner.__init__", _scanning),
    Patch("regex.regex", "_compile", _compiling("regex.compile")),
    Patch("regex._main", "_compile", _compiling("regex.compile")),
    # Patterns that a database is handed to match with.
    Patch("django.db.models.lookups", "Regex.__init__", examining(_sink("django.db.models.lookups.Regex"), 2, "rhs")),
    *(
        Patch(
            "sqlalchemy.sql.operators", f"ColumnOperators.{name}", examining(_sink(f"sqlalchemy.{name}"), 1, "pattern")
        )
        for name in ("regexp_match", "regexp_replace")
    ),
)
