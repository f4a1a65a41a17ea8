from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.reports.telling import decision, hostile, known, of_everything, scan, told, weakness

from setpoint.model.admitting import Extra
from setpoint.reports.content import Report
from setpoint.reports.making import decision_report, doubtful_report
from setpoint.reports.markdown import MOST_BYTES, markdown
from setpoint.reports.markup import text

OURS = {"h2", "h3", "p", "table", "tr", "th", "td", "ul", "li", "code", "span"}


class Reader(HTMLParser):
    """The texts of a summary, which is nothing but blocks of the elements that we use."""

    def __init__(self, summary: str) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[str] = []
        self.feed(summary)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in OURS
        assert attrs == []
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)


def read(report: Report, most: int = MOST_BYTES) -> str:
    """All text, one after the other."""
    summary = markdown(report, most=most)
    for block in summary.split("\n\n"):
        assert re.match(r"<(?:h2|h3|p)>|$", block), block  # or Markdown would read it itself
    return "\n".join(Reader(summary).texts)


def test_it_says_why_by_how_much_and_what_would_do() -> None:
    told_text = read(of_everything())
    for words in (
        "❌ refuse: release:shop",
        "1.4.2 at deploy; risk 12.00, threshold 7.20",
        "its risk is 12.00, more than the 7.20 that shop may carry now",
        "severity\n4.00\n1 high",
        "drift\n0.90\na bucket became public",
        "SQL is put together from text; code/confirmed-injection: It is reached\n",
        "confirmed in production: 1 agent met it\nnew",
        "setpoint risk shop --explain",
        "setpoint policy explain code/confirmed-injection",
        "setpoint doctor",
        "semgrep\nfailed\nit was killed by SIGKILL",
        "1 weakness waived",
    ):
        assert words in told_text
    assert "long ago" not in told_text
    assert told_text.index("shop/orders.py:41") < told_text.index("shop/a b.py:3")


def test_extras_say_what_would_do() -> None:
    extra = Extra("approval", "the load is 2.40", remedy="have somebody say: setpoint gate approve")
    assert "approval\nnothing\nthe load is 2.40\nhave somebody say: setpoint gate approve" in read(
        decision_report(decision(extras=(extra,)), None)
    )


def test_what_nobody_could_decide_is_said() -> None:
    assert "❔ could not tell: release:shop\n@\n1\n" in read(doubtful_report("release:shop@1", "the server is away"))


def test_a_summary_is_never_longer_than_there_is_room_for() -> None:
    many = [weakness(number, message="é" * 3_000) for number in range(1, 501)]
    report = decision_report(decision(*(told(known(each)) for each in many[:100])), scan(*many))
    for most in (MOST_BYTES, 20_000, 1_000):
        summary = markdown(report, most=most)
        assert len(summary.encode()) <= most
        assert "had no room here" in read(report, most)
    assert read(report, 20_000).startswith("❌ refuse")
    assert markdown(report, most=0) == ""


def test_hostile_text_is_text() -> None:
    summary = markdown(hostile())
    assert read(hostile())
    assert not re.search(r"@octocat|#1|://|\x1b|\u202e", summary)


@given(st.text(), st.integers(0, 3))
def test_whatever_a_tool_says_is_read_back_as_text(message: str, kind: int) -> None:
    said = (message, f"@{message}", f"www.{message}", f"https://{message}")[kind]
    shown = "".join(Reader(f"<p>{text(said)}</p>").texts)
    if said.isprintable() and said.strip() == said:
        assert shown.replace(" ", "") == said.replace(" ", "")
    assert shown.isprintable()


@pytest.mark.parametrize("escaped", ["<b>", "&lt;", "@a", "#1", "https://a.b", "WWW.a.b"])
def test_each_sign_that_means_something_is_taken_apart(escaped: str) -> None:
    assert escaped not in text(escaped)
