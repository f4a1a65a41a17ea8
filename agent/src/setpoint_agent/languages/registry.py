"""Which tokenizer reads which language; sinks name one (`Sink.language`), `examination` looks it up here."""

from __future__ import annotations

from typing import Final

from setpoint_agent.languages import documents, html, ldap, lines, path, python, regex, shell, sql, template, url, xpath
from setpoint_agent.languages.interface import Place

BY_NAME: Final[dict[str, Place]] = {
    "header": lines.place_in_header,
    "html": html.place,
    "json": documents.place,
    "ldap": ldap.place,
    "log": lines.place_in_log,
    "nosql": documents.place_in_query,
    "path": path.place,
    "python": python.place,
    "regex": regex.place,
    "shell": shell.place,
    "sql": sql.place,
    "template": template.place,
    "url": url.place,
    "whole": lines.place_in_whole,
    "xpath": xpath.place,
}
"""Every language by the name that sinks use."""
