"""Scans of running services in processes of their own, and what is kept of each service's last one. For `loop.dast`.

    <service>/last.json    which scan it is, and how it went
    <service>/run/         its run folder: what it goes on from
    <service>/report.json  what the process printed
    <service>/errors.txt   what it complained about
    <service>/lock         held while the process lives, whatever became of who began it

How a scan went is read from what it printed, so that it is known also of one that outlived who began it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import orjson

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.model.dast_run import DastOutcome, DastRun, run_of

LAST, RUN, REPORT, ERRORS, LOCK = "last.json", "run", "report.json", "errors.txt", "lock"

STOP_WITHIN: Final = 3.0
"""Seconds that a scan has to end by itself: what was sent is written down already."""

LARGEST_REPORT: Final = 256 * 1024 * 1024
LARGEST_COMPLAINT: Final = 64 * 1024 * 1024

STOPPED: Final = "it was stopped"
"""How a report says that a person, or Setpoint, ended the scan (`sending.sender`)."""

Command = Callable[[str, str, Path, bool], list[str]]
"""Service, release, run folder, and whether it goes on with what that holds → the command line of the scan."""


class DastRuns:
    """Implements `loop.dast.ScanRuns`."""

    def __init__(
        self,
        folder: Path,
        command: Command,
        environment: Mapping[str, str],
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._folder = folder
        self._command = command
        self._environment = environment
        self._now = now
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def last(self, service: str) -> DastRun | None:
        folder = self._of(service)
        run = _read(folder / LAST)
        if run is None or run.ended_at is not None:
            return run
        child = self._children.get(service)
        if child is not None and child.poll() is None:
            return run
        with _locked(folder) as lock:
            if lock is None:
                return run
            ended = _ended(folder, run, self._now())
            _write(folder / LAST, ended)
        self._children.pop(service, None)
        return ended

    def begin(self, service: str, release: str, *, tries: int, resumes: bool) -> None:
        folder = self._of(service)
        with _told(folder):
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with _locked(folder) as lock:
            if lock is None:
                return
            goes_on = resumes and (folder / RUN / "scan.json").exists()
            with _told(folder):
                _clear(folder, keeps_run=goes_on)
                _write(folder / LAST, DastRun(service, release, self._now(), tries=tries))
                self._children[service] = self._started(service, release, folder, lock, goes_on=goes_on)

    def stop(self) -> None:
        living = [each for each in self._children.values() if each.poll() is None]
        for each in living:
            each.terminate()
        for each in living:
            try:
                each.wait(STOP_WITHIN)
            except subprocess.TimeoutExpired:
                each.kill()
                each.wait()

    def _started(
        self, service: str, release: str, folder: Path, lock: int, *, goes_on: bool
    ) -> subprocess.Popen[bytes]:
        with _private(folder / REPORT) as report, _private(folder / ERRORS) as errors:
            # The lock goes to the process, and ends with it.
            return subprocess.Popen(  # noqa: S603 - this program itself, as the configuration says
                self._command(service, release, folder / RUN, goes_on),
                env=dict(self._environment),
                stdin=subprocess.DEVNULL,
                stdout=report,
                stderr=errors,
                pass_fds=(lock,),
                start_new_session=True,
            )

    def _of(self, service: str) -> Path:
        return self._folder / quote(service, safe="").replace(".", "%2E")


def _ended(folder: Path, run: DastRun, now: datetime) -> DastRun:
    """How a scan went whose process lives no more."""
    report = _report(folder / REPORT)
    if report is None:
        why = _complaint(folder / ERRORS)
        outcome = DastOutcome.FAILED if why else DastOutcome.STOPPED
        return replace(run, ended_at=now, outcome=outcome, why=why)
    ended = replace(run, ended_at=now, faults=len(report["faults"]), requests=int(report["requests"]))
    if report["ended_early"] == STOPPED:
        return replace(ended, outcome=DastOutcome.STOPPED)
    if report["recorded"] is None:
        return replace(ended, outcome=DastOutcome.FAILED, why=_complaint(folder / ERRORS) or "it was not recorded")
    doubts = [f"{name}: {why}" for name, why in report["checks"].items() if why]
    doubts += report.get("doubts", [])
    why = "; ".join(filter(None, (str(report["ended_early"]), *doubts)))
    return replace(ended, outcome=DastOutcome.PARTIAL if why else DastOutcome.TESTED, why=why)


def _report(path: Path) -> dict[str, Any] | None:
    """None where it did not come to one, or was killed while it wrote it."""
    try:
        report = orjson.loads(read_bytes(path, limit=LARGEST_REPORT))
    except (InputError, orjson.JSONDecodeError):
        return None
    wanted = {"faults", "requests", "ended_early", "recorded", "checks"}
    return report if isinstance(report, dict) and wanted <= report.keys() else None


def _complaint(path: Path) -> str:
    """The last line of what it complained about; empty where it said nothing: then it was killed."""
    try:
        lines = read_bytes(path, limit=LARGEST_COMPLAINT).decode(errors="replace").splitlines()
    except InputError:
        return ""
    return lines[-1].removeprefix("setpoint: ") if lines else ""


def _read(path: Path) -> DastRun | None:
    """What is damaged counts as nothing: then the service is tested anew."""
    if not path.exists():
        return None
    with suppress(KeyError, TypeError, ValueError, orjson.JSONDecodeError):
        return run_of(orjson.loads(read_bytes(path, limit=LARGEST_COMPLAINT)))
    return None


def _write(path: Path, run: DastRun) -> None:
    """In its place at once."""
    new = path.with_suffix(".new")
    with _told(path):
        new.write_bytes(orjson.dumps(run.document()))
        new.replace(path)


def _clear(folder: Path, *, keeps_run: bool) -> None:
    for name in (REPORT, ERRORS):
        (folder / name).unlink(missing_ok=True)
    if not keeps_run and (folder / RUN).exists():
        shutil.rmtree(folder / RUN)


@contextmanager
def _locked(folder: Path) -> Iterator[int | None]:
    """The descriptor of the lock; None where a process has it."""
    with _told(folder):
        handle = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield handle
    except BlockingIOError:
        yield None
    finally:
        os.close(handle)


@contextmanager
def _private(path: Path) -> Iterator[int]:
    """A file for this user alone: reports hold what the target answered."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(
            f"what is kept of scans of running services cannot be used ({error.strerror})", where=str(path)
        ) from error
