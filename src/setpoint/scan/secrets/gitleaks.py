"""gitleaks where it is installed, and its JSON, whoever ran it. The value is never kept, only its place and rule."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import parse_json
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScanResult
from setpoint.scan.files import relative
from setpoint.scan.interface import ScanTarget
from setpoint.scan.process import ProcessScanner, Seen
from setpoint.scan.running import Workshop
from setpoint.scan.suppressing import mark_suppressed
from setpoint.scan.values import Members, as_mapping, number, text

HARD_CODED: Final = 798
"""CWE: use of hard-coded credentials."""

USUAL_RULES: Final = "[extend]\nuseDefault = true\n"
"""In the place of a `.gitleaks.toml` of the project, which could switch rules off."""


class Gitleaks(ProcessScanner):
    """Over the files as they are; their history is for `gitleaks git`, whose output is read like any other."""

    name = "gitleaks"
    kind = ScanKind.SECRETS
    remedy = "install it as https://github.com/gitleaks/gitleaks says"

    def reads(self, file: str) -> bool:  # noqa: ARG002 - a secret can be in any file
        return True

    def version(self, workshop: Workshop, program: Path) -> str:
        lines = workshop.run([program, "version"]).output.decode("utf-8", "replace").split()
        return lines[-1].removeprefix("v")[:100] if lines else ""

    def look(self, workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        """Twice, with and without heeding `gitleaks:allow`. It takes no names: other files are dropped."""
        rules = workshop.folder / "gitleaks.toml"
        rules.write_text(USUAL_RULES, encoding="utf-8")
        options = ("--config", rules, "--gitleaks-ignore-path", workshop.folder, "--redact=100", "--no-banner")
        wanted = set(files)

        def told(name: str, *more: str) -> list[ScanResult]:
            report = workshop.folder / name
            paths = ("--report-format", "json", "--report-path", report)
            workshop.run([program, "dir", target.root, *options, *paths, "--exit-code", "0", *more])
            found = read_gitleaks(workshop.read(report), target.root, "its output")
            return [each for each in found if each.place.file in wanted]

        wide = told("wide.json", "--ignore-gitleaks-allow")
        return Seen(tuple(mark_suppressed(wide, told("heeding.json"))))


def read_gitleaks(output: bytes, root: Path, where: str) -> tuple[ScanResult, ...]:
    """Out of its JSON report, a list; `InputError` for what is none."""
    told = parse_json(output, where)
    if not isinstance(told, list):
        raise InputError("these are no results of gitleaks", where=where)
    try:
        return tuple(_result(as_mapping(each, "a result"), root) for each in told)
    except InputError as error:
        raise InputError(error.what, where=where) from error


def _result(told: Members, root: Path) -> ScanResult:
    rule, file = text(told, "RuleID"), text(told, "File")
    if not rule or not file:
        raise InputError("a result has no RuleID or no File")
    line = max(number(told, "StartLine", 0), 0)
    return ScanResult(
        tool=Gitleaks.name,
        rule=rule[:200],
        severity=Severity.HIGH,
        place=CodePlace(relative(file, root), line, max(number(told, "EndLine", line), line)),
        message=f"{rule[:200]} in a file",
        cwes=(HARD_CODED,),
        kind=ScanKind.SECRETS,
    )
