"""A place is one finding however often it is met; what changed is told, the longest waiting first."""

from __future__ import annotations

from dataclasses import replace

from tests.evidences import FRAME, evidence

from setpoint_agent.catalogue import PATH_TRAVERSAL
from setpoint_agent.reporting import findings as module
from setpoint_agent.reporting.findings import MOST_PROBES, MOST_TELLINGS, Findings, key_of
from setpoint_agent.room import Room


def everything() -> Room:
    return Room(rows=1_000, octets=1_000_000)


def test_a_place_is_one_finding() -> None:
    findings = Findings()
    for path in ("/users/7", "/users/8", "/users/7"):
        findings.meet(evidence(path=path))
    findings.meet(evidence(attack=True, confidence=0.5))
    (row,) = findings.take_changed(everything())
    assert (row["count"], row["attacks"], row["attack"], row["confidence"]) == (4, 1, True, 0.9)
    assert findings.take_changed(everything()) == []
    findings.meet(evidence())
    assert [each["count"] for each in findings.take_changed(everything())] == [5]


def test_what_makes_a_place() -> None:
    other_line = replace(FRAME, line=20)
    others = [
        evidence(kind=PATH_TRAVERSAL),
        evidence(route="/orders/{number}"),
        evidence(frames=(other_line,)),
        evidence(frames=(FRAME, other_line)),
    ]
    keys = {key_of(each) for each in others}
    assert len(keys) == 4
    assert key_of(evidence()) not in keys
    same = evidence(path="/users/8", method="POST", sink="other", confidence=0.1, origins=(), probe="p")
    assert key_of(same) == key_of(evidence())


def test_the_key_is_the_same_for_ever() -> None:
    assert key_of(evidence()) == "0b99428b7b4112d66965c00c5b9b7582"


def test_something_new_is_told_of_each_path_attack_and_probe() -> None:
    findings = Findings()
    assert findings.meet(evidence())
    assert not findings.meet(evidence())
    assert findings.meet(evidence(path="/users/8"))
    assert findings.meet(evidence(attack=True))
    assert findings.meet(evidence(probe="scan-7"))
    assert not findings.meet(evidence(probe="scan-7"))
    told = sum(findings.meet(evidence(path=f"/other/{number}")) for number in range(MOST_TELLINGS * 2))
    assert told == MOST_TELLINGS - 4


def test_the_latest_probes_are_kept() -> None:
    findings = Findings()
    for number in range(MOST_PROBES * 2):
        findings.meet(evidence(probe=f"scan-{number}"))
    (row,) = findings.take_changed(everything())
    assert row["probes"] == [f"scan-{number}" for number in range(MOST_PROBES, MOST_PROBES * 2)]


def test_the_longest_waiting_go_first() -> None:
    findings = Findings()
    for line in range(6):
        findings.meet(evidence(frames=(replace(FRAME, line=line),)))
    lines = []
    for _ in range(3):
        lines += [row["frames"][0]["line"] for row in findings.take_changed(Room(rows=2, octets=10_000))]
        findings.meet(evidence(frames=(replace(FRAME, line=0),)))
    assert lines == [0, 1, 2, 3, 4, 5]


def test_places_without_end_are_dropped_and_counted() -> None:
    findings = Findings()
    most = module.MOST_FINDINGS
    for line in range(most + 10):
        findings.meet(evidence(frames=(replace(FRAME, line=line),)))
    assert (len(findings), findings.dropped) == (most, 10)
