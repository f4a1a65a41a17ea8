"""Packages and versions out of a CSV file, for `setpoint advisories match`."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.files import read_bytes
from setpoint.model.component import Component
from setpoint.model.ecosystem import package_of
from setpoint.model.purl import Purl
from setpoint.model.wording import counted
from setpoint.observe.advisories.ecosystems import known_ecosystem

PACKAGE, VERSION, ECOSYSTEM, PURL = COLUMNS = ("package", "version", "ecosystem", "purl")

_ALSO_CALLED: Final = {"name": PACKAGE, "component": PACKAGE}


@dataclass(frozen=True, slots=True)
class Row:
    package: str
    version: str
    """Both as they are written."""
    component: Component


def read_rows(path: Path, *, ecosystem: str) -> list[Row]:
    """Columns by the header, where the first row is one; else package, version, and an ecosystem or package URL.

    `ecosystem` is that of rows that name none.
    """
    rows = _cells(path)
    first = next(rows, None)
    if first is None:
        raise InputError("the file has no rows", where=str(path), remedy="write lines of package,version")
    columns = _header(first[1])
    found = [] if columns else [_row(*first, _by_position(first[1]), ecosystem)]
    found.extend(_row(where, cells, columns or _by_position(cells), ecosystem) for where, cells in rows)
    return found


def _cells(path: Path) -> Iterator[tuple[str, list[str]]]:
    """With the `file:line` of each; blank lines are none."""
    try:
        text = read_bytes(path).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"this is not UTF-8 (byte {error.start})", where=str(path)) from error
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield f"{path}:{reader.line_num}", cells
    except csv.Error as error:
        raise InputError(f"this is not CSV ({error})", where=f"{path}:{reader.line_num}") from error


def _header(cells: list[str]) -> Mapping[str, int]:
    """Column → its position; empty where the row is none."""
    names = [cell.strip().lower() for cell in cells]
    found = {_ALSO_CALLED.get(name, name): position for position, name in enumerate(names)}
    is_header = PURL in found or (PACKAGE in found and VERSION in found)
    return {name: found[name] for name in COLUMNS if name in found} if is_header else {}


def _by_position(cells: list[str]) -> Mapping[str, int]:
    columns = {PACKAGE: 0, VERSION: 1}
    if len(cells) > 2:
        columns[PURL if cells[2].strip().startswith("pkg:") else ECOSYSTEM] = 2
    return columns


def _row(where: str, cells: list[str], columns: Mapping[str, int], ecosystem: str) -> Row:
    if len(cells) <= max(columns.values()):
        raise InputError(
            f"the row has {counted(len(cells), 'column')}; {max(columns.values()) + 1} were expected",
            where=where,
            remedy="write it as package,version",
        )
    given = {name: cells[position] for name, position in columns.items()}
    name, version, purl = (given.get(column, "").strip() for column in (PACKAGE, VERSION, PURL))
    spelt = given.get(ECOSYSTEM, "").strip() or ecosystem
    try:
        component = _of_purl(purl, version) if purl else Component(package_of(known_ecosystem(spelt), name), version)
    except InputError as error:
        raise InputError(error.what, where=where, remedy=error.remedy) from error
    if not component.package.name:
        raise InputError("the row names no package", where=where)
    return Row(given.get(PACKAGE, str(component.package)), given.get(VERSION, component.version), component)


def _of_purl(text: str, version: str) -> Component:
    purl = Purl.parse(text)
    return Component(purl.package, version or purl.version, str(purl))
