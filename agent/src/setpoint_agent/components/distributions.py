"""Python distributions that are installed: their metadata, and which files they say are theirs.

Read by hand, and not with `importlib.metadata`: that imports what the application may not have imported (a parser of
e-mails, an archive reader). Formats: https://packaging.python.org/specifications/recording-installed-packages/ and
core-metadata.
"""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

from setpoint_agent.components.component import LIBRARY, Component, purl

MOST_DISTRIBUTIONS: Final = 5_000
MOST_LINES: Final = 4_096
"""Lines of a METADATA file that are read: its head comes first, the long description is not wanted."""
LONGEST_LINE: Final = 8_192
"""Characters of a line: of a field, or of a file's name, its hash and its size."""
_CLASSIFIER: Final = "License :: "


@dataclass(frozen=True, slots=True)
class Distribution:
    """One that is installed below `root`."""

    name: str
    version: str
    root: str
    """The folder that its files are named from: `…/site-packages`."""
    information: str
    """Its `.dist-info` or `.egg-info`."""
    licences: tuple[str, ...] = ()
    has_expression: bool = False

    @property
    def component(self) -> Component:
        return Component(
            LIBRARY,
            self.name,
            self.version,
            purl("pypi", self.name.lower().replace("_", "-"), self.version),
            self.licences,
            self.has_expression,
        )

    def record(self) -> Iterator[tuple[str, str]]:
        """(file as its RECORD names it, `sha256=…` or what else stands there); nothing where it has none."""
        try:
            with Path(self.information, "RECORD").open(encoding="utf-8", errors="replace") as lines:
                while line := lines.readline(LONGEST_LINE):  # not all at once: the process would stay as large
                    name, _, rest = _fields(line.rstrip("\n"))
                    if name:
                        yield name, rest
        except OSError:
            return


def installed(folders: Iterable[str]) -> list[Distribution]:
    """Of the folders that modules are imported from; of two with one name the first, which is imported."""
    found: dict[str, Distribution] = {}
    for folder in folders:
        root = os.path.abspath(folder or os.curdir)  # noqa: PTH100 - a string is asked for, and pathlib is slower
        for information in _informations(root):
            distribution = _read(root, information)
            if distribution is not None and len(found) < MOST_DISTRIBUTIONS:
                found.setdefault(normalised(distribution.name), distribution)
    return list(found.values())


def normalised(name: str) -> str:
    """The name as PyPI compares it (https://packaging.python.org/specifications/name-normalization/)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def _informations(root: str) -> list[str]:
    try:
        names = sorted(os.listdir(root))  # noqa: PTH208 - see above
    except OSError:
        return []
    return [f"{root}{os.sep}{each}" for each in names if each.endswith((".dist-info", ".egg-info"))]


def _read(root: str, information: str) -> Distribution | None:
    for file in (f"{information}{os.sep}METADATA", f"{information}{os.sep}PKG-INFO", information):
        try:
            with Path(file).open(encoding="utf-8", errors="replace") as lines:
                head = iter(functools.partial(lines.readline, LONGEST_LINE), "")
                return _distribution(root, information, islice(head, MOST_LINES))
        except OSError:
            continue
    return None


def _distribution(root: str, information: str, lines: Iterable[str]) -> Distribution | None:
    fields: dict[str, list[str]] = {}
    for line in lines:
        if not line.strip():
            break
        name, found, text = line.partition(":")
        if found and not line[0].isspace():
            fields.setdefault(name.lower(), []).append(text.strip())
    name, version = (fields.get(each, [""])[0] for each in ("name", "version"))
    if not name:
        return None
    expression = fields.get("license-expression", [""])[0]
    if expression:
        return Distribution(name, version, root, information, (expression,), has_expression=True)
    named = [text for text in fields.get("license", []) if text and text != "UNKNOWN"]
    classified = [text.rpartition(" :: ")[2] for text in fields.get("classifier", []) if text.startswith(_CLASSIFIER)]
    return Distribution(name, version, root, information, tuple(dict.fromkeys(classified or named)))


def _fields(line: str) -> tuple[str, str, str]:
    """A line of a RECORD (CSV): file, hash, size. A name with a comma stands in quotes, with its quotes doubled."""
    if not line.startswith('"'):
        name, _, rest = line.partition(",")
    else:
        end = 1
        while (end := line.find('"', end)) >= 0 and line[end + 1 : end + 2] == '"':
            end += 2
        if end < 0:
            return "", "", ""
        name, rest = line[1:end].replace('""', '"'), line[end + 2 :]
    digest, _, size = rest.partition(",")
    return name, size, digest
