"""What routes did is counted, cumulatively and without an end to what a client may send."""

from __future__ import annotations

import threading
from time import perf_counter

import pytest

from setpoint_agent.operations.counts import BOUNDS, METHODS, MOST_ROUTES, OTHER, Operations
from setpoint_agent.request import Request
from setpoint_agent.room import Room


def everything() -> Room:
    return Room(rows=MOST_ROUTES, octets=10_000_000)


def request(route: str | None = "/users/{number}", method: str = "GET") -> Request:
    made = Request(method, "/users/7", "flask")
    made.route = route
    return made


def finish(operations: Operations, request: Request, status: int, seconds: float) -> None:
    request.began = perf_counter() - seconds
    operations.finish(request, status)


def test_a_route_is_counted() -> None:
    operations = Operations()
    for status, seconds in ((200, 0.001), (204, 0.02), (404, 20.0), (0, 0.3), (99, 0.3)):
        finish(operations, request(), status, seconds)
    (row,) = operations.take_changed(everything())
    assert (row["route"], row["method"], row["framework"], row["calls"]) == ("/users/{number}", "GET", "flask", 5)
    assert row["statuses"] == {"2xx": 2, "4xx": 1, "error": 2}
    latency = row["latency"]
    assert latency["bounds"] == list(BOUNDS)
    assert (latency["counts"][0], latency["counts"][2], latency["counts"][-1]) == (1, 1, 1)
    assert sum(latency["counts"]) == 5
    assert latency["sum"] == pytest.approx(20.621, abs=0.05)
    assert operations.requests == 5


def test_counts_are_of_the_whole_boot_and_told_when_they_change() -> None:
    operations = Operations()
    finish(operations, request(), 200, 0.1)
    finish(operations, request("/orders"), 200, 0.1)
    assert len(operations.take_changed(everything())) == 2
    assert operations.take_changed(everything()) == []
    finish(operations, request(), 200, 0.1)
    assert [each["calls"] for each in operations.take_changed(everything())] == [2]
    operations.begin_anew()
    assert (operations.requests, operations.take_changed(everything())) == (0, [])


def test_effects_are_added_up() -> None:
    operations = Operations()
    for _ in range(2):
        one = request()
        one.effects["rows-written"] += 3
        finish(operations, one, 200, 0.1)
        one.effects["rows-written"] += 100  # a thread that was left behind
    (row,) = operations.take_changed(everything())
    assert row["effects"] == {"rows-written": 6}


def test_routes_and_methods_without_end_are_one() -> None:
    operations = Operations()
    for number in range(MOST_ROUTES * 2):
        finish(operations, request(f"/{number}", f"VERB{number}" if number % 2 else "GET"), 200, 0.1)
    rows = operations.take_changed(everything())
    assert len(rows) <= MOST_ROUTES
    assert {row["method"] for row in rows} <= METHODS | {OTHER}
    assert sum(row["calls"] for row in rows) == MOST_ROUTES * 2
    assert [row["route"] for row in rows].count(OTHER) == 2


def test_a_request_of_no_known_route_counts_under_its_method() -> None:
    operations = Operations()
    finish(operations, request(None), 404, 0.1)
    assert [each["route"] for each in operations.take_changed(everything())] == ["?"]


def test_the_longest_waiting_go_first() -> None:
    operations = Operations()
    taken = []
    for route in ("/a", "/b", "/c"):
        finish(operations, request(route), 200, 0.1)
    for _ in range(3):
        taken += [each["route"] for each in operations.take_changed(Room(rows=1, octets=10_000))]
        finish(operations, request("/a"), 200, 0.1)
    assert taken == ["/a", "/b", "/c"]


def test_nothing_is_lost_between_threads() -> None:
    operations = Operations()

    def finish_many() -> None:
        for _ in range(5_000):
            finish(operations, request(), 200, 0.1)

    threads = [threading.Thread(target=finish_many) for _ in range(4)]
    for each in threads:
        each.start()
    while any(each.is_alive() for each in threads):
        operations.take_changed(everything())
    assert operations.requests == 20_000
    assert operations.dropped == 0
