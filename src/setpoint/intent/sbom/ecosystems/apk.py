"""Alpine's database of installed packages: lib/apk/db/installed (https://wiki.alpinelinux.org/wiki/Apk_spec)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.model.component import Problem, ProblemKind
from setpoint.model.purl import Purl

_VENDOR: Final = "alpine"
_FIELDS: Final = frozenset("PVALo")
"""Name, version, architecture, licence, and the package that it was split from."""


def read_apk(source: Source) -> Iterator[Found | Problem]:
    for where, fields in _paragraphs(source):
        name, version = fields.get("P", ""), fields.get("V", "")
        if not name:
            yield Problem(ProblemKind.NO_NAME, where, version)
            continue
        origin = fields.get("o", "")
        qualifiers = {
            "arch": fields.get("A", ""),
            "distro": source.distro.name,
            "upstream": origin if origin != name else "",
        }
        yield Found(
            Purl.of("apk", source.distro.id or _VENDOR, name, version, qualifiers=qualifiers),
            where,
            licences=(fields["L"],) if fields.get("L") else (),
        )


def _paragraphs(source: Source) -> Iterator[tuple[str, dict[str, str]]]:
    begun = ""
    fields: dict[str, str] = {}
    for where, line in source.lines():
        if not line:
            if fields:
                yield begun, fields
            begun, fields = "", {}
            continue
        begun = begun or where
        if line[1:2] == ":" and line[0] in _FIELDS:
            fields[line[0]] = line[2:]
    if fields:
        yield begun, fields
