"""A bill of materials while it is read or made: components are noted once, and what is wrong with them is told."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Final, NamedTuple

from setpoint.errors import InputError
from setpoint.intent.sbom.licences import licence_of
from setpoint.model.component import Component, PackageName, Problem, ProblemKind, Sbom
from setpoint.model.purl import Purl

LONGEST_SHOWN: Final = 200
"""Characters of a text at fault that a problem carries."""


class Algorithm(NamedTuple):
    spelling: str
    """CycloneDX's own."""
    digits: int
    """Hexadecimal ones of its results."""


ALGORITHMS: Final = {
    name.lower(): Algorithm(name, digits)
    for name, digits in (
        ("MD5", 32),
        ("SHA-1", 40),
        ("SHA-256", 64),
        ("SHA-384", 96),
        ("SHA-512", 128),
        ("SHA3-256", 64),
        ("SHA3-384", 96),
        ("SHA3-512", 128),
        ("BLAKE2b-256", 64),
        ("BLAKE2b-384", 96),
        ("BLAKE2b-512", 128),
        ("BLAKE3", 64),
    )
}
"""CycloneDX 1.6, `hash-alg`."""
_LONGEST_ALGORITHM: Final = 20
_LONGEST_REMEMBERED: Final = 200
"""Characters: what strangers send stays small when it is remembered."""
_HEXADECIMAL: Final = re.compile(r"[0-9a-f]+")
_SHA_2: Final = re.compile(r"sha(\d)")


class Bill:
    """Of one document, or of one folder."""

    def __init__(self) -> None:
        self._components: dict[Component, None] = {}
        self._taken: dict[str, Component] = {}
        self._dependencies: dict[str, set[str]] = {}
        self.problems: list[Problem] = []

    def add(
        self,
        where: str,
        *,
        name: str,
        version: str,
        purl: str,
        licences: Iterable[str] = (),
        hashes: Iterable[tuple[str, str]] = (),
        versioned: bool = True,
    ) -> str:
        """Note one entry of a document, and return its canonical purl. `versioned`: a version is expected of it."""
        package, purl_version, canonical = known_purl(purl) if purl else NOT_A_PURL
        if purl and not canonical:
            self.problem(ProblemKind.PURL, f"{where}.purl", purl)
        if not canonical:
            package = PackageName("", name)
        if not package.name:
            self.problem(ProblemKind.NO_NAME, where, purl or version)
            return ""
        version = version or purl_version
        if _holds_nul(package, version):
            self.problem(ProblemKind.NUL, where, canonical or name)
            return ""
        if versioned and not version:
            self.problem(ProblemKind.NO_VERSION, where, canonical or name)
        component = Component(package, version, canonical, self._licences(where, licences), self._hashes(where, hashes))
        if component in self._components:
            self.problem(ProblemKind.DUPLICATE, where, canonical or f"{name} {version}")
        self._components[component] = None
        return canonical

    def take(
        self,
        purl: Purl,
        where: str,
        *,
        licences: Iterable[str] = (),
        hashes: Iterable[tuple[str, str]] = (),
    ) -> str:
        """Note what was found somewhere, once, with all that several files say of it; returns its canonical purl."""
        canonical = str(purl)
        if _holds_nul(purl.package, purl.version):
            self.problem(ProblemKind.NUL, where, canonical)
            return ""
        if not purl.version:
            self.problem(ProblemKind.NO_VERSION, where, canonical)
        told = self._taken.setdefault(canonical, Component(purl.package, purl.version, canonical))
        self._taken[canonical] = replace(
            told,
            licences=tuple(sorted({*told.licences, *self._licences(where, licences)})),
            hashes=tuple(sorted({*told.hashes, *self._hashes(where, hashes)})),
        )
        return canonical

    def depends(self, purl: str, on: str) -> None:
        """What has no purl cannot be named here, and is left out."""
        if purl and on and purl != on:
            self._dependencies.setdefault(purl, set()).add(on)

    def problem(self, kind: ProblemKind, where: str, what: str) -> None:
        self.problems.append(Problem(kind, where, what[:LONGEST_SHOWN]))

    def sbom(self, *, subject: str, made_by: str, form: str) -> Sbom:
        return Sbom(
            tuple(sorted((*self._components, *self._taken.values()), key=_order)),
            tuple((purl, tuple(sorted(on))) for purl, on in sorted(self._dependencies.items())),
            subject=subject.strip(),
            made_by=made_by.strip(),
            format=form,
            problems=tuple(self.problems),
        )

    def _licences(self, where: str, given: Iterable[str]) -> tuple[str, ...]:
        found = set()
        for each in given:
            licence, known = licence_of(each)
            if not known:
                self.problem(ProblemKind.LICENCE, where, licence)
            found.add(licence)
        found.discard("")
        return tuple(sorted(found))

    def _hashes(self, where: str, given: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
        found = set()
        for algorithm, content in given:
            name, digits = algorithm_name(algorithm[:_LONGEST_ALGORITHM]), content.strip().lower()
            known = ALGORITHMS.get(name)
            if known and len(digits) == known.digits and _HEXADECIMAL.fullmatch(digits):
                found.add((name, digits))
            else:
                self.problem(ProblemKind.HASH, where, f"{algorithm} {content}")
        return tuple(sorted(found))


def _holds_nul(package: PackageName, version: str) -> bool:
    return "\0" in package.name or "\0" in version


NOT_A_PURL: Final = (PackageName("", ""), "", "")


def known_purl(text: str) -> tuple[PackageName, str, str]:
    """(package, version, canonical spelling); the spelling is empty where `text` is no purl."""
    return _remembered(text) if len(text) <= _LONGEST_REMEMBERED else _parsed(text)


@lru_cache(maxsize=32768)
def _remembered(text: str) -> tuple[PackageName, str, str]:
    """Bills repeat one another."""
    return _parsed(text)


def _parsed(text: str) -> tuple[PackageName, str, str]:
    try:
        purl = Purl.parse(text)
    except InputError:
        return NOT_A_PURL
    return purl.package, purl.version, str(purl)


@lru_cache(maxsize=256)
def algorithm_name(text: str) -> str:
    """`sha-256`, from what CycloneDX (`SHA-256`), SPDX (`SHA256`, `sha3_256`) and lockfiles (`sha256`) say."""
    plain = text.strip().lower().replace("_", "-")
    if plain.startswith("sha3") or plain in ALGORITHMS:
        return plain
    return _SHA_2.sub(r"sha-\1", plain)


def _order(component: Component) -> tuple[object, ...]:
    """As `Component` itself is ordered, and several times as fast."""
    package = component.package
    return (package.type, package.name, component.version, component.purl, component.licences, component.hashes)
