"""Copies of the target's own files beside them, and the sources that its scripts were made from. Listed in `checks`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final

from setpoint.model.dast import Answer, Certainty, Exchange, Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.answers import json_of
from setpoint.scan.dast.checks.configuration.grammars import (
    any_of,
    is_archive,
    is_code,
    is_sql,
    starts_with,
    tells_secrets,
)
from setpoint.scan.dast.checks.configuration.probes import Probes
from setpoint.scan.dast.checks.configuration.problems import OWASP, without_body
from setpoint.scan.dast.interface import Workbench

_MADE: Final = ("{name}.bak", "{name}~", "{name}.old", "{name}.orig", "{stem}.bak", ".{name}.swp")
"""What editors and people call a copy."""

_MOST_FILES: Final = 8
_MOST_SCRIPTS: Final = 5
_SCRIPTS: Final = frozenset({".js", ".mjs", ".css"})
_NO_SOURCE: Final = _SCRIPTS | {".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".webp", ".woff", ".woff2", ".map"}

_IS_SOURCE: Final = any_of(is_code, is_archive, is_sql, tells_secrets, starts_with(b"b0VIM"))


class BackupFiles:
    """Copies of known files beside them, and source maps of scripts."""

    name = "backup-files"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if Probes(bench).are_allowed:
            files = min(_MOST_FILES, sum(1 for _ in _files(Probes(bench))))
            about = _MOST_FILES * len(_MADE) + _MOST_SCRIPTS
            yield PlannedRequest("GET *", self.name, "", about, files * len(_MADE))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        probes = Probes(bench)
        if not probes.are_allowed:
            return
        files = list(_files(probes))
        yield from _copies(probes, [each for each in files if PurePosixPath(each).suffix not in _NO_SOURCE])
        yield from _source_maps(probes, [each for each in files if PurePosixPath(each).suffix in _SCRIPTS])


def _files(probes: Probes) -> Iterator[str]:
    return (path for path in probes.paths if "{" not in path and PurePosixPath(path).suffix)


def _copies(probes: Probes, files: list[str]) -> Iterator[Fault]:
    for path in files[:_MOST_FILES]:
        seen = PurePosixPath(path)
        for made in _MADE:
            copy = str(seen.with_name(made.format(name=seen.name, stem=seen.stem)))
            exchange = probes.found(copy)
            if exchange is not None and exchange.answer is not None and _is_copy(probes, exchange, exchange.answer):
                says = f"{copy} gives anybody a copy of what {path} is made of; keep copies off the server"
                yield _fault("exposed-backup", 530, Severity.HIGH, copy, says, exchange)


def _is_copy(probes: Probes, exchange: Exchange, answer: Answer) -> bool:
    return _IS_SOURCE(answer) and not probes.absences.is_like(exchange)


def _source_maps(probes: Probes, scripts: list[str]) -> Iterator[Fault]:
    for path in scripts[:_MOST_SCRIPTS]:
        exchange = probes.found(f"{path}.map")
        if exchange is not None and exchange.answer is not None and _is_source_map(exchange.answer):
            says = f"{path}.map gives anybody the sources that {path} was made from; do not deploy it"
            yield _fault("exposed-source-map", 540, Severity.LOW, f"{path}.map", says, exchange)


def _is_source_map(answer: Answer) -> bool:
    """Of ECMA-426, with the sources in it, or their names."""
    document = json_of(answer)
    return isinstance(document, dict) and document.get("version") == 3 and bool(document.get("sources"))


def _fault(kind: str, cwe: int, severity: Severity, path: str, message: str, exchange: Exchange) -> Fault:
    return Fault(
        kind=kind,
        cwe=cwe,
        owasp=OWASP,
        severity=severity,
        certainty=Certainty.OBSERVED,
        method="GET",
        path=path,
        message=message,
        proof=(without_body(exchange),),
        difference="the content has the form of a source, not of an answer",
    )
