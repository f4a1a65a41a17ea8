"""Which tokenizer reads which language; sinks name one (`Sink.language`), `examination` looks it up here."""

from __future__ import annotations

from typing import Final

from setpoint_agent.languages.interface import Place, Placement


def _whole(text: str, start: int, end: int) -> Placement:
    return Placement("whole" if start == 0 and end == len(text) else "part", crosses=False)


NAMES: Final = (
    "sql", "shell", "path", "html", "xpath", "ldap", "url", "python", "template", "regex", "header", "log", "json",
    "nosql", "whole",
)  # fmt: skip

BY_NAME: Final[dict[str, Place]] = dict.fromkeys(NAMES, _whole)
