"""Python's lockfiles: poetry.lock, uv.lock, pdm.lock, pylock.toml (PEP 751) and Pipfile.lock.

https://packaging.python.org/en/latest/specifications/pylock-toml/,
https://docs.astral.sh/uv/concepts/projects/layout/#the-lockfile, https://python-poetry.org/docs/basic-usage/,
https://pipenv.pypa.io/en/latest/pipfile.html. They list a hash for each file that a package may be installed from: none
of them is the package's, so none is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from setpoint.intent.sbom.ecosystems.found import Found, Source, of_pypi
from setpoint.intent.sbom.members import Object, an_object, child, items, text
from setpoint.model.canonical import Json
from setpoint.model.component import PackageName, Problem
from setpoint.model.purl import package_name

_LOCAL: Final = frozenset(("directory", "editable", "virtual", "path"))
"""Sources that are the project itself, or what lies beside it."""


def read_packages(source: Source) -> Iterator[Found | Problem]:
    """poetry.lock, uv.lock and pdm.lock: `[[package]]`."""
    yield from _packages(source, "package")


def read_pylock(source: Source) -> Iterator[Found | Problem]:
    yield from _packages(source, "packages")


def read_pipfile_lock(source: Source) -> Iterator[Found | Problem]:
    document = source.json()
    for group in ("default", "develop"):
        for name, value in child(document, group, "").items():
            where = f"{group}.{name}"
            entry = an_object(value, where)
            if not _LOCAL & entry.keys() and not entry.get("editable"):
                version = text(entry, "version", where).removeprefix("==").removeprefix("=")
                yield Found(of_pypi(name, version), f"{source.path}: {where}")


def _packages(source: Source, group: str) -> Iterator[Found | Problem]:
    for index, each in enumerate(items(source.toml(), group, "")):
        where = f"{group}[{index}]"
        package = an_object(each, where)
        if _is_local(package):
            continue
        yield Found(
            of_pypi(text(package, "name", where), text(package, "version", where)),
            f"{source.path}: {where}",
            needs=tuple(_needs(package.get("dependencies"), where)),
        )


def _is_local(package: Object) -> bool:
    """Poetry names the type, uv has a member of the name, PEP 751 says `directory`, PDM `path`."""
    origin = package.get("source")
    kinds = {str(origin.get("type")), *origin} if isinstance(origin, dict) else set()
    return bool(_LOCAL & kinds) or "directory" in package or "path" in package


def _needs(dependencies: Json, where: str) -> Iterator[PackageName]:
    """Poetry has a table by name, uv and PEP 751 a list of tables, PDM a list of requirements."""
    if isinstance(dependencies, dict):
        yield from (package_name("pypi", name) for name in dependencies)
    elif isinstance(dependencies, list):
        for each in dependencies:
            if isinstance(each, dict) and (name := text(each, "name", where)):
                yield package_name("pypi", name)
