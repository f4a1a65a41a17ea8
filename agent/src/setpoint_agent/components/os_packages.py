"""Packages of the operating system, from the databases of dpkg, apk and rpm; and whose a file is.

Formats: dpkg(1) `status` and `info/<package>.list`, also distroless' `status.d`; apk's `installed`
(https://wiki.alpinelinux.org/wiki/Apk_spec); rpm's header in `rpmdb.sqlite` (https://rpm-software-management.github.io/rpm/manual/format_header.html).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Final

from setpoint_agent.components.component import LIBRARY, SYSTEM, Component, purl
from setpoint_agent.components.rpm_headers import packages_of_rpm

LONGEST_LINE: Final = 4_096
"""Characters: PATH_MAX of Linux."""
_FIELDS: Final = frozenset(["Package", "Version", "Status", "Source", "Architecture"])
"""Of a record of dpkg's, what is wanted."""
MOST: Final = 20_000
"""Packages."""
RELEASE: Final = ("etc/os-release", "usr/lib/os-release")


class System:
    """The system that is installed below a folder, `/` in a process."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._root = root
        self._release = next(filter(None, (_assignments(root / each) for each in RELEASE)), {})

    @property
    def id(self) -> str:
        return self._release.get("ID", "")

    @property
    def distro(self) -> str:
        """`debian-12`, as package URLs qualify with it; empty where the system does not say."""
        version = self._release.get("VERSION_ID", "")
        return f"{self.id}-{version}" if self.id and version else self.id

    def itself(self) -> Component | None:
        if not self.id:
            return None
        return Component(SYSTEM, self.id, self._release.get("VERSION_ID", ""))

    def packages(self) -> list[Component]:
        found = [*self._of_dpkg(), *self._of_apk(), *packages_of_rpm(self._root, self.id, self.distro)]
        return found[:MOST]

    def owners(self, files: Iterable[str]) -> dict[str, str]:
        """File → purl of the package that lists it; of dpkg and apk."""
        wanted = {_unlinked(each): each for each in files}
        if not wanted:
            return {}
        found: dict[str, str] = {}
        for name, file in (*self._listed_by_dpkg(wanted), *self._listed_by_apk()):
            original = wanted.get(_unlinked(file))
            if original is not None:
                found[original] = name
        return found

    def _of_dpkg(self) -> Iterator[Component]:
        for record in self._records_of_dpkg():
            version = record.get("Version", "")
            if record.get("Status", "install ok installed").endswith(" installed") and record.get("Package"):
                yield self._deb(record, version)

    def _deb(self, record: dict[str, str], version: str) -> Component:
        source, _, rest = record.get("Source", "").partition(" ")
        upstream = f"{source}@{rest.strip('() ')}" if rest.strip("() ") else source
        qualifiers = {"arch": record.get("Architecture", ""), "distro": self.distro, "upstream": upstream}
        name = record["Package"]
        return Component(
            LIBRARY, name, version, purl("deb", name, version, namespace=self.id or "debian", qualifiers=qualifiers)
        )

    def _records_of_dpkg(self) -> Iterator[dict[str, str]]:
        folder = self._root / "var/lib/dpkg"
        yield from _paragraphs(folder / "status")
        for file in _files(folder / "status.d"):
            if not file.endswith(".md5sums"):
                yield from _paragraphs(folder / "status.d" / file)

    def _listed_by_dpkg(self, wanted: dict[str, str]) -> Iterator[tuple[str, str]]:
        folder = self._root / "var/lib/dpkg/info"
        purls = {component.name: component.purl for component in self._of_dpkg()} if _files(folder) else {}
        names = {file.rpartition("/")[2] for file in wanted}
        for list_file in _files(folder):
            package, dot, kind = list_file.rpartition(".")
            if not dot or kind != "list":
                continue
            for line in _lines(folder / list_file):
                if line.rpartition("/")[2] in names:
                    yield purls.get(package.partition(":")[0], ""), line

    def _of_apk(self) -> Iterator[Component]:
        for record in self._records_of_apk():
            name, version = record.get("P", ""), record.get("V", "")
            if name:
                yield self._apk(record, name, version)

    def _apk(self, record: dict[str, str], name: str, version: str) -> Component:
        origin = record.get("o", "")
        qualifiers = {
            "arch": record.get("A", ""),
            "distro": self.distro,
            "upstream": origin if origin != name else "",
        }
        licence = record.get("L", "")
        return Component(
            LIBRARY,
            name,
            version,
            purl("apk", name, version, namespace=self.id or "alpine", qualifiers=qualifiers),
            (licence,) if licence else (),
        )

    def _records_of_apk(self) -> Iterator[dict[str, str]]:
        record: dict[str, str] = {}
        for line in chain(_lines(self._root / "lib/apk/db/installed"), [""]):
            if line[1:2] == ":":
                record[line[0]] = line[2:]
            elif not line and record:
                yield record
                record = {}

    def _listed_by_apk(self) -> Iterator[tuple[str, str]]:
        package, folder = "", ""
        names: dict[str, str] = {}
        for line in _lines(self._root / "lib/apk/db/installed"):
            key, text = line[:1], line[2:]
            if not line:
                names = {}
            elif key in {"P", "V", "A", "L", "o"}:
                names[key] = text
                package = ""
            elif key == "F":
                folder = text
                package = package or self._apk(names, names.get("P", ""), names.get("V", "")).purl
            elif key == "R":
                yield package, f"/{folder}/{text}"


def _unlinked(file: str) -> str:
    """`/lib` and `/usr/lib` are one folder where `/usr` was merged: compared without the latter's name."""
    return file.removeprefix("/usr") if file.startswith(("/usr/lib", "/usr/bin", "/usr/sbin")) else file


def _paragraphs(file: Path) -> Iterator[dict[str, str]]:
    """Of a control file (deb822(5)), with what a line that continues the one before adds left out."""
    record: dict[str, str] = {}
    for line in _lines(file):
        name, colon, rest = line.partition(":")
        if name in _FIELDS and colon:
            record[name] = rest.strip()
        elif not line and record:
            yield record
            record = {}
    if record:
        yield record


def _assignments(file: Path) -> dict[str, str]:
    """os-release(5)."""
    pairs = (line.partition("=") for line in _lines(file) if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, _, value in pairs}


def _lines(file: Path) -> Iterator[str]:
    """One after another, and of each its beginning: for what is read in one piece the process grows, and it hardly
    ever shrinks again."""
    is_whole = True
    try:
        with file.open(encoding="utf-8", errors="replace") as stream:
            while line := stream.readline(LONGEST_LINE):
                if is_whole:
                    yield line.rstrip("\n")
                is_whole = line.endswith("\n")
    except OSError:
        return


def _files(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))  # noqa: PTH208 - names are wanted
    except OSError:
        return []
