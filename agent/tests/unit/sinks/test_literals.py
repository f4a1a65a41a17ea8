"""What the source of the application holds."""

from __future__ import annotations

import secrets
from pathlib import Path

import pytest
from tests.conftest import Watch

from setpoint_agent.sinks.literals import place_of, place_of_setting

WRITTEN = "a key that stands in this file"
LINES = """-----BEGIN KEY-----
QmxhY2sgYW5kIGJsdWUgYW5kIGdyZWVuIGFuZCByZWQ
-----END KEY-----"""
OPTIONS = {"VERY_SPECIAL_SWITCH": True, "OTHER_SPECIAL_SWITCH": False}


def line_of(text: str) -> int:
    lines = Path(__file__).read_text().splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line)


def test_texts(watching: Watch) -> None:
    watching(sources=False)
    place = place_of("a key that stands" + " in this file")
    assert place == (__file__, line_of("WRITTEN = "))
    assert place_of(LINES) == (__file__, line_of("QmxhY2"))


@pytest.mark.parametrize("text", ["", "key", secrets.token_hex(16), "-----\n"])
def test_texts_that_are_kept_elsewhere(watching: Watch, text: str) -> None:
    watching(sources=False)
    assert place_of(text) is None


def test_settings(watching: Watch) -> None:
    watching(sources=False)
    name = "_".join(["very", "special", "switch"])
    assert place_of_setting(name) == (__file__, line_of("OPTIONS = "))
    assert place_of_setting(name.replace("very", "other")) is None


def test_without_an_agent() -> None:
    assert place_of("a text that nobody looks for any more") is None
