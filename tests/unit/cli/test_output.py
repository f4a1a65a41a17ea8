from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.cli.output import Output


@given(st.text())
def test_a_line_stays_one_line_whatever_is_in_it(text: str) -> None:
    output = Output(as_json=False, stream=io.StringIO())
    output.line(text)
    assert isinstance(output.stream, io.StringIO)
    shown = output.stream.getvalue()
    assert shown.endswith("\n")
    assert not any(ord(character) < 32 and character != "\t" for character in shown[:-1])


def test_a_new_line_is_spelt_out() -> None:
    output = Output(as_json=False, stream=io.StringIO())
    output.line("Name: a\nall is well")
    assert isinstance(output.stream, io.StringIO)
    assert output.stream.getvalue() == "Name: a\\nall is well\n"


def test_a_terminal_shows_a_urn_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    urn = "aws:123456789012:eu-west-1:AWS::KMS::Key:c9068"
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    monkeypatch.setattr(stream, "isatty", lambda: True)
    output = Output(as_json=False, stream=stream)
    output.line(urn, style="bold")
    output.table(("resource", "path"), [(urn, "[bold]a[/bold]")])
    assert stream.getvalue().count("AWS::KMS::Key:c9068") == 2
    assert "[bold]a[/bold]" in stream.getvalue()
