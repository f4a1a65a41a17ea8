"""gradle.lockfile (https://docs.gradle.org/current/userguide/dependency_locking.html)."""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source
from setpoint.model.component import Problem
from setpoint.model.purl import Purl


def read_gradle_lockfile(source: Source) -> Iterator[Found | Problem]:
    for where, line in source.lines():
        coordinates = line.partition("=")[0].strip()
        if not coordinates or coordinates.startswith("#") or coordinates == "empty":
            continue
        parts = coordinates.split(":")
        if len(parts) != 3:
            raise InputError("this is no line of a gradle.lockfile", where=where)
        yield Found(Purl.of("maven", parts[0], parts[1], parts[2]), where)
