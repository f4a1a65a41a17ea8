"""A view of an argument knows where its characters came from."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from setpoint_agent.provenance.steps import STEPS, decode_base64, fold
from setpoint_agent.provenance.views import MOST_VIEWS, View, views


def the(steps: tuple[str, ...], argument: str) -> View:
    return next(view for view in views(argument) if view.steps == steps)


@pytest.mark.parametrize(
    ("argument", "steps", "text", "source"),
    [
        ("a=%C3%A9%26b", ("percent",), "&", "%26"),
        ("a=%C3%A9%26b", ("percent",), "é&", "%C3%A9%26"),
        ("a=x+y", ("percent",), "x y", "x+y"),
        ("a=%2526b", ("percent", "percent"), "&b", "%2526b"),
        ("<p>&lt;b&#62;", ("html",), "<b>", "&lt;b&#62;"),
        (r'{"a": "\u00e9\n\ud83d\ude00"}', ("json",), "é\n😀", r"\u00e9\n\ud83d\ude00"),
        (r"(uid=a\2ab)", ("json",), "a*b", r"a\2ab"),
        ("x=dXNlcjpiYXI= y", ("base64",), "user:bar", "dXNlcjpiYXI="),
        ("/a/dXNlcjpiYXI/b", ("base64",), "bar", "/a/dXNlcjpiYXI/b"),
        ("x=757365723a626172", ("base64",), "bar", "757365723a626172"),
        ("x=dXNlcjpiYXI%3D", ("percent", "base64"), "user:bar", "dXNlcjpiYXI%3D"),
    ],
)
def test_encodings_are_undone(argument: str, steps: tuple[str, ...], text: str, source: str) -> None:
    view = the(steps, argument)
    at = view.folded.index(fold(text))
    start, end = view.locate(at, at + len(fold(text)))
    assert argument[start:end] == source


def test_folding_may_make_a_text_longer() -> None:
    view = View("aßﬁE\u0301x")
    assert view.folded == "assfie\u0301x"
    at = view.folded.index("fie")
    assert view.locate(at, at + 3) == (2, 4)


@pytest.mark.parametrize("argument", ["SELECT * FROM t WHERE a = 1", "/srv/files/report.txt", "plainwords only here"])
def test_what_holds_no_encoding_has_one_view(argument: str) -> None:
    assert len(views(argument)) == 1


@settings(deadline=None)
@given(st.text(st.sampled_from("%25&lt;\\u0041+aB0=/é") | st.characters(codec="utf-8"), max_size=80))
def test_views_are_few_and_every_stretch_can_be_located(argument: str) -> None:
    found = views(argument)
    assert found[0].text == argument
    assert len(found) <= MOST_VIEWS
    for view in found:
        for at in range(len(view.folded)):
            start, end = view.locate(at, at + 1)
            assert 0 <= start < end <= len(argument)


@settings(deadline=None)
@given(st.text(max_size=60))
def test_steps_take_any_text(text: str) -> None:
    for step in STEPS:
        assert isinstance(step.undo(text), str)


@given(st.binary(max_size=40))
def test_base64_of_either_alphabet_is_decoded(octets: bytes) -> None:
    from base64 import b64encode, urlsafe_b64encode

    for encoded in (b64encode(octets), urlsafe_b64encode(octets), b64encode(octets).rstrip(b"=")):
        assert decode_base64(encoded.decode()) == octets
