"""What a pipeline is told beside what a command prints: the reports that are wanted, and on GitHub more by itself.

`gate` and `scan` tell one answer, once it is known, with what was scanned for it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import click

from setpoint.cli.output import Output, one_line
from setpoint.cli.report_files import OpenReport, WantedReport, opened
from setpoint.model.canonical import Json
from setpoint.model.decision import Decision
from setpoint.model.scan import Scan
from setpoint.reports.content import Report

CHECKOUTS: Final = ("GITHUB_WORKSPACE", "CI_PROJECT_DIR")
"""Where GitHub Actions and GitLab CI say that the repository is, from which they count the files of a report."""


@dataclass(slots=True)
class Pipeline:
    reports: Sequence[WantedReport]
    _output: Output
    _open: Sequence[OpenReport]
    _scan: Scan | None = None
    _folder: str = ""

    def scanned(self, scan: Scan | None, root: Path) -> None:
        """What the answer is about, before it is known."""
        self._scan, self._folder = scan, from_checkout(root)

    def decided(self, decision: Decision, document: Json, note: str = "") -> None:
        """`document` is what `--json` prints of it; `note` goes with the answer."""
        from setpoint.reports.making import decision_report

        self._tell(decision_report(decision, self._scan, self._folder, note), document)

    def doubted(self, subject: str, why: str, document: Json, note: str = "") -> None:
        """Nobody could decide."""
        from setpoint.reports.making import doubtful_report

        self._tell(doubtful_report(subject, why, self._scan, self._folder, note), document)

    def told(self, make: Callable[[str], Report], document: Json) -> None:
        """`make` is given the folder that was scanned, as seen from the checkout."""
        self._tell(make(self._folder), document)

    def _tell(self, report: Report, document: Json) -> None:
        for each in self._open:
            each.put(report, document)
        if os.environ.get("GITHUB_ACTIONS") == "true":
            self._annotate(report)
            _summarise(report)

    def _annotate(self, report: Report) -> None:
        """Not where standard output holds a document."""
        if self._output.as_json:
            return
        from setpoint.reports.annotations import annotated

        for each in annotated(report):
            click.echo(each, file=self._output.stream)


@contextmanager
def pipeline(output: Output, wanted: Sequence[WantedReport]) -> Iterator[Pipeline]:
    """Raises `InputError` where a report could not be written, before anything is asked."""
    with opened(wanted) as reports:
        yield Pipeline(wanted, output, reports)


def from_checkout(root: Path) -> str:
    """The folder as the files of a report begin: empty for the checkout itself, and for what lies outside of it."""
    folder = root.resolve()
    named = next((os.environ[each] for each in CHECKOUTS if os.environ.get(each)), "")
    checkout = Path(named or Path.cwd()).resolve()
    return "" if folder == checkout or not folder.is_relative_to(checkout) else folder.relative_to(checkout).as_posix()


def _summarise(report: Report) -> None:
    """Added to what other commands of the step have said; nobody is refused because there is no room for it."""
    from setpoint.reports.markdown import MOST_BYTES, markdown

    name = os.environ.get("GITHUB_STEP_SUMMARY")
    if not name:
        return
    try:
        with Path(name).open("ab") as stream:
            stream.write(markdown(report, most=max(MOST_BYTES - stream.tell(), 0)).encode())
    except OSError as error:
        click.echo(one_line(f"setpoint: the step's summary cannot be written ({error.strerror})"), err=True)
