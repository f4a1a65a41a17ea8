"""NuGet: packages.lock.json and *.deps.json.

https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies,
https://github.com/dotnet/sdk/blob/main/documentation/specs/runtime-configuration-file.md
"""

from __future__ import annotations

from collections.abc import Iterator

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source, hashes_of
from setpoint.intent.sbom.members import an_object, child, text
from setpoint.model.component import Problem
from setpoint.model.purl import Purl


def read_packages_lock(source: Source) -> Iterator[Found | Problem]:
    document = source.json()
    for framework, packages in child(document, "dependencies", "").items():
        for name, value in an_object(packages, f"dependencies.{framework}").items():
            where = f"dependencies.{framework}.{name}"
            entry = an_object(value, where)
            if text(entry, "type", where).lower() != "project":
                content = text(entry, "contentHash", where)
                yield Found(
                    Purl.of("nuget", "", name, text(entry, "resolved", where)),
                    f"{source.path}: {where}",
                    hashes=hashes_of(f"sha512-{content}") if content else (),
                )


def read_deps(source: Source) -> Iterator[Found | Problem]:
    document = source.json()
    if "runtimeTarget" not in document:
        raise InputError("this is no *.deps.json of .NET: it has no runtimeTarget")
    for key, value in child(document, "libraries", "").items():
        where = f"libraries.{key}"
        entry = an_object(value, where)
        name, _, version = key.partition("/")
        if text(entry, "type", where) != "project":
            yield Found(
                Purl.of("nuget", "", name.removeprefix("runtimepack."), version),
                f"{source.path}: {where}",
                hashes=hashes_of(text(entry, "sha512", where)),
            )
