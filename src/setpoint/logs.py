"""The one way to log: structured lines on the error stream, readable in a terminal, JSON everywhere else.

`setpoint up` configures it in each process. What libraries log comes out in the same form. No secret does: what looks
like one is taken out of every line, tracebacks included.
"""

from __future__ import annotations

import json
import logging
import math
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from types import TracebackType
from typing import Any, Final, TextIO

import structlog
from structlog.stdlib import BoundLogger, ProcessorFormatter
from structlog.typing import EventDict, Processor

from setpoint.model.canonical import Json
from setpoint.telemetry.interface import Fact, Span, Telemetry

REDACTED: Final = "[redacted]"
DEEPEST: Final = 6
"""Levels of a value that are logged; what is below is left out."""

_SECRET_NAMES: Final = re.compile(
    r"token|secret|passw|passphrase|authorization|cookie|credential|(api|access|private|signing|wrapping)_?key",
    re.IGNORECASE,
)
_SECRETS: Final = (
    (re.compile(r"\bsp_[\w.-]{6,}"), f"sp_{REDACTED}"),
    (re.compile(r"\b(bearer|basic|digest|negotiate) +[\w+/=.~-]{6,}", re.IGNORECASE), rf"\1 {REDACTED}"),
    (re.compile(r"\b(authorization|cookie)\b([\"']?\s*[:=,]\s*)[^\r\n]+", re.IGNORECASE), rf"\1\2{REDACTED}"),
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), REDACTED),
    (re.compile(r"(://[^/\s:@]*:)[^/\s@]+@"), rf"\1{REDACTED}@"),
)  # fmt: skip
"""Our tokens; a header's credentials (RFC 9110, 11.4), with its name or without; JSON Web Tokens; passwords in URLs."""

_CONTROL: Final = {code: f"\\x{code:02x}" for code in (*range(32), *range(127, 160)) if code not in (9, 10)}
"""A terminal obeys these; what is logged comes from outside, too."""

_context: dict[str, Json] = {}
"""On every line of this process, whichever thread it comes from: structlog's context variables are of one thread."""


class LogLevel(StrEnum):
    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


def logger(name: str = "setpoint") -> BoundLogger:
    """`logger(__name__).warning("what happened", more=…)`: a fixed sentence, and what differs as values."""
    bound: BoundLogger = structlog.stdlib.get_logger(name)
    return bound


def configure_logs(level: LogLevel, *, stream: TextIO | None = None, **context: Json) -> None:
    """For the whole process, once; `context` is on every line: which process it is, and on which scope it works.

    Libraries are heard from `warning` on, and at `debug` altogether: what they call `info` is about themselves.
    """
    stream = stream or sys.stderr
    _context.clear()
    _context.update(context)
    pretty = stream.isatty()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            processors=[
                ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_secrets,
                _terminal if pretty else _json,
            ],
            foreign_pre_chain=_PREPARE,
        )
    )
    libraries = level if level in {LogLevel.DEBUG, LogLevel.ERROR} else LogLevel.WARNING
    logging.basicConfig(handlers=[handler], level=libraries.upper(), force=True)
    logging.getLogger("setpoint").setLevel(level.upper())
    logging.captureWarnings(capture=True)
    sys.excepthook = _crashed
    threading.excepthook = _thread_crashed


@contextmanager
def during(**context: Json) -> Iterator[None]:
    """On every line of this process meanwhile; for what the process does one at a time (a heartbeat)."""
    _context.update(context)
    try:
        yield
    finally:
        for name in context:
            _context.pop(name, None)


def _add_context(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {**_context, **event}


_PREPARE: Final[list[Processor]] = [
    structlog.contextvars.merge_contextvars,
    _add_context,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]

# At once, so that a line that comes before `configure_logs`, or without it, never goes to standard output.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.stdlib.PositionalArgumentsFormatter(),
        *_PREPARE,
        ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=BoundLogger,
    cache_logger_on_first_use=True,
)


def _without_secrets(_logger: object, _method: str, event: EventDict) -> EventDict:
    return {name: REDACTED if _SECRET_NAMES.search(name) else _safe(value) for name, value in event.items()}


def _safe(value: Any, depth: int = 0) -> Json:
    """As JSON without secrets."""
    if value is None or isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if depth == DEEPEST:
        return "…"
    if isinstance(value, Mapping):
        return {
            str(name): REDACTED if _SECRET_NAMES.search(str(name)) else _safe(each, depth + 1)
            for name, each in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        items = [_safe(each, depth + 1) for each in value]
        is_secret = len(items) == 2 and isinstance(items[0], str) and _SECRET_NAMES.search(items[0])
        return [items[0], REDACTED] if is_secret else items  # a header, as ASGI has them
    text = value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
    for pattern, instead in _SECRETS:
        text = pattern.sub(instead, text)
    return text


def _json(_logger: object, _method: str, event: EventDict) -> str:
    """In ASCII: there is no text that cannot be written so, and none that a terminal obeys."""
    return json.dumps(event)


def _terminal(bound: object, method: str, event: EventDict) -> str:
    shown = {name: value.translate(_CONTROL) if isinstance(value, str) else value for name, value in event.items()}
    return str(_RENDERER(bound, method, shown))


_RENDERER: Final = structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)


def _crashed(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
        return
    logger().critical("the process crashed", exc_info=(kind, error, trace))


def _thread_crashed(hooked: threading.ExceptHookArgs) -> None:
    if hooked.exc_value is not None:
        _crashed(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)


class LoggedBeats:
    """Telemetry that also puts the work under way, where it has an id, on every line that is logged meanwhile."""

    def __init__(self, telemetry: Telemetry) -> None:
        self._telemetry = telemetry
        self.count = telemetry.count
        self.measure = telemetry.measure

    @contextmanager
    def span(
        self, name: str, *, asked_by: Mapping[str, str] | None = None, tally: str = "", **facts: Fact
    ) -> Iterator[Span]:
        known = {name: facts["id"]} if "id" in facts else {}
        with during(**known), self._telemetry.span(name, asked_by=asked_by, tally=tally, **facts) as span:
            yield span
