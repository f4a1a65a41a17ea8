"""The files of a folder that scanners look at: found once, by one rule for all of them.

Tools have rules of their own (`.gitignore`, `.semgrepignore`, `exclude` in a configuration), with which a project could
hide from them: they are handed files by name instead. Links are not followed, neither to files nor to folders.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath
from typing import Final

from setpoint.errors import InputError
from setpoint.model.globs import matches

BEGINNING: Final = 8000
"""Bytes in which git, too, looks for a zero to tell binary files from texts."""

LARGEST_FILE: Final = 10 * 2**20
"""Bytes: ten times what semgrep reads of its own accord, and more than anybody writes by hand."""

MOST_FILES: Final = 500_000

NOT_SOURCE: Final = frozenset(
    {
        *(".git", ".hg", ".svn", ".bzr", "CVS"),
        *("node_modules", "bower_components", "site-packages", ".eggs"),
        *("__pycache__", ".tox", ".nox", ".mypy_cache", ".ruff_cache", ".pytest_cache", ".hypothesis"),
        *(".terraform", ".gradle"),
    }
)
"""Folders of version control, of installed packages, and of what tools left there: what comes with a package is told
by the bill of materials."""

ENVIRONMENT: Final = "pyvenv.cfg"
"""The mark of a virtual environment (PEP 405)."""

OF_ENVIRONMENT: Final = frozenset({"bin", "include", "lib", "lib64", "share", "Include", "Lib", "Scripts"})
"""What `venv` and installers make in one: with the mark alone, a project could hide all else that lies beside it."""


@dataclass(frozen=True, slots=True)
class SourceFiles:
    files: tuple[str, ...]
    """Relative to the folder, with `/`, in order."""
    unread: tuple[str, ...] = ()
    """That no scanner is given: too large, or with a name that cannot be handed on. Folders end with `/`."""
    left_out: tuple[str, ...] = ()
    """Folders that hold no source of the project's own, and large files that are no text."""


def check_folder(folder: Path) -> Path:
    """Its absolute path; `InputError` where there is no such folder."""
    if not folder.exists():
        raise InputError("there is no such folder", where=str(folder), remedy="check the path")
    if not folder.is_dir():
        raise InputError("this is a file; a folder of source was expected", where=str(folder))
    return folder.resolve()


def find_files(root: Path, exclude: Sequence[str] = (), only: Collection[str] | None = None) -> SourceFiles:
    """Every file below `root` but those that a glob of `exclude` stands for, alone or with the folder they are in.

    With `only`, none but these of them; whoever names a file means it, in whatever folder it is.
    """
    if only is None:
        return _all_files(root, exclude)
    found = _all_files(
        root, exclude, frozenset(f"{folder}/" for each in only for folder in PurePosixPath(each).parents)
    )
    wanted = {*only, *map(shown, only)}
    return SourceFiles(*(tuple(each for each in some if each in wanted) for some in (found.files, found.unread)))


def _all_files(root: Path, exclude: Sequence[str], named: Collection[str] = ()) -> SourceFiles:
    """`named` are folders that hold source whatever they are called, each with `/` at its end."""
    files: list[str] = []
    unread: list[str] = []
    left_out: list[str] = []
    folders = [""]
    while folders:
        folder = folders.pop()
        try:
            with os.scandir(root / folder) as found:
                entries = sorted(found, key=lambda each: each.name)
        except OSError:
            unread.append(shown(folder))
            continue
        is_environment = bool(folder) and any(each.name == ENVIRONMENT for each in entries)
        not_source = NOT_SOURCE | OF_ENVIRONMENT if is_environment else NOT_SOURCE
        for each in entries:
            path = f"{folder}{each.name}"
            if is_excluded(path, exclude):
                continue
            if each.is_dir(follow_symlinks=False):
                is_left_out = each.name in not_source and f"{path}/" not in named
                (left_out if is_left_out else folders).append(f"{path}/")
            elif each.is_file(follow_symlinks=False):
                (files if _can_be_read(each) else left_out if _is_binary(each) else unread).append(path)
        if len(files) > MOST_FILES:
            raise InputError(
                f"the folder holds more than {MOST_FILES:,} files", where=str(root), remedy="use --exclude"
            )
    return SourceFiles(tuple(sorted(files)), tuple(sorted(map(shown, unread))), tuple(sorted(map(shown, left_out))))


def is_excluded(path: str, exclude: Sequence[str]) -> bool:
    """`tests/*`, `tests`, `tests/` and `**/tests/` each stand for the folder of that name and all in it."""
    for glob in exclude:
        plain = glob.rstrip("/")
        if matches(plain, path) or (plain.startswith("**/") and matches(plain[3:], path)):
            return True
    return False


def relative(path: str, root: Path) -> str:
    """A path as a tool tells it, which is no URI; `InputError` for what no system has."""
    if "\0" in path:
        raise InputError("a path holds a character that no path can hold")
    return normpath(path).removeprefix(f"{str(root).rstrip('/')}/")


def shown(path: str) -> str:
    """A name as it can be printed."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _can_be_read(entry: os.DirEntry[str]) -> bool:
    try:
        entry.name.encode()
        return entry.name.isprintable() and entry.stat(follow_symlinks=False).st_size <= LARGEST_FILE
    except (UnicodeEncodeError, OSError):
        return False


def _is_binary(entry: os.DirEntry[str]) -> bool:
    try:
        with Path(entry.path).open("rb") as stream:
            return b"\0" in stream.read(BEGINNING)
    except OSError:
        return False
