"""What a reader of an ecosystem's file is given, and what it gives back."""

from __future__ import annotations

import base64
import binascii
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from setpoint.errors import InputError
from setpoint.intent.sbom.members import Object, an_object
from setpoint.intent.sbom.octets import strict_json, text_of, without_mark
from setpoint.model.component import PackageName, Problem, ProblemKind
from setpoint.model.purl import Purl, package_name


@dataclass(frozen=True, slots=True)
class Distro:
    """A distribution of Linux, as its os-release says (https://www.freedesktop.org/software/systemd/man/os-release.html)."""

    id: str = ""
    version: str = ""

    @property
    def name(self) -> str:
        """`debian-12`: what the qualifier `distro` holds."""
        return f"{self.id}-{self.version}" if self.version else self.id


@dataclass(frozen=True)
class Source:
    """One file, as found in a folder or an image."""

    path: str
    """Below what was looked at, `/` between."""
    octets: bytes
    distro: Distro = Distro()

    @cached_property
    def text(self) -> str:
        return text_of(without_mark(self.octets), self.path)

    def lines(self) -> Iterator[tuple[str, str]]:
        """(`file:line`, the line without its end)."""
        for number, line in enumerate(self.text.splitlines(), start=1):
            yield f"{self.path}:{number}", line

    def json(self) -> Object:
        return an_object(strict_json(without_mark(self.octets), self.path), "the document")

    def toml(self) -> Object:
        try:
            return tomllib.loads(self.text)
        except (ValueError, RecursionError) as error:
            raise InputError(f"this is not TOML ({error})", where=self.path) from error


@dataclass(frozen=True, slots=True)
class Found:
    """A package in one version; the version is empty where the file leaves it open."""

    purl: Purl
    where: str
    licences: tuple[str, ...] = ()
    hashes: tuple[tuple[str, str], ...] = ()
    needs: tuple[PackageName, ...] = ()
    """What it depends on directly, where the file says so."""


Reader = Callable[[Source], Iterator[Found | Problem]]
"""Raises `InputError` where the file as a whole cannot be read."""

_LONGEST: Final = 200


def unresolved(where: str, what: str) -> Problem:
    return Problem(ProblemKind.UNRESOLVED, where, what[:_LONGEST])


def with_namespace(kind: str, name: str, version: str, qualifiers: Mapping[str, str] | None = None) -> Purl:
    """A purl of a name that is spelt with its namespace: `@babel/core`, `symfony/console`, `example.org/x/net`."""
    namespace, _, last = name.rpartition("/")
    return Purl.of(kind, namespace, last, version, qualifiers=dict(qualifiers or {}))


def of_pypi(name: str, version: str, qualifiers: Mapping[str, str] | None = None) -> Purl:
    """Files spell one name in several ways; a purl made here has PyPI's own."""
    return Purl.of("pypi", "", package_name("pypi", name).name, version, qualifiers=dict(qualifiers or {}))


def hashes_of(integrity: str) -> tuple[tuple[str, str], ...]:
    """From Subresource Integrity (https://www.w3.org/TR/sri-2/), which npm and NuGet write: `sha512-BASE64 …`."""
    found = []
    for each in integrity.split():
        algorithm, _, encoded = each.partition("-")
        try:
            found.append((algorithm, base64.b64decode(encoded.partition("?")[0], validate=True).hex()))
        except (binascii.Error, ValueError):
            found.append((algorithm, encoded))
    return tuple(found)
