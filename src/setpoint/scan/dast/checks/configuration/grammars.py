"""What files that nobody should get look like, by their own grammar. Pure; called by `file_kinds` and `listings`.

A name says nothing: many targets answer something to every name. What is told here, no page of apology says by chance.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer
from setpoint.scan.dast.answers import json_of, leaves

Grammar = Callable[[Answer], bool]

MOST_READ: Final = 262_144
"""Bytes of an answer that are looked at: the grammar of a file shows at its start."""

_SECRET_NAME: Final = re.compile(
    r"passw(or)?d|passwd|secret|api_?key|access_?key|private_?key|token|credential|connection_?string|dsn|_pass$|_pwd$",
    re.IGNORECASE,
)
CREDENTIALS_IN_URL: Final = r"[a-z][a-z0-9+]{1,20}://[^\s:/@]{1,100}:(?![*xX]+@)[^\s/@]{3,100}@"
_CREDENTIALS_IN_URL: Final = re.compile(CREDENTIALS_IN_URL)
_PUBLIC_NAME: Final = re.compile(r"csrf|xsrf|public|publishable|site_?key|type|url|expir|endpoint", re.IGNORECASE)
_PUBLIC_KEYS: Final = ("AIza", "pk_live_", "pk_test_")
"""Keys of services that are made to stand in pages: of Google's for browsers, of Stripe's."""

_ASSIGNMENT: Final = re.compile(r"(?:export\s+)?[A-Za-z_][A-Za-z0-9_.]*\s*=\s*\S.*|(?:export\s+)?[A-Z_][A-Z0-9_]*\s*=")
_QUOTED: Final = re.compile(r"=\s*([\"'])[^\"'=\n]{0,8192}\n[^\"']{0,8192}\1")
"""A value of several lines, as keys are written."""
_HASH_LINE: Final = re.compile(r"[^:\s]+:(\$apr1\$|\$2[abxy]\$|\$[156]\$|\{SHA\}|[./0-9A-Za-z]{13}$).*")
_PACKAGE: Final = re.compile(r"[\w.-]+(?:\[[\w,-]+\])?[=~<>]=[\w.*]+.{0,200}")
_LOG_LINE: Final = re.compile(
    r"(?:\S{1,20} )?[\[(<\"]?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\S+ \S+ \S+ \[\d\d/[A-Z][a-z]{2}/\d{4}:"
    r"|(?:\[[A-Z][a-z]{2} )?[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d[ .]|(?:DEBUG|INFO|WARNING|ERROR|CRITICAL):[\w.]+:"
    r"|\[?\d\d[-/](?:\d\d|[A-Z][a-z]{2})[-/]\d{4}[ :]\d\d:\d\d:\d\d"
    r"|\{(?=.{0,1000}\"(?:level|severity|levelname|lvl)\": ?)"
    r"(?=.{0,1000}\"(?:time|timestamp|ts|@timestamp|asctime)\": ?)"
)
"""As web servers, syslog, Python, Ruby, Java and loggers of JSON lines begin theirs."""
_CODE: Final = re.compile(
    r"<\?php|<%@|<jsp:|^[ \t]*(?:from [\w.]+ )?import [\w.{*]|^[ \t]*def \w+\(|^[ \t]*(?:public |private )?class \w+|"
    r"^[ \t]*(?:const|let|var) \w+ = require\(|^#!/|^[ \t]*module\.exports|^package \w+;?$|^using [\w.]+;",
    re.MULTILINE,
)
_SAMPLE: Final = re.compile(
    r"[a-zA-Z_:][\w:]*(?:\{(?:[^\"}]|\"(?:[^\"\\]|\\.)*\")*\})?[ \t]+[-+0-9.eENaInf]+(?:[ \t]+[\d.]+)?(?: # \{.*)?"
)
"""With braces in its labels, which name routes (`/orders/{id}`), and an exemplar (OpenMetrics)."""
_ARCHIVES: Final = (b"PK\x03\x04", b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\x00", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07")
"""First bytes of zip, gzip, bzip2, xz, 7z and rar."""

_PEOPLE: Final = frozenset({"email", "e-mail", "mail", "email_address", "password", "password_hash"})
_ENVIRONMENT: Final = frozenset({"PATH", "HOME", "PWD", "HOSTNAME", "LANG", "USER", "SHELL", "PYTHONPATH", "JAVA_HOME"})

_INTERNALS: Final = frozenset(
    {"pid", "cwd", "argv", "hostname", "platform", "executable", "sys_path", "memory", "heap", "threads", "loadavg"}
    | {"python", "python_version", "node_version", "php_version", "java_version"}
)


def text_of(answer: Answer) -> str:
    return answer.body[:MOST_READ].decode(errors="replace")


def holds(*patterns: str) -> Grammar:
    """All of these regular expressions are found in it, each at the start of a line where it says so."""
    compiled = [re.compile(pattern, re.MULTILINE) for pattern in patterns]
    return lambda answer: all(each.search(text_of(answer)) for each in compiled)


def starts_with(*signatures: bytes) -> Grammar:
    return lambda answer: answer.body.startswith(signatures)


def has_type(*kinds: str) -> Grammar:
    return lambda answer: any(kind in answer.header("content-type") for kind in kinds)


def json_with(*names: str) -> Grammar:
    """A JSON object that has these members."""

    def matches(answer: Answer) -> bool:
        document = json_of(answer)
        return isinstance(document, dict) and all(name in document for name in names)

    return matches


def any_of(*grammars: Grammar) -> Grammar:
    return lambda answer: any(each(answer) for each in grammars)


def is_markup(answer: Answer) -> bool:
    return bool(re.match(rb"\s*(<!doctype html|<html|<head|<body)", answer.body[:200], re.IGNORECASE))


def is_environment_file(answer: Answer) -> bool:
    """Assignments, and nothing else; a value between quotes may be of several lines."""
    lines = _content(_QUOTED.sub('=""', text_of(answer)), comment="#")
    return bool(lines) and all(map(_ASSIGNMENT.fullmatch, lines))


def is_password_file(answer: Answer) -> bool:
    lines = _content(text_of(answer), comment="#")
    return bool(lines) and all(map(_HASH_LINE.fullmatch, lines))


def is_table_of_people(answer: Answer) -> bool:
    """Columns with names, of which one is for addresses or passwords, and a line that fills them."""
    head, *rows = _content(text_of(answer)) or [""]
    columns = [each.strip("\"' ").lower() for each in re.split(r"[,;\t]", head)]
    is_of_people = any(each in _PEOPLE for each in columns)
    return not is_markup(answer) and len(columns) >= 2 and is_of_people and any(each.count("@") for each in rows)


def is_list_of_packages(answer: Answer) -> bool:
    """As pip reads it, with versions."""
    lines = _content(text_of(answer), comment="#")
    return bool(lines) and all(map(_PACKAGE.fullmatch, lines))


def is_log(answer: Answer) -> bool:
    lines = _content(text_of(answer))
    return not is_markup(answer) and len(lines) >= 2 and sum(bool(_LOG_LINE.match(line)) for line in lines) >= 2


def is_code(answer: Answer) -> bool:
    """Source code: what runs on the server is answered with what it gives, never as it is written."""
    return not is_markup(answer) and bool(_CODE.search(text_of(answer)))


def is_archive(answer: Answer) -> bool:
    return answer.body.startswith(_ARCHIVES) or answer.body[257:262] == b"ustar"


_SQL: Final = re.compile(
    r"^[ \t]*(?:(?:CREATE (?:TABLE|DATABASE)|INSERT INTO|DROP TABLE|PRAGMA foreign_keys)\b"
    r"|(?i:create table (?:if not exists )?\S{1,200} ?\(|insert into [^\n]{1,2000}\bvalues ?\("
    r"|copy \S+ \(.*from stdin;))",
    re.MULTILINE,
)


def is_sql(answer: Answer) -> bool:
    """Statements, whoever wrote them; a page that teaches them is markup."""
    return not is_markup(answer) and bool(_SQL.search(text_of(answer)))


is_database: Final = starts_with(b"SQLite format 3\x00")
is_private_key: Final = holds(r"^-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----")


def is_metrics(answer: Answer) -> bool:
    """The text format of Prometheus (https://prometheus.io/docs/instrumenting/exposition_formats/)."""
    lines = _content(text_of(answer))
    samples = sum(bool(_SAMPLE.fullmatch(line)) for line in lines)
    comments = sum(line.startswith(("# HELP ", "# TYPE ", "# UNIT ", "# EOF")) for line in lines)
    return samples >= 1 and samples + comments >= max(2, len(lines) * 0.8) and (comments > 0 or samples >= 3)


def tells_secrets(answer: Answer) -> bool:
    """JSON or `key: value` lines with a member that is named as a secret is, and holds a text."""
    document = json_of(answer)
    if document is not None:
        return any(_is_secret(pointer.rpartition("/")[2], value) for pointer, value in leaves(document))
    if is_markup(answer):
        return False
    pairs = (re.match(r"\s*[\"']?([\w.-]+)[\"']?\s*[:=]\s*(\S.*)", line) for line in _content(text_of(answer)))
    return any(pair is not None and _is_secret(pair[1], pair[2]) for pair in pairs)


def tells_environment(answer: Answer) -> bool:
    """The variables of a process, or its settings with their secrets, as JSON or as a page."""
    document = json_of(answer)
    if document is not None:
        names = {pointer.rpartition("/")[2] for pointer, _ in leaves(document)}
        return len(names & _ENVIRONMENT) >= 2 or tells_secrets(answer)
    found = re.findall(r"(?:^|>|\b)([A-Z_]{3,})(?:=|</t[dh]>|\s*:)", text_of(answer), re.MULTILINE)
    return len(_ENVIRONMENT.intersection(found)) >= 2


def tells_internals(answer: Answer) -> bool:
    """Facts of the process that serves, which only who runs it asks for."""
    names = {pointer.rpartition("/")[2].lower() for pointer, _ in leaves(json_of(answer))}
    return len(names & _INTERNALS) >= 2


def _is_secret(name: str, value: Json) -> bool:
    if not isinstance(value, str):
        return False
    if _CREDENTIALS_IN_URL.search(value[:1000]):
        return True
    if not _SECRET_NAME.search(name) or _PUBLIC_NAME.search(name):
        return False
    text = value.strip("\"' ,")
    is_masked = not text.strip("*xX•.")
    return len(text) >= 3 and not is_masked and not text.startswith(_PUBLIC_KEYS)


def _content(text: str, *, comment: str = "") -> list[str]:
    lines: Iterable[str] = (line.strip() for line in text.splitlines()[:2000])
    return [line for line in lines if line and not (comment and line.startswith(comment))]
