"""A small service: what scanners say of its source, and what its agents saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from setpoint.model.inside import CodeSeen, Place, Watch
from setpoint.model.policy import Severity
from setpoint.model.report import Coverage, Frame, Origin, Sighting, SinkCaller
from setpoint.model.scan import CodePlace, ScanKind, Weakness

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)

FIND = Weakness(
    fingerprint="a" * 32,
    kind=ScanKind.SAST,
    rule="cwe-89",
    severity=Severity.HIGH,
    place=CodePlace("src/shop/store.py", 11, 11, "Store.find"),
    message="SQL made of text",
    cwes=(89,),
    told_by=("bandit/B608",),
    spans=((11, 11), (12, 14)),
)
COUNT = replace(
    FIND, fingerprint="b" * 32, place=CodePlace("src/shop/store.py", 20, 20, "Store.find"), spans=((20, 20),)
)
UNUSED = replace(
    FIND, fingerprint="c" * 32, place=CodePlace("src/shop/store.py", 40, 40, "Store.purge"), spans=((40, 40),)
)

SIGHTING = Sighting(
    kind="sql-injection",
    cwe=943,
    sink="sqlite3.Cursor.execute",
    frames=(Frame("shop/views.py", 41, "search"), Frame("shop/store.py", 12, "Store.find")),
    origins=(Origin("query", "q", "a{4}", "89ab"),),
    context="string literal",
    method="GET",
    route="/search",
    confidence=0.9,
)


def weakness(fingerprint: str, file: str, function: str, line: int = 1, *cwes: int, **more: Any) -> Weakness:
    place = CodePlace(file, line, line, function)
    usual: dict[str, Any] = {
        "fingerprint": fingerprint,
        "place": place,
        "cwes": cwes or (89,),
        "spans": ((line, line),),
    }
    return replace(FIND, **(usual | more))


def place(key: str = "k" * 32, release: str = "1.0", attacks: int = 0, **sighting: Any) -> Place:
    return Place("shop", key, replace(SIGHTING, **sighting), 7, attacks, NOW, NOW, (), {release: NOW})


def watch(
    release: str = "1.0",
    days: float = 10,
    coverage: Coverage = Coverage.EXACT,
    looks: Mapping[tuple[int, str, int], int] | None = None,
    begin: datetime = NOW,
    defined: Mapping[str, frozenset[str]] | None = None,
) -> Watch:
    """`looks`: line, function and CWE in `shop/store.py` → count."""
    if defined is None:
        defined = {"shop/store.py": frozenset({"Store.find", "Store.purge"})}
    counted = {
        SinkCaller(Frame("shop/store.py", line, function), cwe): count
        for (line, function, cwe), count in (looks or {}).items()
    }
    return Watch(release, begin, begin + timedelta(days=days), coverage, defined, counted)


def seen(
    *watches: Watch, places: tuple[Place, ...] = (), reached: tuple[tuple[str, str], ...] | None = None, **more: Any
) -> CodeSeen:
    if reached is None:
        reached = (("shop/store.py", "Store.find"), ("shop/views.py", "search"))
    return CodeSeen("shop", places, frozenset(reached), watches or (watch(),), **more)
