"""Making a bill of materials of what is there: a folder, a virtual environment, an image in a tarball, or one lockfile.

Nothing that is found is run, and no link is followed out of it. What could not be read is told beside the bill: its
components are unknown, and whoever shows the bill says so (exit code 3).
"""

from __future__ import annotations

import posixpath
from dataclasses import dataclass
from pathlib import Path

from setpoint import __version__
from setpoint.errors import CouldNotTellError, InputError
from setpoint.files import NO_FILE_REMEDY
from setpoint.intent.sbom.bill import Bill
from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.intent.sbom.ecosystems.registry import IN_PLACE_OF, reader_of
from setpoint.intent.sbom.folder import Folder, OneFile
from setpoint.intent.sbom.image import Image, is_image
from setpoint.intent.sbom.libraries import MissingLibraryError
from setpoint.intent.sbom.tree import Tree, Unread
from setpoint.model.component import PackageName, Problem, Sbom


@dataclass(frozen=True, slots=True)
class Made:
    sbom: Sbom
    unread: tuple[Unread, ...]
    """What was found and could not be read, in order."""


def make_sbom(target: Path) -> Made:
    """Raises `InputError` where there is no such thing, `CouldNotTellError` where nothing says what it is made of."""
    kind, tree = _tree(target)
    gathering = _Gathering(tree)
    for path in that_count(tree.paths()):
        gathering.read(path)
    if not gathering.files and not gathering.unread:
        raise CouldNotTellError(
            "nothing here says what it is made of",
            where=str(target),
            remedy="name a folder with lockfiles, a virtual environment, or an image's tarball",
        )
    sbom = gathering.sbom(made_by=f"setpoint {__version__}", form=f"made of {kind}")
    return Made(sbom, tuple(sorted(gathering.unread)))


class _Gathering:
    """Everything that the readers find in one tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._bill = Bill()
        self._purls: dict[PackageName, set[str]] = {}
        self._needs: dict[str, set[PackageName]] = {}
        self.unread = list(tree.unread)
        self.files = 0

    def read(self, path: str) -> None:
        """All of a file, or nothing of it."""
        reader = reader_of(path)
        if reader is None:
            return
        try:
            source = Source(path, self._tree.octets(path), self._tree.distro)
            found = list(reader(source))
        except MissingLibraryError:
            raise
        except InputError as error:
            within = error.where.startswith(path)  # its line, and not where the folder itself lies
            self.unread.append(Unread(error.where if within else path, error.what))
            return
        self.files += 1
        for each in found:
            self._note(each)

    def sbom(self, *, made_by: str, form: str) -> Sbom:
        for purl, needs in self._needs.items():
            for name in needs:
                # Which one of several versions is meant, few lockfiles say.
                if len(there := self._purls.get(name, set())) == 1:
                    self._bill.depends(purl, next(iter(there)))
        return self._bill.sbom(subject=self._tree.subject, made_by=made_by, form=form)

    def _note(self, found: Found | Problem) -> None:
        if isinstance(found, Problem):
            self._bill.problems.append(found)
            return
        purl = self._bill.take(found.purl, found.where, licences=found.licences, hashes=found.hashes)
        self._purls.setdefault(found.purl.package, set()).add(purl)
        self._needs.setdefault(purl, set()).update(found.needs)


def _tree(target: Path) -> tuple[str, Tree]:
    if target.is_dir():
        return "a folder", Folder(target)
    if not target.exists():
        raise InputError("there is no such file or folder", where=str(target), remedy=NO_FILE_REMEDY)
    if not target.is_file():
        raise InputError("this is neither a file nor a folder", where=str(target))
    if not reader_of(target.as_posix()) and is_image(target):
        return "an image", Image(target)
    return "a file", OneFile(target)


def that_count(paths: list[str]) -> list[str]:
    """Without those in whose place another file beside them counts."""
    there = frozenset(paths)
    return [path for path in paths if _instead(path) not in there]


def _instead(path: str) -> str:
    """The file beside it that would count in its place."""
    folder, name = posixpath.split(path)
    return posixpath.join(folder, IN_PLACE_OF[name]) if name in IN_PLACE_OF else ""
