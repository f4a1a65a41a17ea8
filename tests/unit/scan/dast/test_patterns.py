from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from setpoint.scan.dast.patterns import text_matching


@pytest.mark.parametrize(
    "pattern",
    [
        r"^[A-Z]{3}-\d{4}$",
        r"^(foo|bar)+\.x?$",
        r"^[^a-z\d]{2,5}$",
        r"^\w+@\w+\.(?:com|org)$",
        r"^[a-fA-F0-9]{32}$",
        r"^\+?[1-9]\d{1,14}$",
        r"^[\w.-]+$",
        r"^(?P<year>\d{4})-(0[1-9]|1[0-2])$".replace("?P", "?"),
        r"^\u0041\x42[^\s]$",
        r"^a{0}b{2,}?$",
    ],
)
def test_a_text_along_the_pattern_is_accepted_by_it(pattern: str) -> None:
    text = text_matching(pattern)
    assert text is not None
    assert re.fullmatch(pattern.replace("(?<", "(?P<"), text)


@pytest.mark.parametrize("pattern", [r"^(?=.*\d).{8,}$", r"(a)\1", r"(?!x)y", "a{99999}", "(", "[", "a**", "\\", "x{2"])
def test_what_cannot_be_made_along_the_way_has_no_text(pattern: str) -> None:
    assert text_matching(pattern) is None


def test_a_hostile_pattern_takes_no_time() -> None:
    started = time.process_time()
    text_matching("(" * 10_000 + "a+)+" * 10_000)
    text_matching("(((a{999}){999}){999}){999}")
    assert time.process_time() - started < 1


@given(st.text(alphabet="ab01[]()^$|*+?{},\\-.dwsu<>=:", max_size=30))
def test_any_text_as_a_pattern_gives_a_text_or_none(pattern: str) -> None:
    text = text_matching(pattern)
    assert text is None or len(text) <= 2_000
