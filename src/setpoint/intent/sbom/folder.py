"""A folder, or a single file: what lies in it that a reader knows, within bounds and without following links."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.intent.sbom.ecosystems.found import Distro
from setpoint.intent.sbom.ecosystems.registry import reader_of
from setpoint.intent.sbom.octets import MAX_BYTES
from setpoint.intent.sbom.tree import OS_RELEASE, Unread, distro_of

LEFT_OUT: Final = frozenset((".git", ".hg", ".svn", ".tox", ".nox", "__pycache__", "node_modules"))
"""History, environments of tests, and what a lockfile beside it lists."""
MAX_DEPTH: Final = 64
MAX_ENTRIES: Final = 1_000_000
"""Files and folders; a large monorepo with its environments has half."""


class Folder:
    def __init__(self, root: Path) -> None:
        self._root = root
        self.subject = root.resolve().name
        self.unread: list[Unread] = []
        self._entries = 0
        self._paths = sorted(self._walk(root, 0))
        self.distro = self._distro()

    def paths(self) -> list[str]:
        return self._paths

    def octets(self, path: str) -> bytes:
        return read_bytes(self._root / path, limit=MAX_BYTES)

    def _walk(self, folder: Path, depth: int) -> Iterator[str]:
        below = folder.relative_to(self._root).as_posix()
        if depth > MAX_DEPTH:
            self.unread.append(Unread(below, f"it lies more than {MAX_DEPTH} folders deep"))
            return
        try:
            with os.scandir(folder) as listing:
                entries = sorted(listing, key=lambda each: each.name)
        except OSError as error:
            self.unread.append(Unread(below, f"the folder cannot be read ({error.strerror})"))
            return
        for entry in entries:
            self._entries += 1
            if self._entries > MAX_ENTRIES:
                self._too_many()
                return
            yield from self._entry(entry, depth)

    def _entry(self, entry: os.DirEntry[str], depth: int) -> Iterator[str]:
        path = Path(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in LEFT_OUT:
                yield from self._walk(path, depth + 1)
            return
        below = path.relative_to(self._root).as_posix()
        if not reader_of(below):
            return
        if entry.is_symlink():
            # `Path.resolve` raises for links that lead round in circles.
            if not Path(os.path.realpath(path)).is_relative_to(self._root.resolve()):
                self.unread.append(Unread(below, "it is a link that leads out of the folder"))
        elif entry.is_file(follow_symlinks=False):
            yield below

    def _too_many(self) -> None:
        if self._entries == MAX_ENTRIES + 1:
            self.unread.append(
                Unread(".", f"it has more than {MAX_ENTRIES:,} files, of which the rest was not looked at")
            )

    def _distro(self) -> Distro:
        for each in OS_RELEASE:
            path = self._root / each
            if path.is_file() and path.resolve().is_relative_to(self._root.resolve()):
                return distro_of(read_bytes(path, limit=MAX_BYTES))
        return Distro()


class OneFile:
    """A lockfile that was named by itself."""

    def __init__(self, path: Path) -> None:
        if not reader_of(path.as_posix()):
            raise InputError(
                "this is neither a folder nor an image nor a lockfile that is known",
                where=str(path),
                remedy="name a folder, a virtual environment, an image's tarball, or a file such as poetry.lock",
            )
        self._path = path
        self.subject = path.resolve().parent.name
        self.unread: list[Unread] = []
        self.distro = Distro()

    def paths(self) -> list[str]:
        return [self._path.as_posix()]

    def octets(self, path: str) -> bytes:
        return read_bytes(Path(path), limit=MAX_BYTES)
