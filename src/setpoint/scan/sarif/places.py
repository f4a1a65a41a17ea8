"""Where a result is: the URIs of SARIF as files of the folder that was scanned.

A file that lies outside of it is told apart (`CodePlace.is_outside`), never left out. Only names are looked at: nothing
is opened, and no link is followed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from posixpath import normpath
from typing import Final
from urllib.parse import unquote

from setpoint.errors import InputError
from setpoint.model.scan import CodePlace
from setpoint.scan.values import Members, mapping, mappings, number, text

SOURCE_ROOTS: Final = frozenset({"SRCROOT", "SOURCEROOT", "PROJECTROOT", "REPOROOT", "REPOSITORYROOT"})
"""Names of bases, in capitals and without other signs, that mean the root of the source wherever it was checked out
(SARIF 2.1.0, section 3.14.14, and what tools write)."""

MOST_BASES: Final = 16
"""That stand on one another."""

LAST_LINE: Final = 10_000_000
"""As far as the API takes lines, too (`wire/scan.py`)."""

_WINDOWS: Final = re.compile(r"/?(?P<drive>[A-Za-z])[:|](?=[\\/])")
_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+:(?=[/?#]|[^/]*$)")


class Places:
    """Of one run, whose bases and artifacts they go by."""

    def __init__(self, run: Members, root: Path) -> None:
        self._roots = tuple(dict.fromkeys(str(each) for each in (root, root.resolve())))
        self._bases = mapping(run, "originalUriBaseIds")
        self._artifacts = mappings(run, "artifacts")
        self._known: dict[tuple[str, str], str] = {}

    def place(self, result: Members) -> CodePlace:
        """The first location that names a file; the whole folder where none does."""
        for location in mappings(result, "locations"):
            physical = mapping(location, "physicalLocation")
            file = self._file(mapping(physical, "artifactLocation"), MOST_BASES)
            if file is not None:
                return CodePlace(file, *_lines(mapping(physical, "region")))
        return CodePlace("")

    def _file(self, location: Members, depth: int) -> str | None:
        uri = text(location, "uri")
        if uri:
            base = text(location, "uriBaseId")
            known = self._known.get((uri, base))
            if known is None:
                known = self._known[uri, base] = self._resolved(uri, base)
            return known
        index = number(location, "index", -1)
        if not 0 <= index < len(self._artifacts) or not depth:
            return None
        return self._file(mapping(self._artifacts[index], "location"), depth - 1)

    def _resolved(self, uri: str, base: str) -> str:
        """Against its bases, one after the other; a base that is a root of the source stands for ours."""
        from_root: str | None = None
        for _ in range(MOST_BASES):
            if not base or _is_absolute(uri):
                break
            if from_root is None and _letters(base) in SOURCE_ROOTS:
                from_root = uri
            entry = mapping(self._bases, base)
            prefix = text(entry, "uri")
            uri = f"{prefix.rstrip('/')}/{uri}" if prefix else uri
            base = text(entry, "uriBaseId")
        file = file_of(uri, self._roots)
        if from_root is not None and CodePlace(file).is_outside:
            return file_of(from_root, self._roots)
        return file


def file_of(uri: str, roots: Sequence[str]) -> str:
    """The file that a URI means: relative to the first of the roots (absolute paths) that it lies within."""
    path = _path(uri)
    if "\0" in path:
        raise InputError("a uri holds a character that no path can hold")
    if not path.startswith("/"):
        if _is_foreign(path):
            return path
        file = normpath(path)
        return "" if file == "." else file
    path = normpath(f"/{path.lstrip('/')}")
    for root in roots:
        if path == root:
            return ""
        if path.startswith(f"{root.rstrip('/')}/"):
            return path[len(root.rstrip("/")) + 1 :]
    return path


def _path(uri: str) -> str:
    """The path of a `file:` URI or a reference, with `/`; any other URI as it stands."""
    if uri[:5].lower() == "file:":
        rest = uri[5:]
        if rest.startswith("//"):
            host, slash, path = rest[2:].partition("/")
            if host and host.lower() != "localhost":
                return uri  # on another machine
            rest = f"{slash}{path}"
        uri = rest or "/"
    elif _SCHEME.match(uri) and not _WINDOWS.match(uri):
        return uri
    path = unquote(uri, errors="replace")
    drive = _WINDOWS.match(path)
    if drive is not None:
        path = f"{drive['drive'].upper()}:{path[drive.end() :]}"
    return path.replace("\\", "/")


def _is_foreign(path: str) -> bool:
    """A drive of Windows, or a URI of another scheme: nothing of ours, and not to be made shorter."""
    return ":" in path.partition("/")[0]


def _is_absolute(uri: str) -> bool:
    return uri.startswith(("/", "\\")) or bool(_SCHEME.match(uri) or _WINDOWS.match(uri))


def _letters(base: str) -> str:
    return "".join(sign for sign in base if sign.isalpha()).upper()


def _lines(region: Mapping[str, object]) -> tuple[int, int]:
    """First and last line; 0 where there is none, as some tools write for the whole file."""
    first = number(region, "startLine", 0)
    last = number(region, "endLine", first)
    if not 0 < first <= LAST_LINE:
        return 0, 0
    return first, min(max(first, last), LAST_LINE)
