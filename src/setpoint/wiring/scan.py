"""Puts scanners, SARIF files and the base together to what is known of a release's source: for `scan` and `gate`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import setpoint
from setpoint.errors import InputError
from setpoint.model.scan import Scan, ScannerRun, ScanStatus, Weakness
from setpoint.scan.base import base_commit, checked_out, source_state
from setpoint.scan.dependencies.advisories import Advisories
from setpoint.scan.files import check_folder, find_files
from setpoint.scan.iac.guardrails import Guardrails
from setpoint.scan.interface import Scanner, ScanTarget
from setpoint.scan.names import check_names
from setpoint.scan.reports import read_report
from setpoint.scan.sarif.reading import SarifLimits
from setpoint.scan.scanners import run_side_by_side, shipped_scanners
from setpoint.scan.weaknesses import newness, weaknesses_of
from setpoint.settings import Settings
from setpoint.settings.scan import ScanSettings
from setpoint.wiring.scan_advisories import AdvisoryJudge
from setpoint.wiring.scan_guardrails import GuardrailJudge

STARTED: Final = frozenset({ScanStatus.COMPLETE, ScanStatus.PARTIAL, ScanStatus.FAILED, ScanStatus.TIMED_OUT})
"""What a scanner can come to that is here and has something to look at: nobody left it out."""

MOST_TOLD: Final = 5
"""Of what is left out."""

_NO_ANSWER: Final = frozenset({ScanStatus.MISSING, ScanStatus.FAILED, ScanStatus.TIMED_OUT})


@dataclass(frozen=True, slots=True)
class SourceQuestion:
    """What is to be looked at, and by whom."""

    root: Path
    runs_scanners: bool = True
    """Or the files in `reports` alone are read."""
    scanners: tuple[str, ...] = ()
    """Names of those that are asked for; without any, all that are installed."""
    reports: tuple[Path, ...] = ()
    """What other tools wrote: SARIF, or gitleaks' JSON."""
    exclude: tuple[str, ...] = ()
    """Globs beside those of the settings."""
    base: str = ""
    """What new ones are told apart by: a branch, a tag or a commit."""
    files: tuple[str, ...] | None = None
    """Only these of the folder, relative to it; None for all."""


def shipped_rules() -> Path:
    """The folder of semgrep's rules: within the installed package, or beside the sources."""
    package = Path(setpoint.__file__).parent
    installed = package / "rules" / "semgrep"
    return installed if installed.is_dir() else package.parent.parent / "rules" / "semgrep"


def examine_source(
    question: SourceQuestion,
    settings: ScanSettings,
    *,
    configuration: Settings | None = None,
    told: Callable[[str], None] = lambda _line: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> Scan:
    """Raises `InputError` for a wrong question, a file that is no report, and a folder without anything to look at;
    `CouldNotTellError` where the base is not known.

    `configuration` says which guardrails hold and which ledger has advisories; `told` takes lines for people who wait.
    """
    root = check_folder(question.root)
    base = base_commit(root, question.base) if question.base else ""
    limits = SarifLimits(settings.largest, settings.most_results)
    reports = [run for each in question.reports for run in read_report(each, root, limits)]
    exclude = (*settings.exclude, *question.exclude)
    asked = _Asked(_chosen(question, settings, configuration), exclude, settings, told, is_stopped, question.files)
    empty_is_fine = bool(reports) or question.files is not None
    runs = [_counted(each, question, settings) for each in asked.look_at(root, empty_is_fine=empty_is_fine)]
    state = source_state(root)
    scan = Scan(
        runs=(*runs, *reports),
        weaknesses=weaknesses_of([*runs, *reports], root),
        at=datetime.now(UTC),
        commit=state.commit if state else "",
        base=base,
        is_dirty=state is not None and state.is_dirty,
    )
    return _told_apart(scan, root, asked) if base else scan


@dataclass(frozen=True, slots=True)
class _Asked:
    """The scanners of one question, to be asked about one folder or two."""

    scanners: Sequence[Scanner]
    exclude: Sequence[str]
    settings: ScanSettings
    told: Callable[[str], None]
    is_stopped: Callable[[], bool]
    files: tuple[str, ...] | None
    """Only these; None for all."""

    def look_at(self, root: Path, *, empty_is_fine: bool) -> tuple[ScannerRun, ...]:
        if not self.scanners:
            return ()
        found = find_files(root, self.exclude, self.files)
        if not (found.files or found.unread or empty_is_fine):
            raise InputError(
                "there is nothing in this folder to look at", where=str(root), remedy="check the path and --exclude"
            )
        if found.left_out:
            self.told(f"left out, as no source of the project's own: {_listed(found.left_out)}")
        target = ScanTarget(
            root,
            seconds=self.settings.timeout,
            largest_output=self.settings.largest,
            most_results=self.settings.most_results,
            files=found.files,
            unread=found.unread,
            is_stopped=self.is_stopped,
        )
        return run_side_by_side(self.scanners, target, self.told)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - MOST_TOLD:,} more" if len(names) > MOST_TOLD else ""
    return f"{', '.join(names[:MOST_TOLD])}{more}"


def _chosen(question: SourceQuestion, settings: ScanSettings, configuration: Settings | None) -> list[Scanner]:
    """Those that are asked for, else all but those that are off."""
    check_names(question.scanners, "--scanner")
    if not question.runs_scanners:
        return []
    own: Sequence[Scanner] = (Guardrails(GuardrailJudge(configuration)), Advisories(AdvisoryJudge(configuration)))
    programs = shipped_scanners(settings.semgrep_rules or shipped_rules())
    shipped = {**programs, **{each.name: each for each in own}}
    names = question.scanners or [each for each in shipped if each not in settings.off]
    return [shipped[each] for each in dict.fromkeys((*names, *settings.required))]


def _counted(run: ScannerRun, question: SourceQuestion, settings: ScanSettings) -> ScannerRun:
    """A scanner that is not installed is missed only where somebody asked for it."""
    is_wanted = run.scanner in (*question.scanners, *settings.required)
    return replace(run, must_run=is_wanted or run.status in STARTED)


def _told_apart(scan: Scan, root: Path, asked: _Asked) -> Scan:
    """By what the same scanners tell of the base. What nothing told of it is neither new nor old."""
    asked.told(f"the base {scan.base[:12]}, by the same scanners")
    with checked_out(root, scan.base) as before:
        runs = asked.look_at(before, empty_is_fine=True)
        known = {each.fingerprint for each in weaknesses_of(runs, before)}
    compared = {each.scanner for each in runs if each.status not in _NO_ANSWER}
    return replace(
        scan,
        weaknesses=tuple(
            each if each.is_new is False or not compared.isdisjoint(_tools(each)) else replace(each, is_new=None)
            for each in newness(scan.weaknesses, known)
        ),
    )


def _tools(weakness: Weakness) -> Iterable[str]:
    return (each.partition("/")[0] for each in weakness.told_by)
