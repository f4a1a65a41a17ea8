"""Semgrep, with a folder of rules: ours, or another. Offline, telling nobody; it runs nothing of what it reads."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from setpoint.model.scan import ScanKind, ScanStatus
from setpoint.scan.files import LARGEST_FILE
from setpoint.scan.hiding import without_secret
from setpoint.scan.interface import Availability, ScanTarget
from setpoint.scan.process import ProcessScanner, Seen, doubts_of, sarif_of
from setpoint.scan.running import ToolError, Workshop

SUFFIXES: Final = (".py", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".go", ".java")
"""Of the languages that the rules are for."""

NO_RULES: Final = "name a folder of rules with scan.semgrep_rules"

IGNORE_NOTHING: Final = "# Everything counts.\n"
"""Without a file of its own, it leaves out tests and more."""

_OFFLINE: Final = ("--metrics", "off", "--disable-version-check", "--oss-only")
_PLAIN: Final = (
    "--sarif",
    "--quiet",
    "--no-rewrite-rule-ids",
    "--no-git-ignore",
    "--max-target-bytes",
    str(LARGEST_FILE),
)


class Semgrep(ProcessScanner):
    """Over a copy of the files: named one by one, each costs it half a second, and in the project's own folder its
    `.semgrepignore` would hide what it likes.
    """

    name = "semgrep"
    kind = ScanKind.SAST
    remedy = "install it apart, since it holds its libraries fast: pipx install semgrep"

    def __init__(self, rules: Path | None) -> None:
        self._rules = rules

    def availability(self) -> Availability:
        if self._rules is None or not self._rules.exists():
            return Availability(reason=f"semgrep has no rules; {NO_RULES}")
        return ProcessScanner.availability(self)

    def reads(self, file: str) -> bool:
        return file.endswith(SUFFIXES)

    def look(self, workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        """What `// nosemgrep` suppresses is in its SARIF, and marked so."""
        if self._rules is None or not self._rules.exists():
            raise ToolError(ScanStatus.MISSING, "it has no rules", remedy=NO_RULES)
        copy, unread = workshop.copy(target.root, files)
        (copy / ".semgrepignore").write_text(IGNORE_NOTHING, encoding="utf-8")
        command = (program, "scan", "--config", self._rules.resolve(), *_OFFLINE, *_PLAIN, "--jobs", str(_jobs()), copy)
        run = sarif_of(workshop.run(command, fine=(0, 1)).output, replace(target, root=copy))
        return Seen(
            tuple(without_secret(result) for result in run.results),
            version=run.version,
            unread=unread,
            doubts=tuple(each.replace(f"{copy}/", "") for each in doubts_of(run)),
        )


def _jobs() -> int:
    """Half of the processors, beside the other scanners: of two, both together take longer than one (ADR 41)."""
    return max((os.cpu_count() or 1) // 2, 1)
