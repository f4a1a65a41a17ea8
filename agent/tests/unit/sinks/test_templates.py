"""Texts that templates hold."""

from __future__ import annotations

from collections.abc import Sequence

import jinja2
import mako.template
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

from setpoint_agent.sinks.templates import texts_of

PAGES = {
    "base.html": "<title>a blue sky</title>{% block body %}{% endblock %}",
    "part.html": "<i>a green field</i>",
    "page.html": "{% extends 'base.html' %}"
    "{% block body %}<b>a red rose</b>{% include 'part.html' %}{{ x }}{% endblock %}",
}


def all_texts(templates: Sequence[object]) -> str:
    return " ".join(text for each in templates for text in texts_of(each))


def test_jinja(watching: Watch) -> None:
    watching("sinks.templates", sources=False)
    environment = jinja2.Environment(loader=jinja2.DictLoader(PAGES), autoescape=True)
    with request_of("nothing of it") as request:
        assert "red rose" in environment.get_template("page.html").render(x=1)
        for text in ("a blue sky", "a green field", "a red rose"):
            assert text in all_texts(request.templates)
        first = len(request.templates)
        environment.from_string("<u>a black cat</u>{{ x }}").render(x=1)
        assert "a black cat" in all_texts(request.templates[first:])


def test_mako(watching: Watch) -> None:
    watching("sinks.templates", sources=False)
    with request_of("nothing of it") as request:
        mako.template.Template("<u>a black cat</u>${x}").render(x=1)
        assert "a black cat" in all_texts(request.templates)


def test_outside_of_a_request_nothing_is_kept(watching: Watch) -> None:
    watching("sinks.templates", sources=False)
    assert jinja2.Template("<u>{{ x }}</u>").render(x=1) == "<u>1</u>"
    assert list(texts_of(object())) == []
