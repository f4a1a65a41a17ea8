"""A package that somebody asks for, before any advisory exists: `pkg:pypi/requests@<2.32`. Used by `loop.affected`.

The version part is one version, or comparisons with commas between that all have to hold: `<`, `<=`, `>`, `>=`, `=`,
`!=`. Comparisons are by the rules of the package's ecosystem, as for advisories: `<2.32` includes 2.32rc1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from setpoint.compare.component.versions import Key, version_key
from setpoint.errors import InputError
from setpoint.model.advisory import AffectedStatus, Match
from setpoint.model.component import Component, PackageName
from setpoint.model.ecosystem import ECOSYSTEMS, Ordering
from setpoint.model.purl import Purl, decoded
from setpoint.model.upstream import sources

_COMPARISON: Final = re.compile(r"\s*(<=|>=|==|!=|<|>|=)?\s*([^\s<>=!,][^\s<>=,]*)\s*")
_HOLDS: Final[dict[str, Callable[[Key, Key], bool]]] = {
    "<": lambda one, other: bool(one < other),
    "<=": lambda one, other: not other < one,
    ">": lambda one, other: bool(other < one),
    ">=": lambda one, other: not one < other,
    "=": lambda one, other: not one < other and not other < one,
    "!=": lambda one, other: bool(one < other or other < one),
}
"""By `<` alone: some schemes have versions that are neither equal nor below one another."""
_REMEDY: Final = "write it as pkg:pypi/requests, pkg:pypi/requests@2.31.0 or 'pkg:pypi/requests@>=2.0,<2.32'"


@dataclass(frozen=True, slots=True)
class Comparison:
    operator: str
    version: str
    key: Key

    def __str__(self) -> str:
        return f"{self.operator}{self.version}"


@dataclass(frozen=True, slots=True)
class AskedPackage:
    """Some versions of one package; all of them where nothing is compared."""

    package: PackageName
    ordering: Ordering
    comparisons: tuple[Comparison, ...]

    @classmethod
    def parse(cls, text: str) -> AskedPackage:
        """Raises `InputError` for what is no package URL, and for a version that its ecosystem does not accept."""
        plain = text.partition("?")[0].partition("#")[0]
        before, at, wanted = plain.rpartition("@")
        if not at or "/" in wanted:  # an `@` further ahead begins a scope of npm's
            before, wanted = plain, ""
        package = Purl.parse(before).package
        ordering = _ordering(package.type)
        return cls(package, ordering, tuple(_comparison(text, each, ordering) for each in _parts(wanted)))

    def match(self, component: Component) -> Match | None:
        """None for another package's."""
        versions = [version for package, version in sources(component) if package == self.package]
        if not versions:
            return None
        verdicts = [self._judge(version) for version in versions]
        return next((each for each in verdicts if each.status is not AffectedStatus.NOT_AFFECTED), verdicts[0])

    def _judge(self, version: str) -> Match:
        if not self.comparisons:
            return Match("", AffectedStatus.AFFECTED, reason="every version")
        key = version_key(self.ordering, version)
        if key is None:
            same = any(each.operator == "=" and each.version == version for each in self.comparisons)
            status = AffectedStatus.AFFECTED if same else AffectedStatus.COULD_NOT_COMPARE
            return Match("", status, reason=f"{version[:100]!r} is no version by the rules of {self.ordering}")
        holds = all(_HOLDS[each.operator](key, each.key) for each in self.comparisons)
        reason = ",".join(map(str, self.comparisons))
        return Match("", AffectedStatus.AFFECTED if holds else AffectedStatus.NOT_AFFECTED, reason=reason)

    def __str__(self) -> str:
        wanted = ",".join(map(str, self.comparisons))
        return f"{self.package}@{wanted}" if wanted else str(self.package)


def _parts(wanted: str) -> list[str]:
    try:
        return [each for each in decoded(wanted).split(",") if each.strip()]
    except UnicodeDecodeError as error:
        raise InputError(f"what {wanted[:100]!r} escapes is not UTF-8", remedy=_REMEDY) from error


def _comparison(text: str, part: str, ordering: Ordering) -> Comparison:
    found = _COMPARISON.fullmatch(part)
    if found is None:
        raise InputError(f"{part.strip()[:100]!r} in {text[:200]!r} compares with no version", remedy=_REMEDY)
    operator, version = (found[1] or "=").replace("==", "="), found[2]
    key = version_key(ordering, version)
    if key is None and operator != "=":
        raise InputError(f"{version[:100]!r} is no version by the rules of {ordering}", remedy=_REMEDY)
    return Comparison(operator, version, key)


def _ordering(kind: str) -> Ordering:
    """Types that several ecosystems share order alike."""
    return next((each.ordering for each in ECOSYSTEMS.values() if each.type == kind), Ordering.NONE)
