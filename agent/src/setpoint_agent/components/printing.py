"""`python -m setpoint_agent sbom`: what this Python's environment is made of, without a control plane."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, TextIO

from setpoint_agent.components.bill import Bill, document
from setpoint_agent.settings import read_settings

FINE, FOUND, WRONG_USAGE = 0, 1, 2
"""Exit codes: `FOUND` with `--verify`, where a file is not as it was installed, or nobody's."""

HELP: Final = """\
Usage: python -m setpoint_agent sbom [--verify]

Prints a bill of materials of this Python's environment as CycloneDX 1.6 JSON: distributions, the interpreter, packages
of the operating system.

    --verify    hold every file against its distribution's RECORD, and list those that no distribution owns

Exit code: 0; with --verify 1, if a file was changed, is missing, or is nobody's; 2: wrong usage."""


def print_bill(arguments: Sequence[str], output: TextIO, errors: TextIO) -> int:
    """The exit code."""
    given = set(arguments)
    if given & {"-h", "--help"}:
        print(HELP, file=output)
        return FINE
    unknown = sorted(given - {"--verify"})
    if unknown:
        print(f"setpoint-run sbom: {unknown[0]} is no option; --help lists what there is", file=errors)
        return WRONG_USAGE
    bill, settings = Bill(_folders()), read_settings()
    wrong = bill.verify_all() if "--verify" in given else 0
    made = document(
        bill.components(), service="" if settings.service == "unknown" else settings.service, release=settings.release
    )
    json.dump(made, output, indent=2)
    print(file=output)
    if wrong:
        print(f"setpoint-run sbom: {wrong} {'file is' if wrong == 1 else 'files are'} not as installed", file=errors)
    return FOUND if wrong else FINE


def _folders() -> list[str]:
    """Those that are installed into; the working directory, which `python -m` puts first, is none of them."""
    here = str(Path.cwd())
    return [each for each in sys.path if each and each != here]
