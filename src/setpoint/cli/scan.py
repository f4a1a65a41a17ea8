"""`setpoint scan`: what scanners tell of the source of a release, each problem once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.sarif_option import STANDARD_OUTPUT, write_sarif
from setpoint.cli.server_options import only_here
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, ScanStatus
from setpoint.scan.names import NAMES
from setpoint.settings import ScanSettings, load_settings

FILE: Final = click.Path(path_type=Path)

LOOKED: Final = frozenset({ScanStatus.COMPLETE, ScanStatus.PARTIAL})


@click.command(name="scan")
@click.argument("path", type=FILE, default=".")
@config_option
@click.option("--scanner", "scanners", multiple=True, metavar="NAME", help=f"Run this one: {', '.join(NAMES)}.")
@click.option(
    "--sarif", "reports", multiple=True, type=FILE, metavar="FILE", help="Read what another tool wrote: SARIF 2.1.0."
)
@click.option("--exclude", multiple=True, metavar="GLOB", help="Leave these files or folders out: 'tests/*'.")
@click.option("--base", default="", metavar="REF", help="Tell new weaknesses from those that this commit has, too.")
@click.option(
    "--fail-on",
    type=click.Choice([str(each) for each in Severity]),
    default=str(Severity.MEDIUM),
    show_default=True,
    help="Exit 1 for weaknesses of this severity or a worse one; with --base, for new ones.",
)
@click.option("--sarif-out", metavar="FILE", help="Write the weaknesses as SARIF 2.1.0, too; - for standard output.")
@json_option
@only_here("looks at files on this machine")
def command(
    path: Path,
    config: Path,
    scanners: tuple[str, ...],
    reports: tuple[Path, ...],
    exclude: tuple[str, ...],
    base: str,
    fail_on: str,
    sarif_out: str | None,
    *,
    as_json: bool,
) -> int:
    """Run the scanners that are installed over a folder of source, and list its weaknesses, each once.

    Exits 1 where there is one that counts (--fail-on), 3 where a scanner that was asked for, is required or was
    started could not tell, or where none could look, 0 otherwise. Nothing of the folder is executed.
    """
    from setpoint.cli.scan_view import scan_document, show_scan
    from setpoint.cli.scanning import examined
    from setpoint.wiring_scan import SourceQuestion

    settings = _settings(config)
    question = SourceQuestion(path, scanners=scanners, reports=reports, exclude=exclude, base=base)
    scan = examined(question, settings)
    counting = _counting(scan, Severity(fail_on))
    output = Output.of(as_json=as_json)
    if as_json:
        output.json(scan_document(scan, counting))
    elif sarif_out != STANDARD_OUTPUT:
        show_scan(output, scan, counting, Severity(fail_on))
    if sarif_out:
        from setpoint.sarif.weaknesses import weaknesses_log

        write_sarif(sarif_out, weaknesses_log(scan), as_json=as_json)
    return _exit_code(scan, counting)


def _settings(config: Path) -> ScanSettings:
    """A folder can be looked at without any configuration; one that is there, or is named, counts."""
    named = click.get_current_context().get_parameter_source("config") is not click.core.ParameterSource.DEFAULT
    return load_settings(config).scan if named or config.exists() else ScanSettings()


def _counting(scan: Scan, least: Severity) -> int:
    """Weaknesses that are bad enough, and not known to be old."""
    return sum(each.severity.rank >= least.rank and each.is_new is not False for each in scan.weaknesses)


def _exit_code(scan: Scan, counting: int) -> int:
    if counting:
        return 1
    return 3 if scan.doubts or not any(each.status in LOOKED for each in scan.runs) else 0
