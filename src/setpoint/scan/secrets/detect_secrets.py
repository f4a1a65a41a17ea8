"""detect-secrets over every text file, by its JSON. Of what it finds, place and kind are kept: no value, no hash.

It asks nobody whether a secret is still good (`--no-verify`). A file that is no UTF-8 it takes for binary, and says
nothing: of a text in another encoding it is given a copy.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import parse_json
from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, ScanKind, ScanResult
from setpoint.scan.files import BEGINNING, relative
from setpoint.scan.interface import ScanTarget
from setpoint.scan.process import ProcessScanner, Seen
from setpoint.scan.running import Workshop, batches
from setpoint.scan.sarif.reading import WIDE
from setpoint.scan.values import as_mapping, mapping, mappings, number, text

HEEDS_NOTHING: Final = (
    *("--disable-filter", "detect_secrets.filters.allowlist.is_line_allowlisted"),
    *("--disable-filter", "detect_secrets.filters.heuristic.is_swagger_file"),
)
"""So that what a comment allows is told as well, and marked; and that no name of a file hides what it holds."""

NO_SECRETS: Final = ("--disable-plugin", "IPPublicDetector")
"""A public address is none."""

HARD_CODED: Final = 798
"""CWE: use of hard-coded credentials."""

GUESSED: Final = 0.3
"""The confidence in what only looks random: digests do, too."""

_ALLOWED: Final = re.compile(r"pragma: ?(?:allow|white)list[ -]secret")
_NEXT_ALLOWED: Final = re.compile(r"^\W*pragma: ?allowlist[ -]nextline[ -]secret")
"""The comments of detect-secrets 1.5 (its README, *Inline Allowlisting*)."""

_NOT_OPENED: Final = re.compile(r"Unable to open file: (.+)")


class DetectSecrets(ProcessScanner):
    name = "detect-secrets"
    kind = ScanKind.SECRETS
    remedy = "install it with: pip install 'setpoint[scan]'"

    def reads(self, file: str) -> bool:  # noqa: ARG002 - a secret can be in any file
        return True

    def look(self, workshop: Workshop, program: Path, target: ScanTarget, files: Sequence[str]) -> Seen:
        copies = workshop.folder / "as-utf-8"
        rewritten = frozenset(each for each in files if _rewritten(target.root / each, copies / each))
        plain = [each for each in files if each not in rewritten]
        seen = [
            *_look(workshop, program, target.root, plain),
            *_look(workshop, program, copies.resolve(), sorted(rewritten)),
        ]
        return Seen(
            tuple(result for each in seen for result in each.results),
            next((each.version for each in seen), ""),
            tuple(file for each in seen for file in each.unread),
        )


def _look(workshop: Workshop, program: Path, root: Path, files: Sequence[str]) -> Iterator[Seen]:
    """As often as there are batches; none for no file."""
    command = (program, "-C", root, "scan", "--all-files", "--no-verify", *HEEDS_NOTHING, *NO_SECRETS)
    for each in batches(root, files):
        finished = workshop.run([*command, *each])
        found, version = read_detect_secrets(finished.output, root)
        unread = tuple(relative(file.strip(), root) for file in _NOT_OPENED.findall(finished.complaint))
        yield Seen(tuple(found), version, unread)


def _rewritten(file: Path, copy: Path) -> bool:
    """Whether it is a text in another encoding, which is copied with its lines where they were."""
    try:
        data = file.read_bytes()
    except OSError:  # which the tool tells, too
        return False
    encoding = "utf-16" if data.startswith(WIDE) else "utf-8"
    if encoding == "utf-8" and (_is_utf8(data) or b"\0" in data[:BEGINNING]):
        return False
    copy.parent.mkdir(parents=True, exist_ok=True)
    copy.write_bytes(data.decode(encoding, "replace").encode())
    return True


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def read_detect_secrets(output: bytes, root: Path) -> tuple[list[ScanResult], str]:
    """Its results and its version, out of a baseline as it writes it."""
    told = as_mapping(parse_json(output, "its output"), "its output")
    if "results" not in told:
        raise InputError("these are no results of detect-secrets", where="its output")
    lines = _Lines(root)
    files = mapping(told, "results")
    found = [
        _result(text(each, "type"), relative(file, root), number(each, "line_number", 0), lines)
        for file in files
        for each in mappings(files, file)
    ]
    return found, text(told, "version")


def _result(what: str, file: str, line: int, lines: _Lines) -> ScanResult:
    guessed = what.endswith("High Entropy String")
    return ScanResult(
        tool=DetectSecrets.name,
        rule=re.sub(r"[^a-z0-9]+", "-", what.lower()).strip("-") or "secret",
        severity=Severity.LOW if guessed else Severity.HIGH,
        place=CodePlace(file, max(line, 0), max(line, 0)),
        message=f"{what} in a file",
        cwes=(HARD_CODED,),
        kind=ScanKind.SECRETS,
        confidence=GUESSED if guessed else None,
        is_suppressed=lines.is_allowed(file, line),
    )


class _Lines:
    """The lines around a result: whether a comment allows it. Nothing of them is kept."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._read = lru_cache(maxsize=1)(self._lines)  # results come file by file

    def is_allowed(self, file: str, line: int) -> bool:
        lines = self._read(file)
        here, above = (lines[at - 1] if 0 < at <= len(lines) else "" for at in (line, line - 1))
        return bool(_ALLOWED.search(here) or _NEXT_ALLOWED.search(above))

    def _lines(self, file: str) -> list[str]:
        try:
            return (self._root / file).read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:  # gone meanwhile: then nothing allows it
            return []
