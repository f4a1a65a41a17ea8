"""Log lines that hold a value as it came: a line break in it writes lines that nobody logged.

Looked at when a record is handed to a logger's handlers, and by which line of the application; also where today's level
drops it, since that is a matter of configuration (`debug` lines, which nobody runs with, only if they are on). Servers'
access logs and what libraries log is their own.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePath
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

from setpoint_agent.catalogue import LOG_INJECTION
from setpoint_agent.examination import examine
from setpoint_agent.memory import Seen
from setpoint_agent.patching.interface import Patch
from setpoint_agent.quiet import quietly
from setpoint_agent.request import current
from setpoint_agent.sinks.callers import application_caller
from setpoint_agent.sinks.interface import Sink

if TYPE_CHECKING:
    import logging  # which the application imports, or nothing is watched

INFO: Final = 20
"""`logging.INFO`."""
LINE: Final = Sink(LOG_INJECTION, "logging.Logger", "log", safe_after=frozenset({"log", "url"}))

_THROUGH: Final = frozenset({"logging"})
_written_down: Final = Seen(most=1_024)
"""Messages that are constants of the code which logs them: most lines hold nothing else, or numbers."""
_QUOTED: Final = re.compile(r"%(\(\w+\))?[-#0 +]*(?:\*|\d+)?(?:\.(?:\*|\d+))?[ra]")
"""`%r` and `%a` escape line breaks: what they show is left out."""
_PLAIN: Final = (str, int, float, bool, type(None))
"""Of these exactly, formatting runs no code of the application and costs next to nothing."""


def _handled(original: Callable[..., None]) -> Callable[..., None]:
    """`Logger.handle(record)`."""

    def handle(logger: logging.Logger, record: logging.LogRecord) -> None:
        if current.get() is not None:
            _look_at_line(logger, record.msg, record.args)
        original(logger, record)

    return handle


def _asked(original: Callable[..., bool]) -> Callable[..., bool]:
    """`Logger.isEnabledFor(level)`, which every function of a logger asks first."""

    def isEnabledFor(logger: logging.Logger, level: int) -> bool:  # noqa: N802 - as it is named
        enabled = original(logger, level)
        if not enabled and current.get() is not None:
            _look_at_dropped(logger, level, sys._getframe(1))
        return enabled

    return isEnabledFor


@quietly
def _look_at_dropped(logger: logging.Logger, level: int, asking: FrameType) -> None:
    if level >= INFO and asking.f_globals.get("__name__") in _THROUGH:
        given = asking.f_locals
        _look_at_line(logger, given.get("msg"), given.get("args", ()))


@quietly
def _look_at_line(logger: logging.Logger, message: Any, arguments: Any) -> None:
    if _written_down.holds("", message) and not _holds_text(arguments):
        return
    caller = application_caller(_THROUGH)
    if caller is not None and any(message is each for each in caller.f_code.co_consts):
        _written_down.add("", message)
    if caller is not None and not _all_escape(logger):
        examine(LINE, _formatted(message, arguments))


def _holds_text(arguments: Any) -> bool:
    """Whether a text, or something that may hold one, is to be put into the message."""
    return any(type(each) not in {int, float, bool} for each in arguments) if arguments else False


def _formatted(message: Any, arguments: Any) -> str:
    """The line without what its format quotes; the application's own objects are not asked for their text."""
    if not isinstance(message, str):
        return ""
    if not arguments:
        return message
    if isinstance(arguments, tuple) and len(arguments) == 1 and isinstance(arguments[0], Mapping):
        arguments = arguments[0]
    if isinstance(arguments, Mapping) and "%(" not in message:
        return message  # a mapping as a whole is shown by the `repr` of what is in it
    template = _QUOTED.sub(lambda match: f"%{match[1] or ''}.0s", message)
    try:
        return str(template % _plain(arguments))
    except (TypeError, ValueError, KeyError):
        return ""


def _plain(arguments: Any) -> Any:
    if isinstance(arguments, Mapping):
        return {name: _shown(each) for name, each in arguments.items()}
    return tuple(_shown(each) for each in arguments)


def _shown(argument: Any) -> Any:
    if type(argument) in _PLAIN:
        return argument
    if isinstance(argument, str):
        return str.__str__(argument)
    if isinstance(argument, BaseException) and type(argument).__str__ is BaseException.__str__:
        return _shown(argument.args[0]) if len(argument.args) == 1 else ""  # several are shown by their `repr`
    return str(argument) if isinstance(argument, PurePath) else ""


def _all_escape(logger: logging.Logger) -> bool:
    """Whether every handler writes JSON, in which a line break cannot stand."""
    formatters = [each.formatter for each in _handlers(logger)]
    return bool(formatters) and all("json" in type(each).__name__.lower() for each in formatters)


def _handlers(logger: logging.Logger | None) -> Iterator[logging.Handler]:
    while logger is not None:
        yield from logger.handlers
        logger = logger.parent if logger.propagate else None


PATCHES: Final = (
    Patch("logging", "Logger.handle", _handled),
    Patch("logging", "Logger.isEnabledFor", _asked),
)
