"""Escapers of libraries, by what their results are safe for. What an application escapes by itself, `reading` sees.

Not among them, for the result is not safe: quoting of whole addresses for the choice of a host, tags stripped by
`django.utils.html.strip_tags`, Django's `quote_name` (which leaves what is in quotes already as it is).
"""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any, Final

from setpoint_agent.passages.escaping import escaping
from setpoint_agent.passages.noting import EVERYWHERE, giving_back, giving_back_to_application, note
from setpoint_agent.patching.interface import Patch, Preparation, Wrap
from setpoint_agent.patching.replace import apply, put
from setpoint_agent.patching.standin import in_place_of
from setpoint_agent.quiet import quietly
from setpoint_agent.request import HTML, Request, current

INNERMOST: Final = "_escape_inner"
"""markupsafe's function behind all others, from 3.0 on: it is given nothing that is markup already."""


def _escape(original: Callable[..., Any]) -> Callable[..., Any]:
    """markupsafe: the one that a page calls once for each value, so nothing but the necessary happens here."""
    context = current.get

    def escape(text: Any) -> Any:
        result = original(text)
        request = context()
        if request is not None:
            escaped = request.escaped
            if escaped is None:
                request.note_escaped(result)
            else:
                escaped.append(result)
        return result

    return escape


def _escape_unless_markup(original: Callable[..., Any]) -> Callable[..., Any]:
    """markupsafe before 3.0: what calls itself markup comes back as it is, so that nothing is said of it."""
    context = current.get

    def escape(text: Any) -> Any:
        result = original(text)
        request = context()
        if request is not None and not hasattr(text, "__html__"):
            request.note_escaped(result)
        return result

    return in_place_of(original, escape)


def _watch_markupsafe(module: ModuleType) -> None:
    if hasattr(module, INNERMOST):
        placed = put(module, INNERMOST, _escape)  # called by name from within the module: nobody else holds it
        if placed is not None:
            escaping.take_turns(vars(module), INNERMOST, *placed)
    else:
        for name in ("escape", "escape_silent"):
            apply(Patch(module.__name__, name, _escape_unless_markup), module)


def _escaped(original: Callable[..., Any]) -> Callable[..., Any]:
    """`html.escape`, which is behind those of Django and Tornado too."""

    def escape(s: Any, quote: bool = True) -> Any:  # noqa: FBT001, FBT002 - as it is declared
        result = original(s, quote)
        request = current.get()
        if request is not None:
            request.note_escaped(result)
        return result

    return escape


def _watch_bottle(module: ModuleType) -> None:
    """bottle's templates got hold of its escaper as the default of a parameter."""
    placed = put(module, "html_escape", giving_back(HTML))
    prepare = module.SimpleTemplate.prepare
    if placed is not None and prepare.__defaults__:
        prepare.__defaults__ = tuple(placed[1] if each is placed[0] else each for each in prepare.__defaults__)


def _adapted(original: Callable[..., Any]) -> Callable[..., Any]:
    """psycopg2's `adapt(value).getquoted()`: the object is one of C; what it will give back is known of texts."""

    def adapt(value: Any, *rest: Any) -> Any:
        result = original(value, *rest)
        request = current.get()
        if request is not None and isinstance(value, str):
            _note_quoted(request, value)
        return result

    return adapt


@quietly
def _note_quoted(request: Request, value: str) -> None:
    note(request, "'{}'".format(value.replace("'", "''")), ("sql",))


def _patches(wrap: Wrap, *functions: str) -> tuple[Patch, ...]:
    """One for each `module:attribute`."""
    return tuple(Patch(module, name, wrap) for module, name in (each.split(":") for each in functions))


PATCHES: Final = (
    Preparation("markupsafe", _watch_markupsafe),
    Patch("html", "escape", _escaped),
    Preparation("bottle", _watch_bottle),
    Patch("psycopg2.extensions", "adapt", _adapted),
    *_patches(
        giving_back(HTML),
        "bleach:clean",
        "django.utils.html:escapejs",
        "django.utils.html:json_script",
        "jinja2.utils:htmlsafe_json_dumps",
        "mako.filters:XMLEntityEscaper.escape_entities",
        "mako.filters:xml_escape",
        "nh3:clean",
        "nh3:clean_text",
        "xml.sax.saxutils:escape",
    ),
    *_patches(giving_back(HTML, "xpath"), "xml.sax.saxutils:quoteattr"),
    *_patches(giving_back("shell"), "shlex:quote", "shlex:join", "subprocess:list2cmdline"),
    *_patches(
        giving_back("sql"),
        "psycopg.sql:Identifier.as_bytes",
        "psycopg.sql:Literal.as_bytes",
        "psycopg2.extensions:quote_ident",
        "psycopg2.sql:Identifier.as_string",
        "psycopg2.sql:Literal.as_string",
    ),
    *_patches(
        giving_back_to_application("sql"),
        "MySQLdb:escape_string",
        "pymysql.connections:Connection.escape",
        "pymysql.connections:Connection.escape_string",
        "pymysql.connections:Connection.literal",
        "pymysql.converters:escape_string",
    ),
    *_patches(
        giving_back("path"),
        "django.utils._os:safe_join",
        "werkzeug.security:safe_join",
    ),
    *_patches(
        giving_back("header", "log", "path"),
        "django.utils.text:get_valid_filename",
        "django.utils.text:slugify",
        "werkzeug.utils:secure_filename",
    ),
    *_patches(giving_back_to_application("path"), "posixpath:basename"),
    *_patches(
        giving_back_to_application("ldap"),
        "ldap.dn:escape_dn_chars",
        "ldap.filter:escape_filter_chars",
        "ldap.filter:filter_format",
        "ldap3.utils.conv:escape_filter_chars",
        "ldap3.utils.dn:escape_rdn",
    ),
    *_patches(
        giving_back_to_application("url", "header", "log"),
        "urllib.parse:quote",
        "urllib.parse:quote_plus",
        "urllib.parse:urlencode",
    ),
    *_patches(giving_back("regex"), "re:escape"),
    *_patches(giving_back("header"), "werkzeug.http:dump_cookie"),
    # They quote what a parameter of a header must not hold as it is.
    *_patches(
        giving_back("header"),
        "werkzeug.http:dump_header",
        "werkzeug.http:dump_options_header",
        "werkzeug.http:quote_header_value",
        "django.utils.http:content_disposition_header",
        "aiohttp.helpers:content_disposition_header",
    ),
    *_patches(giving_back_to_application("header"), "email.header:Header.encode", "email.utils:encode_rfc2231"),
    *_patches(giving_back_to_application("log", "header"), "flask.json:dumps", "json:dumps"),
    *_patches(
        giving_back_to_application(*EVERYWHERE),
        "base64:b16encode",
        "base64:b32encode",
        "base64:urlsafe_b64encode",
        "binascii:hexlify",
    ),
)
"""By what the results are safe for. An encoding of letters, digits and dashes is safe wherever it is put."""
