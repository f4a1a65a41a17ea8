"""Java's archives (jar, war, ear), with the archives inside them: Maven leaves META-INF/maven/…/pom.properties in each.

https://maven.apache.org/shared/maven-archiver/index.html#pom-properties-content
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source, unresolved
from setpoint.intent.sbom.octets import MAX_BYTES
from setpoint.model.component import Problem
from setpoint.model.purl import Purl

MAX_UNPACKED: Final = 512 * 1024 * 1024
"""Of one archive with all that is in it."""
_DEEPEST: Final = 3
"""An ear holds wars, which hold jars."""
_PROPERTIES: Final = "/pom.properties"
_ARCHIVES: Final = (".jar", ".war", ".ear")
_NO_ZIP: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)
"""What `zipfile` raises for files that are damaged, encrypted, or packed by a method that it does not know."""


def read_archive(source: Source) -> Iterator[Found | Problem]:
    yield from _Archive(source.path).read(source.octets, source.path, depth=1)


class _Archive:
    def __init__(self, path: str) -> None:
        self._path = path
        self._left = MAX_UNPACKED

    def read(self, octets: bytes, where: str, *, depth: int) -> Iterator[Found | Problem]:
        try:
            with zipfile.ZipFile(io.BytesIO(octets)) as archive:
                inner = [(each, self._unpacked(archive, each, where)) for each in archive.infolist() if _is_told(each)]
        except _NO_ZIP as error:
            raise InputError(f"this archive cannot be read ({error})", where=where) from error
        named = False
        for info, content in inner:
            place = f"{where}!{info.filename}"
            if info.filename.endswith(_PROPERTIES):
                named = True
                yield _named(content, place)
            elif depth < _DEEPEST:
                yield from self.read(content, place, depth=depth + 1)
            else:
                yield unresolved(place, "an archive in an archive in an archive")
        if not named and where.endswith(".jar"):
            yield unresolved(where, "it does not say which package it is")

    def _unpacked(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo, where: str) -> bytes:
        limit = min(MAX_BYTES, self._left)
        with archive.open(info) as stream:
            content = stream.read(limit + 1)
        if len(content) > limit:
            raise InputError("unpacked, it is larger than all that is read", where=f"{where}!{info.filename}")
        self._left -= len(content)
        return content


def _is_told(info: zipfile.ZipInfo) -> bool:
    maven = info.filename.startswith("META-INF/maven/") and info.filename.endswith(_PROPERTIES)
    return maven or info.filename.endswith(_ARCHIVES)


def _named(content: bytes, where: str) -> Found | Problem:
    lines = (line.partition("=") for line in content.decode(errors="replace").splitlines() if not line.startswith("#"))
    said = {key.strip(): value.strip() for key, _, value in lines}
    group, artifact, version = (said.get(key, "") for key in ("groupId", "artifactId", "version"))
    if not group or not artifact:
        return unresolved(where, f"{group}:{artifact}:{version}")
    return Found(Purl.of("maven", group, artifact, version), where)
