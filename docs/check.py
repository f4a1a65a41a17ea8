"""Holds README's help text against the program; `--write` puts the program's own words in. Part of `make lint`."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
PAGES: Final = (ROOT / "README.md", ROOT / "docs" / "reference" / "commands.md")
BLOCK: Final = re.compile(r"(<!-- (setpoint[^>]*) -->\n```text\n)(.*?)(```\n)", re.DOTALL)
"""A fenced block after a comment that names a command: the block is what the command prints."""


def main() -> int:
    write = "--write" in sys.argv[1:]
    stale = [page for page in PAGES if not _is_fresh(page, write=write)]
    for page in stale:
        sys.stderr.write(f"{page.relative_to(ROOT)} does not say what the program says; run: make docs\n")
    return 1 if stale else 0


def _is_fresh(page: Path, *, write: bool) -> bool:
    text = page.read_text(encoding="utf-8")
    fresh = BLOCK.sub(lambda match: match[1] + _output(match[2]) + match[4], text)
    if write and fresh != text:
        page.write_text(fresh, encoding="utf-8")
        return True
    return fresh == text


def _output(command: str) -> str:
    program = [sys.executable, "-m", *command.split()]
    done = subprocess.run(program, capture_output=True, text=True, check=True, env={"COLUMNS": "100"})  # noqa: S603
    return "\n".join(line.rstrip() for line in done.stdout.splitlines()) + "\n"


if __name__ == "__main__":
    sys.exit(main())
