"""What escapers of libraries give back is noted in the request, by what it is safe for; and nothing else is."""

from __future__ import annotations

import base64
import html
import inspect
import json
import os.path
import re
import shlex
import urllib.parse
import warnings
import xml.sax.saxutils
from collections.abc import Callable
from html import escape
from typing import Any

import bottle
import django.utils.html
import django.utils.safestring
import django.utils.text
import jinja2
import mako.template
import markupsafe
import psycopg.sql
import psycopg2.extensions
import pymysql.converters
import pytest
import tornado.escape
import tornado.template
import werkzeug.security
import werkzeug.utils
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import Watch
from tests.unit.sinks.requesting import request_of

with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # of pyasn1, which ldap3 uses
    import ldap3.utils.conv
    import ldap3.utils.dn

FAMILY = "passages.escapers"
TEMPLATES = jinja2.Environment(autoescape=True)

Call = Callable[[str], object]


def late(owner: Any, name: str) -> Call:
    """The function that is found there when it is called: a table made now would hold what was there before."""

    def call(text: str) -> object:
        return getattr(owner, name)(text)

    return call


PAGES: dict[str, Call] = {
    "html.escape": late(html, "escape"),
    "html.escape, imported before": lambda text: escape(text, quote=False),
    "markupsafe": late(markupsafe, "escape"),
    "Markup.escape": late(markupsafe.Markup, "escape"),
    "Markup.format": lambda text: markupsafe.Markup("<b>{}</b>").format(text),
    "Markup %": lambda text: markupsafe.Markup("<b>%s</b>") % text,
    "jinja2": lambda text: TEMPLATES.from_string("<b>{{ text }}</b>").render(text=text),
    "jinja2, for scripts": lambda text: TEMPLATES.from_string("<script>{{ text|tojson }}</script>").render(text=text),
    "mako": lambda text: mako.template.Template("<b>${text | h}</b>").render(text=text),
    "tornado": lambda text: tornado.template.Template("<b>{{ text }}</b>").generate(text=text),
    "tornado, a function": late(tornado.escape, "xhtml_escape"),
    "bottle": lambda text: bottle.template("<b>{{ text }}</b>", text=text),
    "django": late(django.utils.html, "escape"),
    "django, unless it is safe": late(django.utils.html, "conditional_escape"),
    "django, a page": lambda text: django.utils.html.format_html("<b>{}</b>", text),
    "django, for scripts": late(django.utils.html, "escapejs"),
    "xml": late(xml.sax.saxutils, "escape"),
    "xml, an attribute": late(xml.sax.saxutils, "quoteattr"),
}
AS_THEY_ARE: dict[str, Call] = {
    "markup": lambda text: markupsafe.escape(markupsafe.Markup(text)),
    "jinja2, safe": lambda text: TEMPLATES.from_string("<b>{{ text|safe }}</b>").render(text=text),
    "jinja2, without": lambda text: jinja2.Environment(autoescape=False).from_string("{{ text }}").render(text=text),
    "mako": lambda text: mako.template.Template("<b>${text}</b>").render(text=text),
    "tornado": lambda text: tornado.template.Template("{% raw text %}").generate(text=text),
    "bottle": lambda text: bottle.template("<b>{{! text }}</b>", text=text),
    "django, safe": lambda text: django.utils.html.conditional_escape(django.utils.safestring.mark_safe(text)),
}
OTHERS: dict[str, tuple[str, Call]] = {
    "shlex.quote": ("shell", late(shlex, "quote")),
    "shlex.join": ("shell", lambda text: shlex.join(["ls", text])),
    "psycopg literal": ("sql", lambda text: psycopg.sql.Literal(text).as_string(None)),
    "psycopg name": ("sql", lambda text: psycopg.sql.SQL("{}").format(psycopg.sql.Identifier(text)).as_bytes(None)),
    "psycopg2": ("sql", late(psycopg2.extensions, "adapt")),
    "pymysql": ("sql", late(pymysql.converters, "escape_string")),
    "basename": ("path", lambda text: os.path.basename(f"/srv/{text}")),  # noqa: PTH119 - what is noted
    "secure_filename": ("path", late(werkzeug.utils, "secure_filename")),
    "safe_join": ("path", lambda text: werkzeug.security.safe_join("/srv", text)),
    "get_valid_filename": ("path", late(django.utils.text, "get_valid_filename")),
    "ldap3 filter": ("ldap", late(ldap3.utils.conv, "escape_filter_chars")),
    "ldap3 name": ("ldap", late(ldap3.utils.dn, "escape_rdn")),
    "quote": ("url", late(urllib.parse, "quote")),
    "urlencode": ("header", lambda text: urllib.parse.urlencode({"q": text})),
    "re.escape": ("regex", late(re, "escape")),
    "json.dumps": ("log", lambda text: json.dumps({"colour": text})),
    "base64": ("sql", lambda text: base64.urlsafe_b64encode(text.encode())),
}


