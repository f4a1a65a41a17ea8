"""What runs against what was built: the component plane's comparison, of one release of a service. Pure.

A kind of package that the built bill lists none of is not compared: a bill of a lockfile says nothing of the packages
of the operating system, and that none of those was built would be no news.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.report import ProcessBill, ToldComponent


class ComponentDriftKind(StrEnum):
    NEVER_BUILT = "never built"
    """A package that runs and that the bill of the release does not list: the supply-chain alarm."""
    OTHER_VERSION = "other version"
    BASE_IMAGE = "other base image"
    """Packages of the operating system run in other versions than were built."""
    TAMPERED = "changed since installed"
    MISSING_FILE = "missing file"
    UNOWNED = "file of no package"
    """It is loaded, and no distribution lists it."""
    NEVER_LOADED = "never loaded"
    """Built and installed, but no process that is watched ever loaded it: no alarm, but what could go."""


ALARMS: Final = frozenset(ComponentDriftKind) - {ComponentDriftKind.NEVER_LOADED}

_OF_SYSTEMS: Final = frozenset(("deb", "rpm", "apk"))
_FILES: Final = {
    "modified": ComponentDriftKind.TAMPERED,
    "missing": ComponentDriftKind.MISSING_FILE,
}
"""Fact of an agent → what it means."""


@dataclass(frozen=True, slots=True)
class ComponentDrift:
    kind: ComponentDriftKind
    subject: str
    """A package's name, or a file's."""
    built: str
    """Versions; empty for none."""
    running: str
    details: str
    """The files, or for a base image how many packages."""
    instances: int
    """Processes in which it is so."""


@dataclass(frozen=True, slots=True)
class ComponentComparison:
    drifts: tuple[ComponentDrift, ...]
    processes: int
    not_compared: tuple[tuple[str, int], ...]
    """Kinds of packages that run, of which the built bill lists none, with how many."""
    has_built: bool
    """False where no bill of the release is known: then only files are told of."""
    is_whole: bool
    """False where some process has not told all yet."""


@dataclass(frozen=True, slots=True)
class ReleaseDrift:
    """Of the processes that run one release."""

    release: str
    """Empty where agents do not say which."""
    comparison: ComponentComparison


def compare_running(built: Sbom | None, processes: Sequence[ProcessBill]) -> ComponentComparison:
    """Of processes that run the release that `built` is of."""
    told = [(each.instance, component) for each in processes for component in each.components]
    running = _packages((instance, one.component) for instance, one in told if one.component is not None)
    drifts = [*_file_drifts(told)]
    not_compared: tuple[tuple[str, int], ...] = ()
    if built is not None:
        of_built = _versions(built.components)
        kinds = {package.type for package in of_built}
        not_compared = tuple(
            sorted(Counter(package.type for package in running if package.type not in kinds and package.type).items())
        )
        compared = {package: seen for package, seen in running.items() if package.type in kinds}
        drifts += _package_drifts(of_built, compared)
        if all(each.is_whole for each in processes) and processes:
            drifts += _never_loaded(of_built, told, len(processes))
    return ComponentComparison(
        tuple(sorted(drifts, key=lambda each: (list(ComponentDriftKind).index(each.kind), each.subject))),
        len(processes),
        not_compared,
        built is not None,
        all(each.is_whole for each in processes),
    )


_Seen = dict[str, set[str]]
"""Version → instances."""


def _packages(told: Iterable[tuple[str, Component]]) -> dict[PackageName, _Seen]:
    found: defaultdict[PackageName, _Seen] = defaultdict(lambda: defaultdict(set))
    for instance, component in told:
        found[component.package][component.version].add(instance)
    return dict(found)


def _versions(components: Iterable[Component]) -> dict[PackageName, set[str]]:
    found: defaultdict[PackageName, set[str]] = defaultdict(set)
    for each in components:
        found[each.package].add(each.version)
    return dict(found)


def _package_drifts(built: dict[PackageName, set[str]], running: dict[PackageName, _Seen]) -> Iterable[ComponentDrift]:
    of_system: list[tuple[PackageName, set[str]]] = []
    for package, seen in running.items():
        others = {version: instances for version, instances in seen.items() if version not in built.get(package, ())}
        instances = set().union(*others.values()) if others else set()
        if not others:
            continue
        if package.type in _OF_SYSTEMS and package in built:
            of_system.append((package, instances))
            continue
        kind = ComponentDriftKind.OTHER_VERSION if package in built else ComponentDriftKind.NEVER_BUILT
        yield ComponentDrift(kind, str(package), _listed(built.get(package, ())), _listed(others), "", len(instances))
    if of_system:
        yield _base_image(of_system)


def _base_image(differing: list[tuple[PackageName, set[str]]]) -> ComponentDrift:
    """One line: a base image that was renewed differs in dozens of packages."""
    instances = set().union(*(each for _, each in differing))
    names = sorted(package.name for package, _ in differing)
    more = f" and {len(names) - 5:,} more" if len(names) > 5 else ""
    details = f"{len(names):,} packages: {', '.join(names[:5])}{more}"
    kinds = ", ".join(sorted({package.type for package, _ in differing}))
    return ComponentDrift(ComponentDriftKind.BASE_IMAGE, f"{kinds} packages", "", "", details, len(instances))


def _file_drifts(told: Iterable[tuple[str, ToldComponent]]) -> Iterable[ComponentDrift]:
    found: defaultdict[tuple[ComponentDriftKind, str, str], set[str]] = defaultdict(set)
    for instance, each in told:
        package = str(each.component.package) if each.component is not None else each.reference.removeprefix("file:")
        for fact, kind in _FILES.items():
            if fact in each.facts:
                found[kind, package, each.facts[fact]].add(instance)
        if "unowned" in each.facts:
            owner = each.facts["unowned"]
            details = f"among the files of {owner}" if owner.startswith("pkg:") else ""
            found[ComponentDriftKind.UNOWNED, package, details].add(instance)
    for (kind, subject, details), instances in found.items():
        yield ComponentDrift(kind, subject, "", "", details, len(instances))


def _never_loaded(
    built: dict[PackageName, set[str]], told: Sequence[tuple[str, ToldComponent]], processes: int
) -> Iterable[ComponentDrift]:
    """Of packages of the language that processes load: what is used by a command alone is never loaded either."""
    loaded = {each.component.package for _, each in told if each.component is not None and "loaded" in each.facts}
    seen = {each.component.package for _, each in told if each.component is not None}
    for package in sorted(built.keys() & seen):
        if package not in loaded and package.type not in _OF_SYSTEMS:
            yield ComponentDrift(
                ComponentDriftKind.NEVER_LOADED, str(package), _listed(built[package]), "", "", processes
            )


def _listed(versions: Iterable[str]) -> str:
    return ", ".join(sorted(each or "no version" for each in versions))
