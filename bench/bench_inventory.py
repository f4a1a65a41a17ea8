"""The inventory under a fleet: questions, arrivals, uploads and size, on SQLite and on PostgreSQL.

Goals: a rare package p99 under 20 ms; one in half of all bills under 300 ms to the counts of each service and the first
1,000 instances; one advisory's arrival to all its findings under 1 s; 100 bills a second, taken as the server takes
them from pipelines at the same time, each of which waits until its own is durable; ten times the instances leave the
rare question within 1.5 times.

The peer is the plain approach of a scanner: every bill matched anew, in the same run, by the same matcher with all
advisories in memory. `make bench` runs a tenth of the fleet; `python -m bench.bench_inventory --full` the whole of
1,000,000 instances on 10,000 bills.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Final, cast

from sqlalchemy import text

from bench.fleet import POPULAR, RARE, Fleet, advisory_on, make_fleet, read_osv
from bench.postgres import has_postgres, postgres_server
from setpoint.compare.component.matching import AdvisoryIndex
from setpoint.loop.accepted import Accepted
from setpoint.loop.clock import Clock
from setpoint.loop.inventory import InventoryConcluder
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.loop.settings import LoopSettings
from setpoint.loop.stock import take_bill
from setpoint.model.advisory import Advisory
from setpoint.model.component import PackageName, Sbom
from setpoint.model.service import Release
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.wiring.judging import component_parts

FULL: Final = 10_000
"""Bills; a hundred instances run each."""
QUICK: Final = 1_000
INSTANCES_EACH: Final = 100
UPLOADERS: Final = 8
"""Pipelines that hand in a bill at the same time."""
QUESTIONS: Final = 200
PEER_BILLS: Final = 1_000
"""So many are matched anew; more of them would take as much longer."""
NOW: Final = datetime(2026, 11, 23, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Place:
    name: str
    ledger: SqlLedger
    size: Callable[[], int]
    """In bytes."""


class Silent:
    """Tells nobody."""

    def notify(self, _alert: object) -> None:
        pass


def main() -> None:
    bills = FULL if "--full" in sys.argv else QUICK
    advisories = read_osv()
    fleet = make_fleet(bills, advisories)
    print(f"{bills:,} bills of {len(fleet.sboms[0].components)} components, {len(advisories):,} advisories of OSV")
    for opened in (on_sqlite, on_postgres):
        with opened() as place:
            if place is None:
                print("PostgreSQL is not installed here: left out")
                continue
            measure(place, fleet, advisories)
    print_peer(fleet, advisories)


@contextmanager
def on_sqlite() -> Iterator[Place]:
    with tempfile.TemporaryDirectory(dir="/var/tmp") as folder:  # on a disk, not in memory
        path = Path(folder) / "ledger.sqlite"
        ledger = open_ledger(str(path))
        yield Place("SQLite", ledger, lambda: sum(each.stat().st_size for each in path.parent.iterdir()))
        ledger.close()


@contextmanager
def on_postgres() -> Iterator[Place | None]:
    if not has_postgres():
        yield None
        return
    with postgres_server() as server:
        ledger = open_ledger(server.url())

        def size() -> int:
            with ledger._database.read() as connection:
                found: int = connection.execute(text("SELECT pg_database_size(current_database())")).scalar_one()
                return found

        try:
            yield Place("PostgreSQL", ledger, size)
        finally:
            ledger.close()


def measure(place: Place, fleet: Fleet, advisories: Sequence[Advisory]) -> None:
    print(f"-- {place.name}")
    empty = place.size()
    _upload(place, list(fleet.releases()))
    print(f"{(place.size() - empty) / len(fleet.sboms) / 1e3:.1f} kB of database for each bill")
    wanted = INSTANCES_EACH * len(fleet.sboms)
    _report(place, fleet, 0, wanted // 10)
    few = _ask_rare(place)
    taken = _seconds(lambda: _report(place, fleet, wanted // 10, wanted))
    print(f"{0.9 * wanted / taken:,.0f} instances a second are reported; {place.size() / 1e6:.0f} MB in all")
    many = _ask_rare(place)
    growth = min(many) / min(few)
    _tell(f"a rare package among {wanted:,} instances: p99 {_p99(many) * 1e3:.2f} ms (goal: 20)", met=_p99(many) < 0.02)
    fastest = f"{min(few) * 1e3:.2f} ms before, {min(many) * 1e3:.2f} ms now, each the fastest"
    _tell(f"with ten times the instances {growth:.2f} times as long ({fastest}; goal: 1.5)", met=growth <= 1.5)
    popular = [_seconds(lambda: _ask(place, POPULAR)) for _ in range(10)]
    met = max(popular) < 0.3
    _tell(f"one in half of all bills, counts and 1,000 instances: {max(popular) * 1e3:.0f} ms (goal: 300)", met=met)
    _conclude_all(place, advisories)


def _upload(place: Place, releases: Sequence[tuple[str, str, Sbom]]) -> None:
    """A tenth one after another, the others by several at a time; what is read of them is read before."""

    def take(named: tuple[str, str, Sbom]) -> float:
        service, version, sbom = named
        took = partial(take_bill, sbom, Release(service, version), "", "bench", place.ledger)
        return _seconds(lambda: place.ledger.together(took))

    singly = [take(each) for each in releases[: len(releases) // 10]]
    print(f"{len(singly) / sum(singly):.0f} bills a second, one after another (p99 {_p99(singly) * 1e3:.1f} ms)")
    others = releases[len(singly) :]
    with ThreadPoolExecutor(UPLOADERS) as uploaders:
        began = time.perf_counter()
        took = list(uploaders.map(take, others))
        rate = len(others) / (time.perf_counter() - began)
    by = f"by {UPLOADERS} at a time, each durable (p99 {_p99(took) * 1e3:.0f} ms; goal: 100)"
    _tell(f"{rate:.0f} bills a second {by}", met=rate >= 100)


def _report(place: Place, fleet: Fleet, first: int, last: int) -> None:
    writer = place.ledger.visitor().inventory()
    coming = islice(fleet.instances(last), first, None)
    while some := list(islice(coming, 10_000)):
        writer.report_instances(some, NOW)


def _ask_rare(place: Place) -> list[float]:
    _ask(place, RARE)
    return [_seconds(lambda: _ask(place, RARE)) for _ in range(QUESTIONS)]


def _ask(place: Place, package: PackageName) -> None:
    inventory = place.ledger.inventory()
    numbers = [each.id for each in inventory.components_of([package])]
    counts = inventory.counts(numbers)
    shown = inventory.instances_of(numbers, limit=1_000)
    assert len(shown) == min(1_000, sum(counts.values()))
    assert shown


def _conclude_all(place: Place, advisories: Sequence[Advisory]) -> None:
    lease, writer = place.ledger.acquire("bench", NOW, 1e6)
    parts = Parts(
        **dict.fromkeys(("intent", "observer", "comparator", "judge", "assessor", "reverter"), cast("Any", None)),
        notifier=Silent(),
        ledger=place.ledger,
        clock=Clock(NOW),
        settings=LoopSettings(scope="bench"),
        components=component_parts(),
    )
    concluder = InventoryConcluder(parts, Accepted(parts), Recorder(parts, writer), writer)
    first = _seconds(concluder.conclude)
    print(f"{first:.1f} s to match all components and conclude all services, before any advisory")
    visitor = place.ledger.visitor().inventory()
    stored = _seconds(lambda: visitor.put_advisories(advisories, NOW))
    concluded = _seconds(concluder.conclude)
    found = len(place.ledger.findings(scope="bench"))
    print(f"{len(advisories):,} advisories: {stored:.1f} s to store, {concluded:.1f} s to conclude {found:,} findings")
    for name, package, fixed in (
        ("a rare package", RARE, "2.0"),
        ("the newest of 20 versions, in half of all bills", POPULAR, "1.0"),
        ("every version, in half of all bills", POPULAR, "99.0"),
    ):
        arriving = advisory_on(package, fixed, f"BENCH-{fixed}-{package.name}")
        before = len(place.ledger.findings(scope="bench"))
        taken = _seconds(partial(visitor.put_advisories, [arriving], NOW)) + _seconds(concluder.conclude)
        found = len(place.ledger.findings(scope="bench")) - before
        _tell(f"an advisory on {name}: {taken:.2f} s to {found:,} findings (goal: 1)", met=taken < 1)
    place.ledger.release(lease)


def print_peer(fleet: Fleet, advisories: Sequence[Advisory]) -> None:
    """What one new advisory costs whoever keeps bills only: all of them are matched anew."""
    index = AdvisoryIndex([*advisories, advisory_on(RARE, "2.0", "BENCH-1")])
    some = fleet.sboms[:PEER_BILLS]
    taken = _seconds(lambda: [index.matches(each) for sbom in some for each in sbom.components])
    whole = taken * len(fleet.sboms) / len(some)
    kind = "measured" if len(some) == len(fleet.sboms) else f"from {len(some):,}, which took {taken:.1f} s"
    print(f"the plain approach, every bill in memory matched anew: {whole:.1f} s ({kind})")


def _tell(what: str, *, met: bool) -> None:
    print(f"{what}: {'met' if met else 'MISSED'}")


def _p99(taken: Sequence[float]) -> float:
    return sorted(taken)[int(0.99 * len(taken))]


def _seconds(act: Callable[[], object]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
