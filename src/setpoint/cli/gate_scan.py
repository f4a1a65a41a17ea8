"""`setpoint gate --scan …`: the source of the release is scanned on this machine before the gate is asked."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final

import click

from setpoint.cli.scan_view import only_scan
from setpoint.cli.server_options import lacks_client
from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.model.scan import Scan
from setpoint.settings import DEFAULT_FILE

MAX_SCAN_BYTES: Final = 64 * 1024 * 1024
"""Of a file with twenty thousand weaknesses, which is as many as are taken."""

AGAIN: Final = "make it again: setpoint scan --json"

FILE: Final = click.Path(path_type=Path, exists=True, dir_okay=False)

_OPTIONS: Final = (
    click.option(
        "--scan",
        "folder",
        is_flag=False,
        flag_value=".",
        metavar="[PATH]",
        help="Scan the source in this folder (without PATH: here) with all scanners that are installed.",
    ),
    click.option(
        "--scanner", "scanners", multiple=True, metavar="NAME", help="With --scan: only this one. May be repeated."
    ),
    click.option(
        "--sarif", "reports", multiple=True, type=FILE, help="Take what another tool told (SARIF). May be repeated."
    ),
    click.option("--base", default="", metavar="REF", help="With --scan: what new weaknesses are told apart from."),
    click.option(
        "--scan-file", type=FILE, help="Take what `setpoint scan --json` printed before, instead of scanning."
    ),
)


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What is to be scanned or read."""

    config: Path
    folder: str | None = None
    scanners: tuple[str, ...] = ()
    reports: tuple[Path, ...] = ()
    base: str = ""
    scan_file: Path | None = None

    def check(self) -> None:
        """Raises `InputError` for options that do not go together."""
        if self.folder is None:
            for name, value in (("--scanner", self.scanners), ("--base", self.base)):
                if value:
                    raise InputError(f"{name} is for scanning", where=name, remedy="add --scan")
        if self.scan_file is not None and (self.folder is not None or self.reports):
            raise InputError(
                "a scan is given, and another one asked for", where="--scan-file", remedy="leave one of them out"
            )

    @property
    def root(self) -> Path:
        return Path(self.folder or ".")

    def made(self, exclude: Sequence[str] = ()) -> Scan | None:
        """None where nothing is to be scanned. May take as long as scanners do.

        `exclude` are globs of files that are no source.
        """
        if self.scan_file is not None:
            return _read(self.scan_file)
        if self.folder is None and not self.reports:
            return None
        # Only who scans pays for what scans.
        from setpoint.cli.scanning import examined
        from setpoint.settings import load_settings
        from setpoint.wiring.scan import SourceQuestion

        is_configured = self.config != DEFAULT_FILE or self.config.exists()
        question = SourceQuestion(
            self.root,
            runs_scanners=self.folder is not None,
            scanners=self.scanners,
            reports=self.reports,
            exclude=tuple(exclude),
            base=self.base,
        )
        return examined(question, load_settings(self.config) if is_configured else None)


def scan_options(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets `scanning`."""

    @wraps(command)
    def given(
        folder: str | None,
        scanners: tuple[str, ...],
        reports: tuple[Path, ...],
        base: str,
        scan_file: Path | None,
        **options: Any,
    ) -> int:
        config = Path(click.get_current_context().params.get("config") or DEFAULT_FILE)
        scanning = ScanOptions(config, folder, scanners, reports, base, scan_file)
        scanning.check()
        return command(scanning=scanning, **options)

    for option in reversed(_OPTIONS):
        given = option(given)
    return given


def _read(path: Path) -> Scan:
    try:
        from pydantic import ValidationError

        from setpoint.wire.scan import ScanDocument
        from setpoint.wire.wording import place, told
    except ImportError as error:
        raise lacks_client() from error
    try:
        document = json.loads(read_bytes(path, limit=MAX_SCAN_BYTES))
    except (ValueError, RecursionError) as error:
        raise InputError(f"this is no scan: it is no JSON ({error})", where=str(path), remedy=AGAIN) from error
    try:
        return ScanDocument.model_validate_json(json.dumps(only_scan(document))).model()
    except ValidationError as error:
        wrong = error.errors()[0]
        raise InputError(f"this is no scan ({place(wrong)}: {told(wrong)})", where=str(path), remedy=AGAIN) from error
