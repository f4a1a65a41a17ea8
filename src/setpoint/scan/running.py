"""Runs a tool over source that nobody trusts: without a shell, with little around it, for a while, and up to a size.

It works in a temporary folder outside of the source, which is also its home: it finds no configuration there, neither
of the project nor of the user, and leaves nothing behind. What it started ends with it.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from setpoint.errors import CouldNotTellError, InputError
from setpoint.files import read_bytes
from setpoint.model.scan import ScanStatus
from setpoint.model.wording import span
from setpoint.scan.interface import ScanTarget

PASSED_ON: Final = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
"""Of our own environment: where programs and their libraries are. Tokens and keys are none of a tool's business."""

LARGEST_COMPLAINT: Final = 64 * 2**10
"""Bytes of what a tool says of itself; the rest is not read."""
LONGEST_LINE: Final = 300

MOST_ARGUMENTS: Final = 256 * 2**10
"""Bytes of names on one command line: a quarter of what the strictest common system takes (macOS, `ARG_MAX`)."""

SOON: Final = 0.002
LATE: Final = 0.05
"""Seconds between two looks at a running tool; they grow from the first to the second."""


class ToolError(CouldNotTellError):
    """A tool did not come to its end, or not to a good one."""

    def __init__(self, status: ScanStatus, what: str, *, remedy: str = "") -> None:
        super().__init__(what, remedy=remedy)
        self.status = status


@dataclass(frozen=True, slots=True)
class Finished:
    exit_code: int
    output: bytes
    complaint: str
    """What it wrote to its error stream, the beginning of it."""


def find_program(name: str) -> Path | None:
    """On the PATH, else beside our own Python; never by a relative entry, which could be the scanned project's."""
    folders = [each for each in os.environ.get("PATH", os.defpath).split(os.pathsep) if Path(each).is_absolute()]
    found = shutil.which(name, path=os.pathsep.join([*folders, str(Path(sys.executable).parent)]))
    return Path(found) if found else None


def batches(root: Path, files: Iterable[str]) -> Iterator[list[str]]:
    """Absolute names, as many at a time as a command line takes."""
    batch: list[str] = []
    size = 0
    for each in files:
        path = str(root / each)
        length = len(path.encode()) + 1
        if batch and size + length > MOST_ARGUMENTS:
            yield batch
            batch, size = [], 0
        batch.append(path)
        size += length
    if batch:
        yield batch


class Workshop:
    """Where one scanner's tool runs, as often as it has to, within one span of time."""

    def __init__(self, folder: Path, target: ScanTarget) -> None:
        self.folder = folder
        self._target = target
        self._deadline = time.monotonic() + target.seconds
        self._runs = 0

    def run(
        self,
        command: Sequence[str | Path],
        *,
        fine: Sequence[int] = (0,),
        environment: Mapping[str, str] | None = None,
    ) -> Finished:
        """Raises `ToolError` where it ends with another exit code, by a signal, too late, or with too much to say."""
        self._runs += 1
        output, complaint = (self.folder / f"{name}-{self._runs}" for name in ("output", "complaint"))
        with output.open("wb") as out, complaint.open("wb") as errors:
            code = self._run([str(each) for each in command], out, errors, self._environment(environment or {}))
        with complaint.open("rb") as said:
            told = said.read(LARGEST_COMPLAINT).decode("utf-8", "replace")
        if code not in fine:
            raise ToolError(ScanStatus.FAILED, _ending(code, told))
        return Finished(code, self.read(output), told)

    def read(self, file: Path) -> bytes:
        """What the tool wrote."""
        try:
            return read_bytes(file, limit=self._target.largest_output)
        except InputError as error:
            raise ToolError(ScanStatus.FAILED, f"it left no result that can be read ({error.what})") from error

    def copy(self, root: Path, files: Iterable[str]) -> tuple[Path, tuple[str, ...]]:
        """A folder with these files alone, and which of them could not be read."""
        folder = self.folder / "source"
        folder.mkdir()
        unread = []
        for each in files:
            there = folder / each
            there.parent.mkdir(parents=True, exist_ok=True)
            try:
                shutil.copyfile(root / each, there, follow_symlinks=False)
            except OSError:
                unread.append(each)
        return folder, tuple(unread)

    def _environment(self, more: Mapping[str, str]) -> dict[str, str]:
        here = str(self.folder)
        kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        plain = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "PYTHONUTF8": "1"}
        return {**kept, **plain, "HOME": here, "TMPDIR": here, "PYTHONDONTWRITEBYTECODE": "1", **more}

    def _run(self, command: list[str], out: BinaryIO, errors: BinaryIO, environment: dict[str, str]) -> int:
        try:
            process = subprocess.Popen(  # noqa: S603 - a tool of our list, arguments as a list, no shell
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=errors,
                cwd=self.folder,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise ToolError(ScanStatus.FAILED, f"{command[0]} cannot be started ({error.strerror})") from error
        try:
            return self._wait(process, (out, errors))
        finally:
            _end(process)

    def _wait(self, process: subprocess.Popen[bytes], streams: Sequence[BinaryIO]) -> int:
        pause = SOON
        while (code := process.poll()) is None:
            if self._target.is_stopped():
                raise ToolError(ScanStatus.FAILED, "it was interrupted")
            if time.monotonic() > self._deadline:
                raise ToolError(
                    ScanStatus.TIMED_OUT,
                    f"it was ended after {span(self._target.seconds)}",
                    remedy="give it more time with scan.timeout, or exclude what it need not read",
                )
            if any(os.fstat(each.fileno()).st_size > self._target.largest_output for each in streams):
                raise ToolError(
                    ScanStatus.FAILED,
                    f"it told more than {self._target.largest_output:,} bytes",
                    remedy="exclude what it need not read, or raise scan.largest_bytes",
                )
            time.sleep(pause)
            pause = min(pause * 1.5, LATE)
        return code


@contextmanager
def open_workshop(target: ScanTarget) -> Iterator[Workshop]:
    with tempfile.TemporaryDirectory(prefix="setpoint-scan-", ignore_cleanup_errors=True) as folder:
        yield Workshop(Path(folder), target)


def last_line(complaint: str) -> str:
    """The last that a tool said, for a reason."""
    lines = [each.strip() for each in complaint.splitlines() if each.strip()]
    return lines[-1][:LONGEST_LINE] if lines else ""


def _ending(code: int, complaint: str) -> str:
    if code < 0:
        try:
            return f"it was killed by {signal.Signals(-code).name}"
        except ValueError:
            return f"it was killed by signal {-code}"
    said = last_line(complaint)
    return f"it ended with exit code {code}{f': {said}' if said else ''}"


def _end(process: subprocess.Popen[bytes]) -> None:
    """With all that it started: its process id is its group's, too."""
    with suppress(ProcessLookupError, PermissionError):  # the latter on macOS, of a group that has just ended
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