@pytest.mark.parametrize("name", PAGES)
def test_pages(watching: Watch, name: str, blue: str) -> None:
    watching(FAMILY, sources=False)
    with request_of(blue) as request:
        PAGES[name](blue)
    assert any(blue in each for each in request.escaped or ())


@pytest.mark.parametrize("name", AS_THEY_ARE)
def test_what_is_put_on_a_page_as_it_is(watching: Watch, name: str, blue: str) -> None:
    watching(FAMILY, sources=False)
    with request_of(blue) as request:
        AS_THEY_ARE[name](blue)
    assert not request.escaped


def test_as_often_as_it_was_escaped(watching: Watch, blue: str) -> None:
    watching(FAMILY, sources=False)
    template = TEMPLATES.from_string("<b>{{ text }}</b> {{ text|safe }} <i title='{{ text }}'>{{ 7 }}</i>")
    with request_of(blue) as request:
        page = template.render(text=blue)
    assert page == "<b>blue</b> blue <i title='blue'>7</i>"
    assert [str(each) for each in request.escaped or ()].count(blue) == 2


@pytest.mark.parametrize("name", OTHERS)
def test_others(watching: Watch, name: str) -> None:
    watching(FAMILY, sources=False)
    text = "".join(["bl", "ue.txt"])
    safe_for, call = OTHERS[name]
    with request_of(text) as request:
        result = call(text)
    noted = [each for each, kinds in request.passages.items() if safe_for in kinds]
    assert noted, result
    assert "html" not in set().union(*request.passages.values()) or safe_for == "sql"


def test_libraries_have_their_own(watching: Watch, blue: str) -> None:
    """A client that quotes an address, a driver that quotes parameters: the same text elsewhere is not safe by that."""
    import logging

    import requests

    watching(FAMILY, sources=False)
    with request_of(blue) as request:
        requests.Request("GET", "http://127.0.0.1/", params={"q": blue}).prepare()
        logging.LogRecord("name", logging.INFO, f"/srv/{blue}", 1, "text", (), None)
        flask_json = json.JSONEncoder().encode(blue)
    assert (flask_json, request.passages) == ('"blue"', {})


def test_outside_of_requests(watching: Watch, blue: str) -> None:
    watching(FAMILY, sources=False)
    assert (html.escape(blue), str(markupsafe.escape(blue)), shlex.quote(blue)) == (blue, blue, blue)


@given(st.text(), st.booleans())
def test_results_stay_what_they_are(text: str, quote: bool) -> None:
    assert html.escape(text, quote) == html.escape.__wrapped__(text, quote)  # type: ignore[attr-defined]  # once wrapped
    assert html.unescape(str(markupsafe.escape(text))) == html.unescape(html.escape(text))
    assert re.fullmatch(re.escape(text), text)
    assert json.loads(json.dumps(text)) == text


def test_functions_stay_what_they_are(watching: Watch) -> None:
    watching(FAMILY, sources=False)
    assert str(inspect.signature(html.escape)) == "(s, quote=True)"
    assert str(inspect.signature(os.path.basename)) == "(p)"
    assert type(markupsafe.escape("<b>")) is markupsafe.Markup
    with pytest.raises(AttributeError):
        html.escape(7)  # type: ignore[arg-type]  # on purpose
    with pytest.raises(TypeError, match="escape"):
        html.escape()  # type: ignore[call-arg]  # on purpose
