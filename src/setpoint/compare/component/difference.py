"""Two bills of materials, one against the other: built against running, or a release against the one before. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from setpoint.model.component import Component, PackageName, Sbom


class ChangeKind(StrEnum):
    ADDED = "added"
    """Only the second has the package: for built against running, the supply-chain alarm."""
    REMOVED = "removed"
    """Only the first has it."""
    VERSION = "other version"
    CONTENT = "other content"
    """The same version of the same package, with another hash: it was built anew, or tampered with."""
    LICENCE = "other licence"


@dataclass(frozen=True, slots=True)
class ComponentChange:
    kind: ChangeKind
    package: PackageName
    before: tuple[Component, ...]
    after: tuple[Component, ...]

    @property
    def versions(self) -> tuple[str, str]:
        """As they are shown: several with commas between, nothing for none."""
        return _versions(self.before), _versions(self.after)


def differences(before: Sbom, after: Sbom) -> tuple[ComponentChange, ...]:
    """By package; a package that both have in the same versions, with the same content and licences, is left out."""
    old, new = _by_package(before.components), _by_package(after.components)
    found = []
    for package in sorted({*old, *new}):
        kind = _kind(old.get(package, ()), new.get(package, ()))
        if kind is not None:
            found.append(ComponentChange(kind, package, tuple(old.get(package, ())), tuple(new.get(package, ()))))
    return tuple(found)


def _kind(before: Iterable[Component], after: Iterable[Component]) -> ChangeKind | None:
    old, new = list(before), list(after)
    if not old:
        return ChangeKind.ADDED
    if not new:
        return ChangeKind.REMOVED
    if {each.version for each in old} != {each.version for each in new}:
        return ChangeKind.VERSION
    if _contradict(old, new):
        return ChangeKind.CONTENT
    if all(each.licences for each in (*old, *new)) and _licences(old) != _licences(new):
        return ChangeKind.LICENCE
    return None


def _contradict(old: list[Component], new: list[Component]) -> bool:
    """Whether a version has hashes of one algorithm on both sides, and none of them agrees."""
    for component in new:
        others = [each for each in old if each.version == component.version]
        for algorithm, _ in component.hashes:
            ours = {
                text
                for each in new
                if each.version == component.version
                for name, text in each.hashes
                if name == algorithm
            }
            theirs = {text for each in others for name, text in each.hashes if name == algorithm}
            if theirs and not ours & theirs:
                return True
    return False


def _licences(components: list[Component]) -> set[tuple[str, ...]]:
    return {each.licences for each in components}


def _by_package(components: Iterable[Component]) -> dict[PackageName, list[Component]]:
    found: defaultdict[PackageName, list[Component]] = defaultdict(list)
    for each in components:
        found[each.package].append(each)
    return dict(found)


def _versions(components: Iterable[Component]) -> str:
    return ", ".join(sorted({each.version or "no version" for each in components}))
