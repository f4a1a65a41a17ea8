"""A fleet with its bills of materials: services whose releases differ by a few versions, as they do. Seeded.

Package names and versions come from the advisories that are given, where there are any, and from a long tail that is
made up: what most of what software is made of looks like to advisories, which never heard of it.
"""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from setpoint.model.advisory import Advisory, Affected, EventKind, RangeEvent, RangeKind, VersionRange
from setpoint.model.component import Component, PackageName, Sbom
from setpoint.model.inventory import Instance

ADVISORIES: Final = Path(__file__).parents[2] / "shared" / "data" / "osv-pypi.json.gz"
"""Outside of the repository; without it, all packages are made up."""

SIZE: Final = 300
"""Components of a bill."""
LONG_TAIL: Final = 30_000
"""Packages."""
RELEASES: Final = 10
"""Of each service, a bill each."""
BUMPED: Final = 0.05
"""The share of components that are of another version in the next release."""
POPULAR: Final = PackageName("pypi", "setpoint-popular")
"""In half of all bills, in `POPULAR_VERSIONS` versions."""
POPULAR_VERSIONS: Final = 20
RARE: Final = PackageName("pypi", "setpoint-rare")
"""In one bill."""
ENVIRONMENTS: Final = ("production", "production", "production", "staging")
HASHED: Final = 0.3
"""The share of components whose bills give a hash."""


@dataclass(frozen=True)
class Fleet:
    sboms: list[Sbom]
    """Bill number n is of service n // RELEASES."""

    def releases(self) -> Iterator[tuple[str, str, Sbom]]:
        """Service, version and bill."""
        for number, sbom in enumerate(self.sboms):
            yield service_of(number), f"1.{number % RELEASES}.0", sbom

    def instances(self, wanted: int) -> Iterator[Instance]:
        """So many, evenly over the releases: in no order of service, as they come."""
        for number in range(wanted):
            bill = number % len(self.sboms)
            environment = ENVIRONMENTS[number // len(self.sboms) % len(ENVIRONMENTS)]
            name = f"{service_of(bill)}-{number:08x}-{number * 2654435761 % 2**20:05x}"
            yield Instance(service_of(bill), name, f"1.{bill % RELEASES}.0", environment, source="bench")


def service_of(bill: int) -> str:
    return f"service-{bill // RELEASES:04}"


def make_fleet(bills: int, advisories: Sequence[Advisory], seed: int = 20_261_123) -> Fleet:
    random_ = random.Random(seed)
    packages = _packages(random_, advisories)
    names = sorted(packages)
    packages[POPULAR.name] = [f"{version}.0" for version in range(POPULAR_VERSIONS)]
    # Some packages are in nearly everything, most in hardly anything.
    weights = [1 / (rank + 10) for rank in range(len(names))]
    random_.shuffle(names)
    sboms: list[Sbom] = []
    for number in range(bills):
        if number % RELEASES == 0:
            chosen = dict.fromkeys(random_.choices(names, weights, k=3 * SIZE))
            listed = {name: random_.choice(packages[name]) for name in list(chosen)[: SIZE - 2]}
            if number // RELEASES % 2 == 0:
                listed[POPULAR.name] = random_.choice(packages[POPULAR.name])
        else:
            for name in random_.sample(sorted(listed), int(BUMPED * SIZE)):
                listed[name] = random_.choice(packages[name])
        found = {**listed, f"own-{number:05}": "1.0"}
        if number == bills // 2 + 1:
            found[RARE.name] = "1.0"
        sboms.append(Sbom(tuple(sorted(_component(name, version) for name, version in found.items()))))
    return Fleet(sboms)


def read_osv(path: Path = ADVISORIES) -> list[Advisory]:
    """Empty where there is no such file."""
    if not path.exists():
        return []
    from setpoint.observe.advisories.reading import read_advisory

    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [read_advisory(json.loads(line), source="OSV PyPI", where=path.name) for line in lines if line.strip()]


def advisory_on(package: PackageName, fixed: str, name: str) -> Advisory:
    """That every version before one is affected."""
    events = (RangeEvent(EventKind.INTRODUCED, "0"), RangeEvent(EventKind.FIXED, fixed))
    affected = Affected(package, "PyPI", (VersionRange(RangeKind.ECOSYSTEM, events),))
    now = datetime(2026, 11, 1, tzinfo=UTC)
    return Advisory(name, (), now, now, None, "made up for a benchmark", (affected,), source="bench")


def _packages(random_: random.Random, advisories: Sequence[Advisory]) -> dict[str, list[str]]:
    """Name → versions."""
    packages: dict[str, set[str]] = {}
    for advisory in advisories:
        for each in advisory.affected:
            packages.setdefault(each.package.name, set()).update(each.versions)
    made_up = {
        f"long-tail-{number:05}": [f"{random_.randrange(9)}.{random_.randrange(20)}.{patch}" for patch in range(8)]
        for number in range(LONG_TAIL)
    }
    return {name: sorted(versions) for name, versions in packages.items() if versions} | made_up


def _component(name: str, version: str) -> Component:
    seeded = random.Random(f"{name} {version}")
    hashes: tuple[tuple[str, Any], ...] = ()
    if seeded.random() < HASHED:
        hashes = (("sha-256", f"{seeded.getrandbits(256):064x}"),)
    return Component(PackageName("pypi", name), version, f"pkg:pypi/{name}@{version}", ("MIT",), hashes)
