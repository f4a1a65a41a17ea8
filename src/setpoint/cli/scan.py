"""`setpoint scan`: what scanners tell of the source of a release, each problem once."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import click

from setpoint.cli.options import config_option, json_option
from setpoint.cli.output import Output
from setpoint.cli.pipeline import pipeline
from setpoint.cli.report_files import WantedReport, report_option, within
from setpoint.cli.server_options import only_here
from setpoint.errors import InputError
from setpoint.model.decision import Verdict
from setpoint.model.policy import Severity
from setpoint.model.scan import Scan, ScanStatus, Weakness
from setpoint.scan.names import NAMES
from setpoint.settings import Settings, load_settings

FILE: Final = click.Path(path_type=Path)

LOOKED: Final = frozenset({ScanStatus.COMPLETE, ScanStatus.PARTIAL})

VERDICTS: Final[Mapping[int, Verdict]] = {0: Verdict.ADMIT, 1: Verdict.REFUSE, 3: Verdict.UNKNOWN}
"""What each exit code means to a pipeline."""


@click.command(name="scan")
@click.argument("paths", type=FILE, nargs=-1, metavar="[PATH]...")
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
@report_option
@json_option
@only_here("looks at files on this machine")
def command(
    paths: tuple[Path, ...],
    config: Path,
    scanners: tuple[str, ...],
    reports: tuple[Path, ...],
    exclude: tuple[str, ...],
    base: str,
    fail_on: str,
    wanted: tuple[WantedReport, ...],
    *,
    as_json: bool,
) -> int:
    """Run the scanners that are installed over a folder of source, and list its weaknesses, each once.

    PATH is the folder, without any the one you are in; or files in that, and nothing else is looked at.

    Exits 1 where there is one that counts (--fail-on), 3 where a scanner that was asked for, is required or was
    started could not tell, or where none could look, 0 otherwise. Nothing of the folder is executed.
    """
    from setpoint.cli.scan_view import scan_summary, show_scan, shown_document
    from setpoint.cli.scanning import examined
    from setpoint.reports.making import scan_report
    from setpoint.wiring.scan import SourceQuestion

    configuration = _configuration(config)
    root, files = _asked(paths)
    left_out = (*exclude, *within(wanted, root))
    question = SourceQuestion(root, scanners=scanners, reports=reports, exclude=left_out, base=base, files=files)
    output, least = Output.of(as_json=as_json), Severity(fail_on)
    with pipeline(output, wanted) as ahead:
        scan = examined(question, configuration)
        ahead.scanned(scan, root)
        counting = _counting(scan, least)
        code = _exit_code(scan, counting, of_files=files is not None)
        if as_json:
            output.json(shown_document(scan, counting))
        else:
            show_scan(output, scan, counting, least)
        verdict, headline = VERDICTS[code], scan_summary(scan, counting, least)
        ahead.told(
            lambda folder: scan_report(scan, verdict, headline, lambda each: _counts(each, least), folder),
            shown_document(scan, counting),
        )
    return code


def _asked(paths: Sequence[Path]) -> tuple[Path, tuple[str, ...] | None]:
    """The folder, and the files of it that are meant; None for all."""
    if len(paths) == 0 or (len(paths) == 1 and not paths[0].is_file()):
        return (paths or (Path(),))[0], None
    here = Path.cwd()
    return here, tuple(_in_folder(each, here) for each in paths)


def _in_folder(path: Path, folder: Path) -> str:
    """The file as it is called within the folder; where it is a link, the link is meant."""
    absolute = Path(os.path.abspath(path))  # noqa: PTH100 - `resolve` would follow links
    if not absolute.is_file():
        raise InputError("there is no such file", where=str(path), remedy="give one folder, or files")
    if not absolute.is_relative_to(folder):
        raise InputError("the file is not in this folder", where=str(path), remedy="go to the folder that holds it")
    return absolute.relative_to(folder).as_posix()


def _configuration(config: Path) -> Settings | None:
    """A folder can be looked at without any; one that is there, or is named, counts."""
    named = click.get_current_context().get_parameter_source("config") is not click.core.ParameterSource.DEFAULT
    return load_settings(config) if named or config.exists() else None


def _counting(scan: Scan, least: Severity) -> int:
    return sum(_counts(each, least) for each in scan.weaknesses)


def _counts(weakness: Weakness, least: Severity) -> bool:
    """Whether it is bad enough, and not known to be old."""
    return weakness.severity.rank >= least.rank and weakness.is_new is not False


def _exit_code(scan: Scan, counting: int, *, of_files: bool) -> int:
    """Files that none of the scanners reads are nobody's concern; a folder without any is."""
    if counting:
        return 1
    statuses = {each.status for each in scan.runs}
    has_looked = not LOOKED.isdisjoint(statuses) or (of_files and statuses == {ScanStatus.SKIPPED})
    return 3 if scan.doubts or not has_looked else 0
