"""Where the lockfiles of a folder list which package: what a bill of materials leaves out. `wiring.scan` asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.intent.sbom.ecosystems.registry import reader_of
from setpoint.intent.sbom.libraries import MissingLibraryError
from setpoint.intent.sbom.making import that_count
from setpoint.intent.sbom.octets import MAX_BYTES
from setpoint.intent.sbom.tree import Unread
from setpoint.model.component import Component, Problem

_LINE: Final = re.compile(r":(\d+)$")


@dataclass(frozen=True, slots=True)
class ListedComponent:
    component: Component
    file: str
    line: int
    """0 where the file's reader does not say."""


@dataclass(slots=True)
class Listed:
    """What the files list, and what of it is not known."""

    components: list[ListedComponent] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    unread: list[Unread] = field(default_factory=list)


def list_components(root: Path, files: Iterable[str]) -> Listed:
    """`files` are relative to the root; those that no reader knows are passed over."""
    listed = Listed()
    for file in that_count([each for each in files if reader_of(each)]):
        try:
            _read(root, file, listed)
        except MissingLibraryError:
            raise
        except InputError as error:
            listed.unread.append(Unread(error.where if error.where.startswith(file) else file, error.what))
    return listed


def _read(root: Path, file: str, listed: Listed) -> None:
    """All of a file, or nothing of it."""
    reader = reader_of(file)
    if reader is None:
        return
    told: Sequence[Found | Problem] = list(reader(Source(file, read_bytes(root / file, limit=MAX_BYTES))))
    listed.problems += [each for each in told if isinstance(each, Problem)]
    listed.components += [_component(each, file) for each in told if isinstance(each, Found)]


def _component(found: Found, file: str) -> ListedComponent:
    line = _LINE.search(found.where)
    component = Component(found.purl.package, found.purl.version, str(found.purl))
    return ListedComponent(component, file, int(line[1]) if line else 0)
