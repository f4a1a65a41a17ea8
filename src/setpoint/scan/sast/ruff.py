"""Ruff's security rules (`S`) over Python. It parses what it reads, and runs none of it."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from setpoint.model.scan import ScanKind
from setpoint.scan.files import relative
from setpoint.scan.hiding import without_secret
from setpoint.scan.interface import ScanTarget
from setpoint.scan.process import ProcessScanner, Seen, doubts_of, sarif_of
from setpoint.scan.running import Workshop
from setpoint.scan.sast.python_tests import known
from setpoint.scan.suppressing import mark_suppressed

UNPARSED: Final = "invalid-syntax"
"""The rule under which ruff tells that it cannot read a file."""

_NOT_LINTED: Final = re.compile(r"^warning: Failed to lint (.+?): ", re.MULTILINE)

_ALONE: Final = ("--isolated", "--no-cache", "--no-fix", "--select", "S", "--output-format", "sarif")
"""Without the project's configuration, or the user's, which could switch rules off."""


class Ruff(ProcessScanner):
    name = "ruff"
    kind = ScanKind.SAST
    remedy = "install it with: pip install 'setpoint[scan]'"

    def reads(self, file: str) -> bool:
        return file.endswith((".py", ".pyw"))

    def look(self, workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        """Twice, since it is quick: with and without heeding `# noqa`."""
        names = workshop.folder / "files"  # one a line, as ruff takes them: no command line is that long
        names.write_bytes(b"\n".join(os.fsencode(str(target.root / each)) for each in files))
        command: tuple[str | Path, ...] = (program, "check", *_ALONE, "--extension", "pyw:python")
        wide = workshop.run([*command, "--ignore-noqa", f"@{names}"], fine=(0, 1))
        heeding = sarif_of(workshop.run([*command, f"@{names}"], fine=(0, 1)).output, target)
        run = sarif_of(wide.output, target)
        unparsed = {each.place.file for each in run.results if each.rule == UNPARSED}
        unread = {relative(each, target.root) for each in _NOT_LINTED.findall(wide.complaint)}
        marked = mark_suppressed(run.results, heeding.results)
        return Seen(
            tuple(without_secret(known(each)) for each in marked if each.rule != UNPARSED),
            version=run.version,
            unread=tuple(unparsed | unread),
            doubts=doubts_of(run, heeding),
        )
