"""zizmor over GitHub's workflows and actions, offline, by its SARIF. It runs none of what it reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from setpoint.model.scan import ScanKind
from setpoint.scan.files import relative
from setpoint.scan.interface import ScanTarget
from setpoint.scan.process import ProcessScanner, Seen, doubts_of, sarif_of
from setpoint.scan.running import Workshop, batches
from setpoint.scan.suppressing import mark_suppressed

NOTHING_READ: Final = 3
"""The exit code with which it says that none of its inputs could be read."""

_ALONE: Final = (
    "--offline",
    "--no-config",
    "--no-exit-codes",
    "--no-progress",
    "--color",
    "never",
    "--format",
    "sarif",
)
"""Without the project's `zizmor.yml`, which could switch audits off."""

_INPUT: Final = re.compile(
    r"(?:.*/)?(?:\.github/(?:workflows/[^/]+|dependabot)\.ya?ml|action\.ya?ml|\.pre-commit-(?:config|hooks)\.yaml)"
)
_COMPLETED: Final = re.compile(r"completed (.+)$", re.MULTILINE)


class Zizmor(ProcessScanner):
    name = "zizmor"
    kind = ScanKind.PIPELINE
    remedy = "install it with: pip install 'setpoint[scan]'"

    def reads(self, file: str) -> bool:
        return _INPUT.fullmatch(file) is not None

    def look(self, workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        """Twice, since it is quick: with and without heeding `# zizmor: ignore`."""
        seen = [self._look(workshop, program, target, each) for each in batches(target.root, files)]
        return Seen(
            tuple(result for each in seen for result in each.results),
            version=next((each.version for each in seen if each.version), ""),
            unread=tuple(file for each in seen for file in each.unread),
            doubts=tuple(dict.fromkeys(doubt for each in seen for doubt in each.doubts)),
        )

    @staticmethod
    def _look(workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        command = (program, *_ALONE)
        wide = workshop.run([*command, "--no-ignores", *files], fine=(0, NOTHING_READ))
        completed = set(_COMPLETED.findall(wide.complaint))
        unread = tuple(relative(each, target.root) for each in files if each not in completed)
        if wide.exit_code == NOTHING_READ:
            return Seen((), unread=unread)
        heeding = sarif_of(workshop.run([*command, *files]).output, target)
        run = sarif_of(wide.output, target)
        marked = tuple(mark_suppressed(run.results, heeding.results))
        return Seen(marked, run.version, unread, doubts_of(run, heeding))
