"""What an error tells of the inside of a service, in the form that runtimes give it. Pure; called by `error_pages`."""

from __future__ import annotations

import html
import re
from typing import Final

from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves
from setpoint.scan.dast.checks.configuration.grammars import MOST_READ

_TRACES: Final = {
    name: re.compile(pattern, re.MULTILINE)
    for name, pattern in {
        "Python": r"Traceback \(most recent call last\):|^[ \t]*File \"?[^\"\n]{1,300}\.py\"?, line \d+, in ",
        "Java": r"^[ \t]*at (?:[\w$.]+/)?[\w$]+(?:\.[\w$<>]+)+"
        r"\((?:[\w$]+\.(?:java|kt|scala|groovy):\d+|Native Method)\)",
        ".NET": r"^[ \t]*at [\w.<>`+\[\]]+\([^)\n]*\) in [^\n]+:line \d+|Server Error in '[^'\n]*' Application|"
        r"(?:^[ \t]*at [\w<>`+\[\]]+(?:\.[\w<>`+\[\]]+)+\((?:[A-Z][\w.<>`\[\]]* \w+(?:, )?)*\)[ \t\r]*\n){2}",
        "Node.js": r"^[ \t]*at (?:[^\n(]{1,200} \()?(?:file://|node:|[A-Z]:\\|/)[^\n()]+:\d+:\d+\)?",
        "PHP": r"(?:Fatal error|Warning|Notice|Parse error|Uncaught \w+)[^\n]{1,200} (?:in|on) [^\n]{1,200}\.php"
        r"(?:\(\d+\)|:\d+| on line \d+)|^#0 [^\n]{1,200}\.php\(\d+\)",
        "Ruby": r"^[ \t]*(?:from )?[\w./-]+\.rb:\d+:in [`'][^'\n]+'",
        "Go": r"^goroutine \d+ \[\w+\]:|^[ \t]+/[\w./-]+\.go:\d+ \+0x[0-9a-f]+",
        "Rust": r"thread '[^'\n]+' (?:\(\d+\) )?panicked at ",
    }.items()
}
"""A frame of the stack, or the line that opens one: people do not write these into messages."""

_DATABASE: Final = re.compile(
    r"SQLSTATE\[\w+\]|You have an error in your SQL syntax|ORA-\d{5}:|PG::\w+Error|psycopg2?\.(?:errors\.)?\w+|"
    r"sqlite3\.\w+Error|SQLite(?:3::|\.)\w*(?:Error|Exception)|SQLITE_ERROR|Unclosed quotation mark after|"
    r"unterminated quoted string at or near|unrecognized token: \"|near \"[^\"\n]{0,80}\": syntax error|"
    r"(?:no such (?:column|table)): \w+|\[SQL: |pymysql\.err\.\w+|com\.mysql\.\w+|org\.postgresql\.util\.\w+|"
    r"Microsoft OLE DB Provider|MongoServerError|pymongo\.errors\.\w+|"
    r"\bSELECT [^\n]{1,120}? FROM \w[^\n]{1,80}? WHERE |\bINSERT INTO \w+ \([^\n]{1,200}\) VALUES",
)
_EXCEPTION: Final = re.compile(r"\b[A-Za-z_]\w{0,60}(?:\.[A-Za-z_]\w{0,60}){1,8}(?:Error|Exception)\b")
"""With the module that it is of."""

_PATH: Final = re.compile(
    r"(?:/(?:home|usr|var|srv|opt|app|root|workspace|Users)/[\w./-]{1,200}|[A-Z]:\\[\w .\\-]{1,200})"
    r"\.(?:py|php|rb|js|ts|java|go|cs|jsp|pl)\b"
)

_DEBUGGERS: Final = {
    "the debugger of Werkzeug": (r"Werkzeug Debugger|EVALEX\s*=", r"SECRET\s*=|EVALEX|debugger\.js"),
    "the error page of Django with DEBUG on": (r"DEBUG = True", r"Django|URLconf|settings"),
    "the error page of Laravel for developers": (r"ignition|Whoops", r"vendor/laravel|window\.data|Whoops\\"),
    "the error page of Rails for developers": (r"Action Controller: Exception caught|Rails\.root:", r"Rails"),
    "the error page of Symfony for developers": (r"Symfony Exception|sf-toolbar|/_profiler/", r"[Ss]ymfony"),
    "the error page of ASP.NET for developers": (r"<title>[^<]*Error[^<]*</title>|Stack Trace:", r"ASP\.NET Version:"),
    "the error page of ASP.NET Core for developers": (
        r"An unhandled exception occurred while processing the request",
        r"stackpage|rawException|Show raw exception details",
    ),
    "the error page of Starlette for developers": (r"<title>Starlette Debugger</title>", r"Traceback"),
}
"""By two marks each, both of which it has."""


def disclosure(answer: Answer) -> str:
    """What an answer tells of code, data or places inside, as a clause; empty where nothing."""
    text = _readable(answer)
    for runtime, pattern in _TRACES.items():
        if pattern.search(text):
            return f"it holds a stack trace of {runtime}"
    if _DATABASE.search(text):
        return "it holds a message of the database, or its query"
    if answer.status >= 400 and _PATH.search(text):
        return "it holds the path of a source file"
    if answer.status >= 400 and _EXCEPTION.search(text):
        return "it names an exception and the module that it is of"
    return ""


def debugger(answer: Answer) -> str:
    """Which page for developers it is; empty where it is none."""
    text = _readable(answer)
    for name, marks in _DEBUGGERS.items():
        if all(re.search(mark, text) for mark in marks):
            return name
    return ""


def _readable(answer: Answer) -> str:
    """Its text with what JSON and HTML write otherwise as it was meant."""
    document = json_of(answer)
    if document is not None:
        return "\n".join(value for _, value in leaves(document) if isinstance(value, str))[:MOST_READ]
    text = re.sub(r"<br\s*/?>|&nbsp;", "\n", answer.body[:MOST_READ].decode(errors="replace"))
    bare = re.sub(r"<[^<>]{0,500}>", "", text)  # pages put each part of a line into an element of its own
    return html.unescape(text if bare == text else f"{text}\n{bare}")
