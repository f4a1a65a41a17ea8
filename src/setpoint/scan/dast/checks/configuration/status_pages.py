"""Pages by which servers tell who runs them how they do, as markup or as text. Pure; called by `file_kinds`.

A check of health tells less: that all is well, since when, and which version. What counts are two things that servers
say, one of which no page for people has: Apache, nginx, php-fpm, HAProxy, lighttpd, Tomcat and IIS.
"""

from __future__ import annotations

import re
from typing import Final

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.configuration.grammars import text_of


def _signs(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each, re.IGNORECASE | re.MULTILINE) for each in patterns)


_OF_SERVERS: Final = _signs(
    r"\bapache server status\b",
    r"\btotal[ _]accesses\b\W{1,30}\d",
    r"\b(?:busy|idle)[ _]?workers\b",
    r"\brequests currently being processed\b",
    r"\bscoreboard\b",
    r"\bactive connections\W{1,30}\d",
    r"\bserver accepts handled requests\b",
    r"\breading\W{1,4}\d+\s+writing\W{1,4}\d+\s+waiting\W{1,4}\d",
    r"\baccepted conn\b",
    r"\b(?:max )?listen queue\b",
    r"\bprocess manager\W{1,30}\w",
    r"\bmax children reached\b",
    r"\bstatistics report for haproxy\b|\bhaproxy version\b",
    r"#\s*pxname,svname",
    r"\bmax threads\W{1,30}\d",
    r"\bcurrent threads? (?:count|busy)\b",
    r"\bapplication pool\b[\s\S]{0,400}\bw3wp\b",
    r"\b(?:\d{1,3}\.){3}\d{1,3}\b[^\n]{0,200}?\b(?:GET|POST|PUT|HEAD) /",
)
"""What no page for people says: the names of figures, and which client asks for what."""

_BESIDE: Final = _signs(
    r"\bserver[ -]status\b",
    r"\b(?:server |process )?uptime\b(?!\W{1,30}[\d.]+ ?%)",
    r"\btotal[ _](?:traffic|kbytes)\b",
    r"\breq(?:uests)?[ _]?(?:/|per)[ _]?s(?:ec|econd)?\b",
    r"\bbytes[ _]?(?:/|per)[ _]?(?:sec|req)",
    r"\bcpu[ _]?(?:load|usage)\b",
    r"^pool\W{1,30}\w",
    r"\b(?:active|idle|total) processes\b",
    r"\bstart(?: since|ed at|[ _]time)\b",
    r"\bslow requests\b",
    r"\bbytes (?:received|sent)\b",
    r"\b(?:free|total|max) memory\b",
    r"\b(?:server|parent server) (?:version|built|generation)\b",
)
"""What they say besides, and so do others."""


def is_server_status(answer: Answer) -> bool:
    text = text_of(answer)
    own = sum(bool(each.search(text)) for each in _OF_SERVERS)
    return own >= 2 or (own == 1 and any(each.search(text) for each in _BESIDE))
