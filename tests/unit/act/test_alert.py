from __future__ import annotations

import io
import logging
import stat
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.act.alert import JsonLinesNotifier, Notifiers, TerminalNotifier, printable
from setpoint.act.interface import Alert
from setpoint.model.canonical import Unknown
from setpoint.model.policy import Severity
from setpoint.model.urn import Urn

URN = Urn.aws("aws", "123456789012", "eu-west-1", "AWS::S3::Bucket", "records")


def alert(title: str = "a bucket is public", **details: object) -> Alert:
    return Alert(
        at=datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
        severity=Severity.HIGH,
        kind="drift",
        subject=URN,
        service="payments",
        title=title,
        details=details,
        helps="setpoint findings --service payments",
    )


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class TestJsonLines:
    def test_appends_one_object_a_line_to_a_file_of_its_owner(self, tmp_path: Path) -> None:
        path = tmp_path / "alerts.jsonl"
        notifier = JsonLinesNotifier(path)
        notifier.notify(alert(intended=True, actual=Unknown("not yet")))
        notifier.notify(alert("two\nlines"))

        first, second = [orjson.loads(line) for line in path.read_bytes().splitlines()]
        assert first == {
            "at": "2026-01-02T03:04:05+00:00",
            "severity": "high",
            "kind": "drift",
            "subject": URN,
            "service": "payments",
            "title": "a bucket is public",
            "details": {"intended": True, "actual": {"$unknown": "not yet"}},
            "helps": "setpoint findings --service payments",
        }
        assert second["title"] == "two\nlines"
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def test_writes_to_a_stream(self) -> None:
        stream = io.BytesIO()
        JsonLinesNotifier(stream).notify(alert())
        assert orjson.loads(stream.getvalue())["title"] == "a bucket is public"

    def test_what_cannot_be_delivered_is_said_on_the_log(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        closed = io.BytesIO()
        closed.close()
        with caplog.at_level(logging.ERROR):
            JsonLinesNotifier(tmp_path / "no" / "folder").notify(alert("one\x1b[2J"))
            JsonLinesNotifier(closed).notify(alert("two"))
            JsonLinesNotifier(tmp_path / "alerts.jsonl").notify(alert("three", odd=object()))
        assert [record.getMessage().rsplit(": ", 1)[1] for record in caplog.records] == [r"one\x1b[2J", "two", "three"]


class TestTerminal:
    def test_one_plain_line_when_piped(self) -> None:
        stream = io.StringIO()
        TerminalNotifier(stream).notify(alert())
        assert stream.getvalue() == (
            f"HIGH     payments: a bucket is public ({URN}) - setpoint findings --service payments\n"
        )

    def test_colour_on_a_terminal_unless_refused(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("NO_COLOR", raising=False)
        coloured, plain = Terminal(), Terminal()
        TerminalNotifier(coloured).notify(alert())
        monkeypatch.setenv("NO_COLOR", "1")
        TerminalNotifier(plain).notify(alert())
        assert "\x1b[" in coloured.getvalue()
        assert "\x1b" not in plain.getvalue()

    def test_a_stream_that_knows_few_characters(self) -> None:
        raw = io.BytesIO()
        stream = io.TextIOWrapper(raw, encoding="ascii")
        TerminalNotifier(stream).notify(alert("naïve"))
        assert b"na\\xefve" in raw.getvalue()

    def test_a_closed_stream_stops_nobody(self, caplog: pytest.LogCaptureFixture) -> None:
        stream = io.StringIO()
        stream.close()
        with caplog.at_level(logging.ERROR):
            TerminalNotifier(stream).notify(alert())
        assert "was not delivered" in caplog.text

    @given(st.text())
    def test_no_name_reaches_the_terminal_as_a_command(self, title: str) -> None:
        stream = io.StringIO()
        TerminalNotifier(stream).notify(alert(title))
        (line,) = stream.getvalue().splitlines()
        assert line.isprintable()


def test_printable() -> None:
    assert printable("a\x1b[31m\r\n\u202eb é") == r"a\x1b[31m\r\n\u202eb é"


def test_several_notifiers_as_one(tmp_path: Path) -> None:
    stream = io.StringIO()
    path = tmp_path / "alerts.jsonl"
    Notifiers(
        [JsonLinesNotifier(tmp_path / "no" / "folder"), TerminalNotifier(stream), JsonLinesNotifier(path)]
    ).notify(alert())
    assert stream.getvalue()
    assert path.read_bytes()
