"""From the first request to the report, on a real small target, with checks of the test's own."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask import Flask
from tests.unit.scan.dast.conftest import HeaderAccounts

from setpoint.errors import CouldNotTellError
from setpoint.model.dast import (
    ANONYMOUS,
    Caller,
    Certainty,
    DastReport,
    Exchange,
    Fault,
    KnownFrom,
    Operation,
    Part,
    PartPlace,
    PlannedRequest,
    Profile,
    Sent,
    Surface,
)
from setpoint.model.policy import Severity
from setpoint.scan.dast.doubts import ALL_REFUSED
from setpoint.scan.dast.engine import Engine
from setpoint.scan.dast.interface import Check, EndedEarlyError, Workbench
from setpoint.scan.dast.means import Means
from setpoint.scan.dast.plan import SilentSender
from setpoint.scan.dast.run_folder import NoFolder
from setpoint.scan.dast.safety import Safety
from setpoint.scan.dast.sarif import doubts_of
from setpoint.scan.dast.seeding import Seeds
from setpoint.scan.dast.sending.redaction import Redactor

LIST = Operation("GET", "/orders", known_from=frozenset({KnownFrom.DOCUMENT}))
DELETE = Operation("DELETE", "/orders/{id}", known_from=frozenset({KnownFrom.DOCUMENT}))


@dataclass
class Noted(NoFolder):
    """Remembers, as a folder would."""

    made: list[str] = field(default_factory=list)
    known: list[Fault] = field(default_factory=list)
    earlier: frozenset[str] = frozenset()

    def finished(self) -> frozenset[str]:
        return self.earlier

    def faults(self) -> Sequence[Fault]:
        return self.known

    def note_finished(self, check: str) -> None:
        self.made.append(check)


@dataclass
class Watched:
    reports: list[DastReport] = field(default_factory=list)

    def told(self, line: str) -> None: ...

    def step(self, what: str, done: int, total: int) -> None: ...

    def found(self, report: DastReport) -> None:
        self.reports.append(report)


@dataclass
class Finds:
    """Finds the fault that it is given, or trips."""

    name: str = "finds"
    faults: tuple[Fault, ...] = ()
    trips: Exception | None = None

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        yield from (PlannedRequest(each.key, self.name, "", 2) for each in bench.surface.operations)

    def run(self, bench: Workbench) -> Iterator[Fault]:
        bench.sender.send(Sent("GET", f"{bench.surface.base}/orders"))
        yield from self.faults
        if self.trips is not None:
            raise self.trips


SECRET = "password=hunter2!"


def fault(kind: str) -> Fault:
    return Fault(
        kind, 200, "API8:2023", Severity.LOW, Certainty.OBSERVED, "GET", "/orders", message="password=hunter2!"
    )


class Counting:
    """The sender of the workbench, counted."""

    def __init__(self, sender: Any) -> None:
        self._sender = sender
        self.requests = 0

    def send(self, request: Sent) -> Exchange:
        self.requests += 1
        exchange: Exchange = self._sender.send(request)
        return exchange

    def turn(self) -> None:
        self.requests += 1

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        got: bytes = self._sender.send_raw(data, seconds=seconds)
        return got


@pytest.fixture
def engine(serve: Callable[..., str], workbench: Callable[..., Workbench]) -> Callable[..., tuple[Engine, Watched]]:
    app = Flask(__name__)
    app.get("/orders")(lambda: {"orders": []})
    base = serve(app)

    def make(
        *checks: Check,
        notes: Noted | None = None,
        at: str = base,
        accounts: HeaderAccounts | None = None,
        operations: tuple[Operation, ...] = (LIST, DELETE),
    ) -> tuple[Engine, Watched]:
        bench, safety, watched = workbench(at, accounts=accounts or HeaderAccounts()), Safety(Profile.SAFE), Watched()
        sender = Counting(bench.sender)
        means = Means(
            sender=sender,
            accounts=bench.accounts,
            evidence=None,
            discover=lambda _may_send: Surface(at, operations, ("a remark",)),
            seeding=lambda surface, may_send: Seeds(surface, sender, bench.accounts, may_send, watched.told),
            checks=checks,
            notes=notes or Noted(),
            redactor=Redactor(),
        )
        return Engine(at, Profile.SAFE, safety, means, watched), watched

    return make


def test_what_is_found_is_handed_on_at_once_and_told_in_the_end(engine: Any) -> None:
    made, watched = engine(Finds(faults=(fault("a"), fault("b"), fault("a"))))
    report = made.run()
    assert [each.kind for each in report.faults] == ["a", "b"]
    assert [len(each.faults) for each in watched.reports] == [1, 2, 2]
    assert [each.is_final for each in watched.reports] == [False, False, True]
    assert report.checks == {"finds": ""}
    assert report.ended_early == ""
    assert report.requests > 0
    assert report.remarks == ("a remark",)


def test_what_is_left_out_is_told_with_the_reason(engine: Any) -> None:
    assert list(engine(Finds())[0].run().left_out) == ["DELETE /orders/{id}"]


def test_no_secret_leaves_by_a_fault(engine: Any) -> None:
    report = engine(Finds(faults=(fault("a"),)))[0].run()
    assert "hunter2" not in repr(report)


def test_a_check_that_trips_costs_no_other(engine: Any) -> None:
    trips, works = Finds("trips", (fault("a"),), KeyError("answer of the target")), Finds("works", (fault("b"),))
    notes = Noted()
    report = engine(trips, works, notes=notes)[0].run()
    assert [each.kind for each in report.faults] == ["a", "b"]
    assert report.checks["trips"].startswith("KeyError at ")
    assert "answer of the target" not in report.checks["trips"]
    assert notes.made == ["works"]


def test_a_scan_that_may_not_go_on_tells_what_it_found(engine: Any) -> None:
    stopped = Finds("stopped", (fault("a"),), EndedEarlyError("it was stopped"))
    report = engine(stopped, Finds("never made"))[0].run()
    assert (report.ended_early, [each.kind for each in report.faults]) == ("it was stopped", ["a"])
    assert report.checks == {"stopped": "it was not finished"}


def test_what_is_finished_is_not_made_again(engine: Any) -> None:
    notes = Noted(known=[fault("old")], earlier=frozenset({"finds"}))
    report = engine(Finds(faults=(fault("new"),)), notes=notes)[0].run()
    assert [each.kind for each in report.faults] == ["old"]


def test_a_dead_target_is_told_as_such(engine: Any) -> None:
    with pytest.raises(CouldNotTellError, match="does not answer"):
        engine(Finds(), at="http://127.0.0.1:1")[0].run()


def test_a_plan_sends_nothing(engine: Any) -> None:
    plan = engine(Finds(), at="http://127.0.0.1:1")[0].plan()
    assert {(each.operation, each.check) for each in plan.requests} == {
        ("GET *", "look around"),
        ("GET /orders", "learn ids"),
        ("GET /orders", "finds"),
        ("DELETE /orders/{id}", "finds"),
    }
    assert list(plan.left_out) == ["DELETE /orders/{id}"]
    assert SilentSender().send(Sent("GET", "http://127.0.0.1:1/")).answer is None


def test_nobody_is_a_caller_of_the_plan(engine: Any) -> None:
    assert {each.caller for each in engine(Finds())[0].plan().requests} == {ANONYMOUS.name}


def test_an_account_that_cannot_log_in_is_a_doubt(engine: Any) -> None:
    accounts = HeaderAccounts({Caller("anna"): (("authorization", "Bearer a"),), Caller("ben"): ()})
    report = engine(Finds(), accounts=accounts)[0].run()
    assert [name for name, why in report.checks.items() if why] == ["login of ben"]
    assert report.callers == ("anna",)


@dataclass
class Wipes(Finds):
    """Takes away all orders, as often as it is told to; then finds its fault where there are any."""

    times: int = 1
    path: str = "/wipe"

    def run(self, bench: Workbench) -> Iterator[Fault]:
        self.times -= 1
        if self.times >= 0:
            bench.sender.send(Sent("GET", f"{bench.surface.base}{self.path}"))
        yield from self.faults


@pytest.fixture
def shop(serve: Callable[..., str]) -> str:
    orders: dict[int, str] = {}
    app = Flask(__name__)

    def create() -> Any:
        orders[len(orders) + 1] = "an order"
        return {"id": len(orders)}, 201

    def wipe() -> str:
        orders.clear()
        return "no more"

    app.post("/orders")(create)
    app.get("/orders/<int:number>", endpoint="order")(
        lambda number: {"id": number} if number in orders else ("gone", 404)
    )
    app.get("/wipe", endpoint="wipe")(wipe)
    return serve(app)


CREATE = Operation("POST", "/orders", known_from=frozenset({KnownFrom.DOCUMENT}))
READ = Operation(
    "GET",
    "/orders/{id}",
    (Part(PartPlace.PATH, "id", {"type": "integer"}, is_required=True),),
    known_from=frozenset({KnownFrom.DOCUMENT}),
)


def test_own_objects_that_vanish_are_made_anew_and_told(engine: Any, shop: str) -> None:
    made, _ = engine(Wipes("wipes", (fault("a"),)), Finds("later"), at=shop, operations=(CREATE, READ))
    report = made.run()
    assert "objects of the scan's own were gone after wipes, and were made anew" in report.remarks
    assert report.doubts == ()
    assert [each.kind for each in report.faults] == ["a"]


def test_own_objects_that_never_stay_are_a_doubt(engine: Any, shop: str) -> None:
    checks = [Wipes(f"wipes {number}", times=9) for number in range(6)]
    report = engine(*checks, at=shop, operations=(CREATE, READ))[0].run()
    assert [each for each in report.doubts if "was not tested from then on" in each]


def test_a_target_that_has_nothing_for_anybody_is_a_doubt(engine: Any, serve: Callable[..., str]) -> None:
    report = engine(Finds(), at=serve(Flask("empty")), operations=(LIST, READ))[0].run()
    assert ALL_REFUSED in report.doubts
    assert doubts_of(report) == list(report.doubts)
