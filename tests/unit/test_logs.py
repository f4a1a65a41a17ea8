"""Log lines: JSON for machines, colours for people, and no secret for anybody."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from setpoint.logs import LoggedBeats, LogLevel, configure_logs, during, logger
from setpoint.telemetry import SILENT

TOKEN = "sp_tk1ab2cd3_Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6cXV4"


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    """The log is the process's, and pytest's too."""
    root, own = logging.getLogger(), logging.getLogger("setpoint")
    hooks = (sys.excepthook, threading.excepthook)
    handlers, level = list(root.handlers), root.level
    for handler in handlers:
        root.removeHandler(handler)
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    own.setLevel(logging.NOTSET)
    logging.captureWarnings(capture=False)
    sys.excepthook, threading.excepthook = hooks


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def configured(stream: io.StringIO | None = None, level: LogLevel = LogLevel.INFO) -> io.StringIO:
    stream = stream or io.StringIO()
    configure_logs(level, stream=stream, process="loop", scope="default")
    return stream


def lines(stream: io.StringIO) -> list[Any]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_line_says_what_when_and_where() -> None:
    stream = configured()
    logger("setpoint.loop").info("a beat ended", findings=3, seconds=0.5)
    (line,) = lines(stream)
    assert line.pop("timestamp").endswith("Z")
    assert line == {
        "event": "a beat ended",
        "level": "info",
        "logger": "setpoint.loop",
        "process": "loop",
        "scope": "default",
        "findings": 3,
        "seconds": 0.5,
    }


def test_only_what_is_bad_enough_is_logged() -> None:
    stream = configured(level=LogLevel.WARNING)
    logger().info("fine")
    logging.getLogger("library").info("fine")
    logger().warning("not so fine")
    assert [each["event"] for each in lines(stream)] == ["not so fine"]


def test_libraries_speak_in_the_same_form() -> None:
    stream = configured()
    logging.getLogger("uvicorn.error").warning("listening on %s:%d", "127.0.0.1", 80)
    (line,) = lines(stream)
    assert (line["event"], line["logger"], line["process"]) == ("listening on 127.0.0.1:80", "uvicorn.error", "loop")


def test_a_beat_is_on_every_line_of_every_thread_meanwhile() -> None:
    stream = configured()
    with LoggedBeats(SILENT).span("beat", id="2026-05-01"):
        worker = threading.Thread(target=lambda: logging.getLogger("botocore").warning("slow"))
        worker.start()
        worker.join()
    with structlog.contextvars.bound_contextvars(request="r1"):
        logger().info("after")
    during_beat, after = lines(stream)
    assert during_beat["beat"] == "2026-05-01"
    assert "beat" not in after
    assert after["request"] == "r1"


@pytest.mark.parametrize(
    "said",
    [
        {"token": TOKEN},
        {"api_key": "abcdefgh12345678"},
        {"headers": {"Authorization": "abcdefgh12345678", "x": [{"set-cookie": "abcdefgh12345678"}]}},
        {"request": f"GET / HTTP/1.1\r\nAuthorization: Bearer {TOKEN}\r\n"},
        {"header": "Basic abcdefgh12345678"},
        {"dump": "{'authorization': 'abcdefgh12345678', 'x': 1}"},
        {"pairs": [(b"authorization", b"abcdefgh12345678")]},
        {"url": "https://user:abcdefgh12345678@example.org/"},
        {"jwt": "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhYmNkZWZnaDEyMzQ1Njc4In0.abcdefgh12345678"},
        {"error": ValueError(f"no such token {TOKEN}")},
        {"raw": TOKEN.encode()},
    ],
    ids=lambda said: next(iter(said)),
)
def test_no_secret_is_logged(said: dict[str, Any]) -> None:
    stream, terminal = configured(), Terminal()
    logger().info("said", **said)
    configured(terminal)
    logger().info("said", **said)
    for text in (stream.getvalue(), terminal.getvalue()):
        assert "said" in text
        assert "redacted" in text
        assert "abcdefgh12345678" not in text
        assert "Zm9vYmFy" not in text


def test_no_secret_is_in_a_traceback() -> None:
    stream = configured()
    try:
        raise ValueError(f"refused {TOKEN}")
    except ValueError:
        logger().exception("broken")
    (line,) = lines(stream)
    assert line["exception"].endswith("ValueError: refused sp_[redacted]")


def test_a_crash_is_a_line_like_any_other() -> None:
    stream = configured()
    error = ValueError(TOKEN)
    sys.excepthook(ValueError, error, None)
    thread = threading.Thread(target=lambda: 1 / 0)
    thread.start()
    thread.join()
    crash, in_thread = lines(stream)
    assert (crash["level"], crash["event"]) == ("critical", "the process crashed")
    assert TOKEN not in stream.getvalue()
    assert "ZeroDivisionError" in in_thread["exception"]


def test_a_terminal_is_not_obeyed_by_what_is_logged() -> None:
    terminal = configured(Terminal())
    logger().warning("seen \x1b[2J", name="\x9b31m", more=["\x1b]0;x\x07"])
    shown = terminal.getvalue()
    assert "\\x1b[2J" in shown
    for control in ("\x1b[2J", "\x9b", "\x1b]", "\x07"):
        assert control not in shown


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(), st.lists))
def test_whatever_is_logged_is_one_line_of_json(value: Any) -> None:
    stream = configured()
    logger().info("said", value=value)
    assert stream.getvalue().isascii()
    (line,) = lines(stream)
    assert line["event"] == "said"


def test_context_ends_with_what_it_is_about() -> None:
    stream = configured()
    with pytest.raises(KeyError), during(beat="1"):
        raise KeyError
    logger().info("after")
    assert "beat" not in lines(stream)[0]


def test_libraries_are_heard_when_they_warn() -> None:
    stream = configured()
    logging.getLogger("alembic").info("about itself")
    logging.getLogger("alembic").warning("broken")
    logger("setpoint.loop").info("a beat ended")
    assert [each["event"] for each in lines(stream)] == ["broken", "a beat ended"]
