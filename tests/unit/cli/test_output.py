from __future__ import annotations

import io

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.cli.output import Output, clean, json_bytes


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


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("::error::x", "\\x3a:error::x"),
        (" \t::stop-commands::x", " \t\\x3a:stop-commands::x"),
        ("fine\n::ADD-mask::x", "fine\n\\x3a:ADD-mask::x"),
        ("::add-path::/tmp", "\\x3a:add-path::/tmp"),
        ("a ##[add-path]/tmp", "a #\\x23[add-path]/tmp"),
        ("##vso[task.setvariable]x", "#\\x23vso[task.setvariable]x"),
    ],
)
def test_no_text_commands_the_pipeline_that_keeps_it(text: str, shown: str) -> None:
    assert clean(text) == shown


@pytest.mark.parametrize(
    "text", ["::", "::1", "::/0", "::ffff:10.0.0.1", "::1%eth0", "AWS::S3::Bucket", "a ::error::x", "## Title"]
)
def test_what_commands_nothing_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@given(st.text("#[]vso:error \n"))
def test_json_commands_no_pipeline_either(text: str) -> None:
    written = json_bytes({"message": text})
    assert b"##" not in written
    assert orjson.loads(written) == {"message": text}
