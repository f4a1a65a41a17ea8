"""`--report KIND=FILE`: what a command tells, as files for whoever reads them beside it. Options of `gate` and `scan`.

Every file is opened before anything is asked, so that one that cannot be written is told at once, and put in place
whole, so that nobody ever reads half of one.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from pathlib import Path
from typing import Any, BinaryIO, assert_never

import click

from setpoint.cli.output import json_bytes
from setpoint.errors import InputError
from setpoint.fields import did_you_mean
from setpoint.model.canonical import Json
from setpoint.reports.content import Report


class ReportKind(StrEnum):
    JSON = "json"
    """What `--json` prints."""
    SARIF = "sarif"
    JUNIT = "junit"
    GITLAB = "gitlab"
    """Code Quality."""
    MARKDOWN = "markdown"


@dataclass(frozen=True, slots=True)
class WantedReport:
    kind: ReportKind
    file: Path


@dataclass(frozen=True, slots=True)
class OpenReport:
    """One that is begun; it stands in its place once it is `put`."""

    wanted: WantedReport
    stream: BinaryIO
    temporary: Path

    def put(self, report: Report, document: Json) -> None:
        """Raises `InputError` where it cannot be written after all."""
        with _told(self.wanted.file):
            self.stream.write(_written(self.wanted.kind, report, document))
            self.stream.flush()
            os.fsync(self.stream.fileno())
            self.temporary.replace(self.wanted.file.resolve())


def report_option(command: Callable[..., int]) -> Callable[..., int]:
    """The command gets `wanted`, the reports that are."""

    @click.option(
        "--report",
        "wanted",
        multiple=True,
        metavar="KIND=FILE",
        help=f"Write it to a file, too: {', '.join(ReportKind)}. May be given several times.",
    )
    @wraps(command)
    def given(wanted: tuple[str, ...], **options: Any) -> int:
        return command(wanted=parse(wanted), **options)

    return given


def parse(texts: Sequence[str]) -> tuple[WantedReport, ...]:
    """Raises `InputError` for what is no kind and no file, and for two reports in one file."""
    wanted = tuple(map(_parsed, texts))
    files = [each.file.absolute() for each in wanted]
    for each in files:
        if files.count(each) > 1:
            raise InputError("two reports would go to this file", where=str(each), remedy="give each one of its own")
    return wanted


def within(wanted: Sequence[WantedReport], root: Path) -> tuple[str, ...]:
    """Globs for those that stand in a folder, relative to it, and for what is begun of them: no source of its scan."""
    folder = root.resolve()
    files = [each.file.resolve() for each in wanted]
    inside = [each.relative_to(folder) for each in files if each.is_relative_to(folder)]
    return tuple(str(name) for each in inside for name in (each, each.with_name(f"{_begun(each)}*")))


@contextmanager
def opened(wanted: Sequence[WantedReport]) -> Iterator[list[OpenReport]]:
    """Begun, beside where each will stand; what is not put is gone afterwards."""
    with ExitStack() as held:
        yield [held.enter_context(_opened(each)) for each in wanted]


def _parsed(text: str) -> WantedReport:
    kind, sign, file = text.partition("=")
    kinds = [str(each) for each in ReportKind]
    if kind not in kinds:
        raise InputError(f"there is no report of kind {kind!r}", where="--report", remedy=did_you_mean(kind, kinds))
    if not sign or file in {"", "-"}:
        raise InputError("a report goes to a file", where="--report", remedy=f"write {kind}=FILE")
    return WantedReport(ReportKind(kind), Path(file))


@contextmanager
def _opened(wanted: WantedReport) -> Iterator[OpenReport]:
    target = wanted.file.resolve()
    with _told(wanted.file):
        if _is_special(wanted.file) or (target.exists() and not stat.S_ISREG(target.stat().st_mode)):
            raise InputError("this is no plain file, and would be replaced by one", where=str(wanted.file))
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=_begun(target))
    stream = os.fdopen(handle, "wb")
    try:
        os.fchmod(handle, _usual_mode())
        yield OpenReport(wanted, stream, Path(name))
    finally:
        with suppress(OSError):  # what could not be written, `put` has told
            stream.close()
        with suppress(FileNotFoundError):  # it was put in place
            Path(name).unlink()


def _begun(file: Path) -> str:
    """How the name begins under which it is written."""
    return f".{file.name}-"


def _is_special(file: Path) -> bool:
    """A name for what is open already, such as `/dev/stdout`, even where that leads to a plain file."""
    folder = file.absolute().parent.resolve()
    return any(folder.is_relative_to(each) for each in ("/dev/fd", "/proc")) or folder == Path("/dev")


def _usual_mode() -> int:
    """Of a new file: pipelines hand reports on to whoever runs as somebody else."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


@contextmanager
def _told(file: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"the report cannot be written ({error.strerror})",
            where=str(file),
            remedy="make its folder, or name another",
        ) from error


def _written(kind: ReportKind, report: Report, document: Json) -> bytes:
    # Only who wants a format pays for what writes it.
    match kind:
        case ReportKind.JSON:
            return json_bytes(document)
        case ReportKind.SARIF:
            from setpoint.sarif.scan import report_log

            return json_bytes(report_log(report))
        case ReportKind.JUNIT:
            from setpoint.reports.junit import junit

            return junit(report)
        case ReportKind.GITLAB:
            from setpoint.reports.gitlab import code_quality

            return json_bytes(code_quality(report))
        case ReportKind.MARKDOWN:
            from setpoint.reports.markdown import markdown

            return markdown(report).encode()
        case _:
            assert_never(kind)
