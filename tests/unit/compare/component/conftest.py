from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from setpoint.model.advisory import Advisory, Affected, EventKind, RangeEvent, RangeKind, VersionRange
from setpoint.model.component import Component
from setpoint.model.ecosystem import package_of
from setpoint.model.purl import Purl

pytest.importorskip("univers", reason="the extra sbom is not installed")

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)

Events = list[tuple[str, str]]


def make_range(*events: tuple[str, str], kind: str = "ECOSYSTEM") -> VersionRange:
    return VersionRange(RangeKind(kind), tuple(RangeEvent(EventKind(name), version) for name, version in events))


def make_affected(
    *ranges: VersionRange, versions: tuple[str, ...] = (), ecosystem: str = "PyPI", name: str = "demo"
) -> Affected:
    return Affected(package_of(ecosystem, name), ecosystem, ranges, versions)


def make_advisory(*affected: Affected, identity: str = "T-1", withdrawn: datetime | None = None) -> Advisory:
    return Advisory(identity, (), LONG_AGO, None, withdrawn, "", affected)


def make_component(version: str, ecosystem: str = "PyPI", name: str = "demo") -> Component:
    return Component(package_of(ecosystem, name), version)


def of_purl(text: str) -> Component:
    purl = Purl.parse(text)
    return Component(purl.package, purl.version, str(purl))


Make = Callable[..., object]
