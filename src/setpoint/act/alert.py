"""Telling people: alerts as lines of JSON for machines, as lines of text for a terminal. Named by `wiring`.

An alert that cannot be delivered is said on the log and never stops the loop.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO, Final, TextIO

import click

from setpoint.act.interface import Alert, Notifier
from setpoint.model.canonical import canonical_bytes
from setpoint.model.policy import Severity

_log = logging.getLogger(__name__)

COLOURS: Final = {
    Severity.INFO: "bright_black",
    Severity.LOW: "blue",
    Severity.MEDIUM: "yellow",
    Severity.HIGH: "red",
    Severity.CRITICAL: "bright_red",
}

UNDELIVERABLE: Final = (OSError, ValueError, TypeError)
"""A full disk, a closed stream, a value in the details that is not JSON."""


class JsonLinesNotifier:
    """One JSON object a line, appended to a file (readable by its owner only) or written to a stream."""

    def __init__(self, target: Path | BinaryIO) -> None:
        self._target = target

    def notify(self, alert: Alert) -> None:
        try:
            line = _json_line(alert)
            if isinstance(self._target, Path):
                _append(self._target, line)
            else:
                self._target.write(line)
                self._target.flush()
        except UNDELIVERABLE as error:
            _log.error("an alert was not delivered (%s): %s", printable(str(error)), printable(alert.title))


class TerminalNotifier:
    """One readable line, in colour where the stream is a terminal and nobody set NO_COLOR."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def notify(self, alert: Alert) -> None:
        try:
            colour = self._stream.isatty() and not os.environ.get("NO_COLOR")
            line = _text_line(alert, colour=colour)
            encoding = self._stream.encoding or "utf-8"
            self._stream.write(line.encode(encoding, "backslashreplace").decode(encoding) + "\n")
            self._stream.flush()
        except UNDELIVERABLE as error:
            _log.error("an alert was not delivered (%s): %s", printable(str(error)), printable(alert.title))


class Notifiers:
    """Several as one."""

    def __init__(self, notifiers: Sequence[Notifier]) -> None:
        self._notifiers = notifiers

    def notify(self, alert: Alert) -> None:
        for notifier in self._notifiers:
            notifier.notify(alert)


def printable(text: str) -> str:
    """Text without what a terminal would obey rather than show: whoever names a resource writes to our screen."""
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _json_line(alert: Alert) -> bytes:
    fields = {
        "at": alert.at.isoformat(),
        "severity": alert.severity,
        "kind": alert.kind,
        "subject": alert.subject,
        "service": alert.service,
        "title": alert.title,
        "details": alert.details,
        "helps": alert.helps,
    }
    return canonical_bytes(fields) + b"\n"


def _append(path: Path, line: bytes) -> None:
    """Opened anew for every line, so that the file may be rotated meanwhile."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab") as stream:
        stream.write(line)


def _text_line(alert: Alert, *, colour: bool) -> str:
    severity = f"{alert.severity.upper():8}"
    parts = [
        click.style(severity, fg=COLOURS[alert.severity], bold=True) if colour else severity,
        f"{printable(alert.service)}:" if alert.service else "",
        printable(alert.title),
        f"({printable(alert.subject)})" if alert.subject else "",
        f"- {printable(alert.helps)}" if alert.helps else "",
    ]
    return " ".join(part for part in parts if part)
