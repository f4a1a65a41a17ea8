"""Bandit over Python, by its JSON. It parses what it reads, and runs none of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import parse_json
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScanResult
from setpoint.scan.files import relative
from setpoint.scan.hiding import without_secret
from setpoint.scan.interface import ScanTarget
from setpoint.scan.process import ProcessScanner, Seen
from setpoint.scan.running import Workshop, batches
from setpoint.scan.sast.python_tests import known
from setpoint.scan.suppressing import mark_suppressed
from setpoint.scan.values import Members, as_mapping, items, mapping, mappings, number, text
from setpoint.scan.words import SEVERITIES, confidence_of

NO_INI: Final = "[bandit]\n"
"""In the place of a `.bandit` of the project, which could switch tests off."""


class Bandit(ProcessScanner):
    name = "bandit"
    kind = ScanKind.SAST
    remedy = "install it with: pip install 'setpoint[scan]'"

    def reads(self, file: str) -> bool:
        return file.endswith((".py", ".pyw"))

    def look(self, workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        """Files in which `# nosec` hid something are looked at once more, without heeding it."""
        ini = workshop.folder / "bandit.ini"
        ini.write_text(NO_INI, encoding="utf-8")
        command: tuple[str | Path, ...] = (program, "--ini", ini, "--format", "json", "--number", "1", "--quiet")
        seen = [_read(self._told(workshop, command, each), target.root) for each in batches(target.root, files)]
        unread = set(files).difference(*(each.looked for each in seen)).union(*(each.unread for each in seen))
        heeding = [result for each in seen for result in each.results]
        hiding = sorted({file for each in seen for file in each.hiding})
        heedless = [
            result
            for each in batches(target.root, hiding)
            for result in _read(self._told(workshop, (*command, "--ignore-nosec"), each), target.root).results
        ]
        open_ones = [each for each in heeding if each.place.file not in hiding]
        marked = mark_suppressed(heedless, (each for each in heeding if each.place.file in hiding))
        return Seen((*open_ones, *marked), unread=tuple(unread))

    @staticmethod
    def _told(workshop: Workshop, command: Iterable[str | Path], files: Sequence[str]) -> bytes:
        """Bandit ends with 1 where it found something."""
        return workshop.run([*command, *files], fine=(0, 1)).output


@dataclass(frozen=True, slots=True)
class _Told:
    results: list[ScanResult]
    looked: list[str]
    """Files that it came to: it passes some folders over, whoever names a file in them."""
    unread: list[str]
    hiding: list[str]
    """Files in which a comment hid something."""


def _read(output: bytes, root: Path) -> _Told:
    told = as_mapping(parse_json(output, "its output"), "its output")
    if "results" not in told or "errors" not in told:
        raise InputError("these are no results of bandit", where="its output")
    metrics = mapping(told, "metrics")
    return _Told(
        results=[_result(each, root) for each in mappings(told, "results")],
        looked=[relative(file, root) for file in metrics if file != "_totals"],
        unread=[relative(text(each, "filename"), root) for each in mappings(told, "errors")],
        hiding=[relative(file, root) for file in metrics if file != "_totals" and _hidden(mapping(metrics, file))],
    )


def _hidden(metrics: Members) -> int:
    return number(metrics, "nosec", 0) + number(metrics, "skipped_tests", 0)


def _result(told: Members, root: Path) -> ScanResult:
    cwe = number(mapping(told, "issue_cwe"), "id", 0)
    lines = [each for each in items(told, "line_range") if isinstance(each, int)]
    first = number(told, "line_number", 0)
    result = ScanResult(
        tool=Bandit.name,
        rule=text(told, "test_id"),
        severity=SEVERITIES.get(text(told, "issue_severity").lower(), Severity.LOW),
        place=CodePlace(relative(text(told, "filename"), root), first, max(lines, default=first)),
        message=text(told, "issue_text"),
        cwes=(cwe,) if cwe else (),
        confidence=confidence_of(text(told, "issue_confidence")),
    )
    return without_secret(known(result))
