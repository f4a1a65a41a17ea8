"""Every tokenizer answers for any text, in time that grows with the text and not faster."""

from __future__ import annotations

import random
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.languages.interface import Placement
from setpoint_agent.languages.registry import BY_NAME

PIECES: dict[str, list[str]] = {
    "header": ["\r", "\n", "\0", ":", "a"],
    "html": [
        *("<", ">", "</", "<!--", "-->", "<script>", "</script>", "<style>", "<title>", '"', "'", "=", " ", "a"),
        *("href=", "onx=", "&lt;", "/", "`", "//", "/*", "\\"),
    ],
    "json": ['"', "'", "{", "}", "[", ":", ",", "\\", "$ne", "1", " ", "a"],
    "ldap": ["(", ")", "&", "|", "!", "*", "=", "\\", "2a", ",", "+", "a", '"', " "],
    "log": ["\r", "\n", "\x1b[", "a", "\u2028"],
    "nosql": ['"', "'", "{", "}", ":", "$where", "$regex", "\\", "1", " ", "a"],
    "path": ["/", "\\", ".", "..", "%2e", "%25", "%2f", "\0", "~", "C:", "a", " "],
    "python": ['"', "'", '"""', "'''", "f", "rb", "#", "\\", "\n", "{", "}", "1", ".", "e", "a", " "],
    "regex": ["\\", "[", "]", "^", "(", ")", "?", "P<", "{", "}", "*", "+", "|", ",", "1", "a", ">"],
    "shell": ["'", '"', "`", "$", "$(", "${", ")", "}", ";", "|", "#", "\\", "\n", " ", "a", "-", "<("],
    "sql": [
        *("'", '"', "`", "$", "$a$", "$$", "--", "/*", "*/", "#", "[", "]", "\\", "E'", "a", "1", ".", " ", "\n"),
        *("%s", "%("),
    ],
    "state": ["a", " "],
    "template": ["{{", "}}", "{%", "%}", "{#", "#}", "${", "}", "<%", "%>", "\n", "%", "##", "a", " ", "<%doc>"],
    "url": ["http", ":", "/", "//", "\\", "@", "?", "#", "[", "]", "&", "=", "..", "%2e", "1", "a", "\n"],
    "whole": ["a", " "],
    "xpath": ["'", '"', "/", "//", "[", "]", "@", "1", ".", "a", " ", "(", ")"],
}
LANGUAGES = sorted(BY_NAME)


def test_every_language_has_pieces() -> None:
    assert sorted(PIECES) == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@settings(deadline=None)
@given(data=st.data())
def test_any_stretch_has_a_place(language: str, data: st.DataObject) -> None:
    text = "".join(data.draw(st.lists(st.sampled_from(PIECES[language]) | st.text(max_size=3), max_size=40)))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    placement = BY_NAME[language](text, start, end)
    assert isinstance(placement, Placement)
    assert placement.context
    assert not (placement.crosses and placement.inert)


@pytest.mark.parametrize("language", LANGUAGES)
def test_hostile_texts_take_no_longer_than_others(language: str) -> None:
    pieces = PIECES[language]
    pairs = [first + second for first in pieces for second in pieces]
    for piece in [*pieces, *random.Random(len(pairs)).sample(pairs, k=min(24, len(pairs)))]:
        text = (piece * 16_384)[:16_384]
        started = time.process_time()
        BY_NAME[language](text, len(text) // 2, len(text) // 2 + 8)
        assert time.process_time() - started < 5.0, piece
