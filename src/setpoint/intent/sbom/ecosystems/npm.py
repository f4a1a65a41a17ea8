"""npm: package-lock.json and npm-shrinkwrap.json, versions 1 to 3, and package.json of what is installed.

https://docs.npmjs.com/cli/v11/configuring-npm/package-lock-json
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.ecosystems.found import Found, Source, hashes_of, unresolved, with_namespace
from setpoint.intent.sbom.members import Object, an_object, child, text
from setpoint.model.canonical import Json
from setpoint.model.component import Problem

VERSIONS: Final = (1, 2, 3)
_INSTALLED: Final = "node_modules/"
_ALIAS: Final = "npm:"


def read_package_lock(source: Source) -> Iterator[Found | Problem]:
    document = source.json()
    version = document.get("lockfileVersion", 1)
    if version not in VERSIONS:
        raise InputError(f"its lockfileVersion is {version!r}; 1, 2 and 3 are read")
    if "packages" in document:
        yield from _packages(source, child(document, "packages", ""))
    else:
        yield from _dependencies(source, child(document, "dependencies", ""), "dependencies")


def read_installed(source: Source) -> Iterator[Found | Problem]:
    """package.json below node_modules; those that only mark a folder (`{"type": "module"}`) have no name or version."""
    document = source.json()
    name, version = document.get("name"), document.get("version")
    if isinstance(name, str) and isinstance(version, str) and name and version:
        yield Found(with_namespace("npm", name, version), source.path, licences=_licence(document))


def _packages(source: Source, packages: Object) -> Iterator[Found | Problem]:
    for place, value in packages.items():
        entry = an_object(value, f"packages[{place!r}]")
        where = f"{source.path}: {place}"
        if entry.get("link") is True or _INSTALLED not in place:
            continue  # the project, and the workspaces in it
        name = text(entry, "name", place) or place.rpartition(_INSTALLED)[2]
        yield Found(
            with_namespace("npm", name, text(entry, "version", place)),
            where,
            licences=_licence(entry),
            hashes=hashes_of(text(entry, "integrity", place)),
        )


def _dependencies(source: Source, dependencies: Object, path: str) -> Iterator[Found | Problem]:
    for name, value in dependencies.items():
        where = f"{path}.{name}"
        entry = an_object(value, where)
        yield _dependency(name, text(entry, "version", where), entry, f"{source.path}: {where}")
        yield from _dependencies(source, child(entry, "dependencies", where), f"{where}.dependencies")


def _dependency(name: str, version: str, entry: Object, where: str) -> Found | Problem:
    """In version 1 the version may be an alias or an address."""
    if version.startswith(_ALIAS):
        name, _, version = version.removeprefix(_ALIAS).rpartition("@")
    if "/" in version or ":" in version:
        return unresolved(where, f"{name} {version}")
    return Found(with_namespace("npm", name, version), where, hashes=hashes_of(text(entry, "integrity", name)))


def _licence(entry: Object) -> tuple[str, ...]:
    """An expression; long ago an object with a type, or a list of these."""
    said: Json = entry.get("license") or entry.get("licenses")
    named = said if isinstance(said, list) else [said]
    texts = (each.get("type") if isinstance(each, dict) else each for each in named)
    return tuple(each for each in texts if isinstance(each, str))
