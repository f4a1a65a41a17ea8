"""The source as it was before: what version control says of the folder, and a copy of an earlier commit to scan.

Called by `wiring.scan`, to tell new weaknesses from old ones. Nothing of the repository is executed: no hooks, no
filters, no monitors; nothing is fetched, and nothing in it is changed. Errors say why new ones cannot be told apart.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Final

from setpoint.errors import CouldNotTellError

SECONDS: Final = 120.0
"""That one answer of git may take."""
MOST_FILES: Final = 200_000
MOST_BYTES: Final = 2 * 2**30
"""Of a commit that is copied: several times the largest repositories of source that people scan as a whole."""
LONGEST_ANSWER: Final = 64 * 2**20
"""Bytes: room for the list of all files of a commit."""

PLAIN_FILES: Final = frozenset({b"100644", b"100755"})
"""Modes of git's trees; links and submodules are not followed."""

_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_SILENT: Final = ("-c", "core.fsmonitor=false", "-c", f"core.hooksPath={os.devnull}", "-c", "core.untrackedCache=false")
_PASSED_ON: Final = frozenset({"HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "USER", "XDG_CONFIG_HOME"})
"""Of the environment. None of git's own variables: a hook that calls us has set them for its own index."""

_QUIET_ENVIRONMENT: Final = {
    "GIT_ALLOW_PROTOCOL": "none",  # what is missing in a partial clone is not fetched
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_TERMINAL_PROMPT": "0",
}


@dataclass(frozen=True, slots=True)
class SourceState:
    """What version control says of a folder."""

    commit: str
    is_dirty: bool
    """It holds what is not in the commit."""


def source_state(root: Path) -> SourceState | None:
    """None where there is no git, no repository, or no commit: nothing is known of it then."""
    try:
        commit = _line(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
        changes = _ask(root, *_without_filters(root), "status", "--porcelain", "--ignore-submodules=all", "--", ".")
    except CouldNotTellError:
        return None
    return SourceState(commit, bool(changes.strip())) if _COMMIT.fullmatch(commit) else None


def base_commit(root: Path, ref: str) -> str:
    """The commit that `HEAD` and `ref` went apart at."""
    named = f"the base {ref!r}"
    found = (
        "" if ref.startswith("-") else _line(root, "rev-parse", "--verify", "--quiet", f"{ref}^{{commit}}", failing="")
    )
    if not found:
        raise _not_there(root, f"{named} is no commit of the repository", "name a branch that was fetched")
    common = _line(root, "merge-base", found, "HEAD", failing="")
    if not common:
        raise _not_there(root, f"{named} and the commit have no ancestor in common", "name another base")
    return common


@contextmanager
def checked_out(root: Path, commit: str) -> Iterator[Path]:
    """A copy of the folder as the commit has it: plain files alone, as they are kept. It is gone afterwards."""
    files = _files(root, commit)
    with tempfile.TemporaryDirectory(prefix="setpoint-base-") as folder:
        base = Path(folder).resolve()
        try:
            _write(root, base, files)
        except OSError as error:
            raise CouldNotTellError(
                f"the base cannot be copied to scan it ({error.strerror})", where=str(base)
            ) from error
        yield base


def _files(root: Path, commit: str) -> list[tuple[bytes, PurePosixPath]]:
    """Object and name of each, relative to the folder."""
    prefix = _line(root, "rev-parse", "--show-prefix")
    listed = _ask(root, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, "--", prefix or ".")
    files, size = [], 0
    for entry in filter(None, listed.split(b"\0")):
        head, _, name = entry.partition(b"\t")
        mode, _, object_id, octets = head.split()
        path = PurePosixPath(os.fsdecode(name))
        if mode in PLAIN_FILES and _is_safe(path):
            if not octets.isdigit():
                raise _incomplete()
            files.append((object_id, path.relative_to(prefix)))
            size += int(octets)
    if len(files) > MOST_FILES or size > MOST_BYTES:
        raise CouldNotTellError(
            f"the base has {len(files):,} files of {size:,} bytes; up to {MOST_FILES:,} of {MOST_BYTES:,} are copied",
            where=str(root),
        )
    return files


def _is_safe(path: PurePosixPath) -> bool:
    """Whether it stays below the folder, and is nothing that git itself would read."""
    return not path.is_absolute() and not any(each in ("", ".", "..") or each.lower() == ".git" for each in path.parts)


def _write(root: Path, base: Path, files: Sequence[tuple[bytes, PurePosixPath]]) -> None:
    with tempfile.TemporaryFile() as wanted, tempfile.TemporaryFile() as told:
        wanted.writelines(object_id + b"\n" for object_id, _ in files)
        wanted.seek(0)
        _run(root, "cat-file", "--batch", given=wanted, told=told)
        for _, name in files:
            path = base / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(_content(told))


def _content(told: IO[bytes]) -> bytes:
    """The next object: `<id> blob <size>`, its bytes, a line feed."""
    head = told.readline(256).split()
    if len(head) != 3 or head[1] != b"blob" or not head[2].isdigit():
        raise _incomplete()
    content = told.read(int(head[2]))
    if told.read(1) != b"\n":
        raise _incomplete()
    return content


def _incomplete() -> CouldNotTellError:
    return CouldNotTellError(
        "the base is not whole in this repository", remedy="fetch it wholly: git fetch --unshallow, without a filter"
    )


def _not_there(root: Path, what: str, remedy: str) -> CouldNotTellError:
    """Why: its history may not be there at all."""
    if _line(root, "rev-parse", "--is-shallow-repository") == "true":
        what, remedy = f"{what}: the clone is shallow", "fetch all of its history (actions/checkout: fetch-depth: 0)"
    return CouldNotTellError(what, where=str(root), remedy=remedy)


def _without_filters(root: Path) -> list[str]:
    """Options that switch off every filter that is configured: they are commands."""
    names = _line(root, "config", "--null", "--name-only", "--get-regexp", r"^filter\.", failing="").split("\0")
    return [
        option
        for name in filter(None, names)
        for option in ("-c", f"{name}={'false' if name.lower().endswith('.required') else ''}")
    ]


def _line(root: Path, *arguments: str, failing: str | None = None) -> str:
    """What git tells; `failing` where it tells by its exit code alone that there is no such thing."""
    return _ask(root, *arguments, failing=failing).decode("utf-8", "replace").rstrip("\n")


def _ask(root: Path, *arguments: str, failing: str | None = None) -> bytes:
    with tempfile.TemporaryFile() as told:
        try:
            _run(root, *arguments, told=told)
        except _NothingSaidError:
            if failing is None:
                raise
            return failing.encode()
        answer = told.read(LONGEST_ANSWER + 1)
    if len(answer) > LONGEST_ANSWER:
        raise CouldNotTellError(f"git told more than {LONGEST_ANSWER:,} bytes about the folder", where=str(root))
    return answer


class _NothingSaidError(CouldNotTellError):
    """Git says no, and nothing else."""


def _run(root: Path, *arguments: str, told: IO[bytes], given: IO[bytes] | None = None) -> None:
    """Leaves what git tells in `told`, at its beginning."""
    command = ["git", "--no-pager", "-C", str(root), *_SILENT, *arguments]
    with tempfile.TemporaryFile() as complaints:
        try:
            done = subprocess.run(  # noqa: S603 - no shell; what is given is an argument of its own
                command,
                stdin=given or subprocess.DEVNULL,
                stdout=told,
                stderr=complaints,
                env=_environment(os.environ),
                timeout=SECONDS,
                check=False,
            )
        except FileNotFoundError as error:
            raise CouldNotTellError("git is not installed", remedy="install it, and scan again") from error
        except subprocess.TimeoutExpired as error:
            raise CouldNotTellError(f"git took longer than {SECONDS:g} s", where=str(root)) from error
        except OSError as error:
            raise CouldNotTellError(f"git cannot be run ({error.strerror})", where=str(root)) from error
        complaints.seek(0)
        said = complaints.read(4096).decode("utf-8", "replace").strip().splitlines()
    told.seek(0)
    if done.returncode and said:
        raise CouldNotTellError(f"git says: {said[-1].removeprefix('fatal: ').rstrip('.')}", where=str(root))
    if done.returncode:
        raise _NothingSaidError(f"git {arguments[0]} failed", where=str(root))


def _environment(given: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in given.items() if name in _PASSED_ON} | _QUIET_ENVIRONMENT
