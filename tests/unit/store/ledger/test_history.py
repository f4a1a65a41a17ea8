from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from setpoint.model.canonical import Unknown
from setpoint.model.circumstances import Circumstances
from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision, Factor, Verdict
from setpoint.model.drift import Comparison, Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.exceptions import Baseline, Exceptions
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.history import GateCase, Grounds, Lost, PastGate, PastState
from setpoint.model.policy import Effect, Severity, Stage
from setpoint.model.resource import Resource
from setpoint.model.service import Exposure, Release, Service, Threshold, Tier
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import BeatRow, Parcel, Reach
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.writer import SqlWriter

HOUR = timedelta(hours=1)
MakeUrn = Callable[[str], Urn]
Decide = Callable[..., Decision]


def _concluded(urn: Urn, size: int = 1, *decisions: Decision, service: str = "payments") -> Conclusion:
    actual = Resource(urn, {"Size": size}, "aws")
    return Conclusion(urn, "key", service, Comparison(urn), (), decisions, Grounds(None, actual))


def _states(ledger: SqlLedger, since: datetime, until: datetime | None = None, **given: Any) -> list[PastState]:
    read = list(ledger.past_states("aws", since, until, **given))
    assert all(isinstance(each, PastState) for each in read), read
    return [each for each in read if isinstance(each, PastState)]


def _sizes(states: Sequence[PastState]) -> list[Any]:
    return [each.grounds.actual.properties["Size"] if each.grounds.actual else None for each in states]


def _sql(path: Path, statement: str) -> list[Any]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        return list(connection.execute(statement))


def test_what_was_judged_comes_back_whole(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, decided: Decide, now: datetime
) -> None:
    urn = bucket("a")
    waiver = Waiver("w1", "*", "p*", "*", "agreed", "team", "T-1", now, now + HOUR, "someone", last_matched=now)
    exceptions = Exceptions([waiver], Baseline({urn: {"Tags[a]": "b"}, "other": {"Size": 1}}))
    drift = Drift(urn, DriftKind.CHANGED, "Size", Unknown("not yet"), 2)
    comparison = Comparison(urn, (drift,), (Gap(urn, "Name", GapKind.UNREAD, "denied"),), (Fold("Fold", 1, "default"),))
    intended = Resource(urn, {"Size": Unknown("not yet"), "b": [1.5, None], "a": "ü"}, "main.tf", unidentified="new")
    actual = Resource(urn, {"Size": 2}, "aws", {"Name": "denied"}, provided_by="aws")
    both = (decided(urn, policy="p1"), decided(urn, policy="p2"), decided(urn, path=""))
    grounds = Grounds(intended, actual, exceptions)
    writer.record([Conclusion(urn, "key", "payments", comparison, (), both, grounds)], now)

    (past,) = _states(ledger, now)
    assert (past.urn, past.service, past.at) == (urn, "payments", now)
    assert past.comparison == Comparison(urn, (drift,))
    assert past.grounds.intended is not None
    assert past.grounds.actual is not None
    assert past.grounds.intended.digest() == intended.digest()
    assert past.grounds.actual.digest() == actual.digest()
    assert past.grounds.exceptions == Exceptions([waiver], Baseline({urn: {"Tags[a]": "b"}}))
    assert sorted(past.decided, key=str) == sorted(both, key=str)


def test_what_is_known_of_an_entity_is_what_holds_now(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, now: datetime
) -> None:
    writer.record([_concluded(bucket("a"), 1), _concluded(bucket("b"), 7)], now)
    writer.record([_concluded(bucket("a"), 2, service="shop")], now + HOUR)
    known = ledger.known("aws", bucket("a"))
    assert known is not None
    assert (known.service, known.comparison) == ("shop", Comparison(bucket("a")))
    assert known.actual is not None
    assert known.actual.properties == {"Size": 2}
    assert ledger.known("aws", bucket("c")) is None
    assert ledger.known("other", bucket("a")) is None


def test_what_is_judged_as_before_writes_nothing(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, decided: Decide, path: Path, now: datetime
) -> None:
    for hours in range(3):
        writer.record([_concluded(bucket("a"), 1, decided(bucket("a")))], now + hours * HOUR)
    assert [each.at for each in _states(ledger, now)] == [now]
    assert _sql(path, "SELECT count(*) FROM states") == [(1,)]


def test_states_that_are_the_same_are_kept_once(writer: SqlWriter, bucket: MakeUrn, path: Path, now: datetime) -> None:
    for hours, size in enumerate((1, 2, 1, 2)):
        writer.record([_concluded(bucket("a"), size), _concluded(bucket("b"), size)], now + hours * HOUR)
    assert _sql(path, "SELECT count(*) FROM history") == [(8,)]
    assert _sql(path, "SELECT count(*) FROM states") == [(2,)]


def test_a_window_has_what_held_in_it(ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, now: datetime) -> None:
    for hours in range(4):
        writer.record([_concluded(bucket("a"), hours)], now + hours * HOUR)
    half = HOUR / 2
    assert _sizes(_states(ledger, now)) == [0, 1, 2, 3]
    assert _sizes(_states(ledger, now + HOUR + half)) == [1, 2, 3]
    assert _sizes(_states(ledger, now + HOUR + half, now + 2 * HOUR + half)) == [1, 2]
    assert _sizes(_states(ledger, now + 9 * HOUR)) == [3]
    assert _states(ledger, now - 2 * HOUR, now - HOUR) == []


def test_what_is_gone_holds_no_longer(ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, now: datetime) -> None:
    writer.record([_concluded(bucket("a")), _concluded(bucket("b"))], now)
    writer.forget([bucket("a")], now + HOUR)
    assert [each.urn for each in _states(ledger, now + 2 * HOUR)] == [bucket("b")]
    writer.record([_concluded(bucket("a"))], now + 3 * HOUR)
    assert [each.urn for each in _states(ledger, now + 2 * HOUR)] == [bucket("b"), bucket("a")]


def test_the_decisions_are_those_of_then(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, decided: Decide, now: datetime
) -> None:
    urn = bucket("a")
    made = [(decided(urn, "one"),), (decided(urn, "two"),), (), (decided(urn, "one"),)]
    for hours, decisions in enumerate(made):
        writer.record([_concluded(urn, 1, *decisions)], now + hours * HOUR)
    assert [each.decided for each in _states(ledger, now)] == made


def test_each_scope_and_service_has_its_own_past(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, now: datetime
) -> None:
    other = ledger.acquire("other", now, ttl=60)[1]
    writer.record([_concluded(bucket("a")), _concluded(bucket("b"), service="shop")], now)
    other.record([_concluded(bucket("a"), 2)], now + HOUR)
    assert _sizes(_states(ledger, now)) == [1, 1]
    assert [each.urn for each in _states(ledger, now, service="shop")] == [bucket("b")]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("UPDATE states SET packed = x'00'", "is damaged"),
        ("UPDATE states SET packed = substr(packed, 1, 10)", "is damaged (it is cut short, or too large)"),
        ("UPDATE states SET packed = (SELECT packed FROM states ORDER BY digest LIMIT 1)", "is not what it was"),
        ("DELETE FROM states", "is not in the ledger"),
        ("DELETE FROM decisions", "what was decided then is not in the ledger"),
    ],
)
def test_what_cannot_be_read_is_said_one_by_one(
    damage: str,
    reason: str,
    ledger: SqlLedger,
    writer: SqlWriter,
    bucket: MakeUrn,
    decided: Decide,
    path: Path,
    now: datetime,
) -> None:
    urns = [bucket(name) for name in "abc"]
    writer.record([_concluded(urn, size, decided(urn)) for size, urn in enumerate(urns)], now)
    _sql(path, damage)
    lost = [each for each in ledger.past_states("aws", now, None) if isinstance(each, Lost)]
    assert len(lost) >= 2
    assert {each.subject for each in lost} <= set(urns)
    assert all(reason in each.reason for each in lost)


# The gate


@pytest.fixture
def case(bucket: MakeUrn, now: datetime) -> GateCase:
    threshold = Threshold("payments", 8.0, 3.25, 1.5, (Factor("drift", 1.5, "it drifted"),), now)
    waivers = (
        Waiver("w1", "*", "*", "*", "agreed", "team", "", now, now + HOUR),
        Waiver("w2", "*", "*", "*", "expired", "team", "", now - 2 * HOUR, now - HOUR),
    )
    seen = (
        Finding(Urn.service("payments"), "payments", FindingSource.RUNTIME, "runtime/x", "a.py:1", Severity.LOW, "x"),
    )
    made_of = (replace(seen[0], source=FindingSource.COMPONENT, rule="component/CVE-1", path="pkg:pypi/x@1"),)
    shown = Circumstances(
        now,
        threshold,
        ("a",),
        ("b",),
        {"finding": now - HOUR},
        now - 2 * HOUR,
        seen=seen,
        components=made_of,
        waivers=waivers,
    )
    resources = (
        Resource(bucket("b"), {"Size": 1}, "main.tf"),
        Resource(bucket("a"), {"Size": Unknown("?")}, "main.tf"),
    )
    service = Service("payments", Tier.CRITICAL, Exposure.INTERNET, "team", "production")
    return GateCase(Release("payments", "1"), Stage.DEPLOY, service, resources, shown)


def _decision(case: GateCase) -> Decision:
    return Decision(case.release.urn, "payments", case.stage, Verdict.ADMIT, Effect.NONE, risk=1.0)


def _gates(ledger: SqlLedger, since: datetime, **given: Any) -> list[PastGate | Lost]:
    return list(ledger.past_gates(since, None, **given))


def test_what_a_gate_decided_from_comes_back_whole(ledger: SqlLedger, case: GateCase, now: datetime) -> None:
    ledger.visitor().put_decision(_decision(case), now, case=case)
    (past,) = _gates(ledger, now)
    assert isinstance(past, PastGate)
    assert (past.at, past.decided) == (now, _decision(case))
    again, given = past.case, case.circumstances
    assert (again.release, again.stage, again.service) == (case.release, case.stage, case.service)
    assert [(each.urn, each.digest()) for each in again.resources] == [
        (each.urn, each.digest()) for each in case.resources
    ]
    shown = again.circumstances
    assert (shown.now, shown.threshold, shown.unknowns, shown.remarks) == (now, given.threshold, ("a",), ("b",))
    assert (shown.first_seen, shown.oldest_finding) == (given.first_seen, given.oldest_finding)
    assert (shown.seen, shown.components) == (given.seen, given.components)
    # Only those that could count are kept.
    assert shown.waivers == given.waivers[:1]


def test_a_release_that_is_judged_again_is_another_case(ledger: SqlLedger, case: GateCase, now: datetime) -> None:
    for hours in range(2):
        ledger.visitor().put_decision(_decision(case), now + hours * HOUR, case=case)
    assert [each.at for each in _gates(ledger, now)] == [now, now + HOUR]
    assert [each.at for each in _gates(ledger, now + HOUR)] == [now + HOUR]
    assert _gates(ledger, now, service="shop") == []
    assert len(_gates(ledger, now, service="payments")) == 2


def test_a_decision_that_was_recorded_without_its_case_is_lost(
    ledger: SqlLedger, case: GateCase, now: datetime
) -> None:
    ledger.visitor().put_decision(_decision(case), now)
    (lost,) = _gates(ledger, now)
    assert lost == Lost(case.release.urn, now, "what it was decided from was not recorded")


# Pruning


def _reach(ledger: SqlLedger) -> Reach:
    reach = ledger.reach("aws")
    assert reach is not None
    return reach


def test_what_was_over_goes_and_what_holds_stays(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, case: GateCase, path: Path, now: datetime
) -> None:
    writer.record([_concluded(bucket("old"), 0), _concluded(bucket("gone"), 9)], now)
    for hours in range(3):
        writer.record([_concluded(bucket("a"), hours)], now + hours * HOUR)
    writer.forget([bucket("gone")], now + HOUR)
    writer.put_decision(_decision(case), now, case=case)
    later = now + 3 * HOUR
    assert writer.prune(now + HOUR + HOUR / 2, later) > 0

    assert [(each.urn.identifier, *_sizes([each])) for each in _states(ledger, now)] == [("old", 0), ("a", 1), ("a", 2)]
    reach = _reach(ledger)
    assert (reach.since, reach.pruned_at) == (now + HOUR + HOUR / 2, later)
    assert _sql(path, "SELECT count(*) FROM states") == [(3,)]
    assert [type(each) for each in _gates(ledger, now)] == [Lost]
    assert ledger.broken_audit_rows() == []
    (told,) = [each.details for each in ledger.audit() if each.action == "history pruned"]
    assert (told["history"], told["gate cases"], told["states"]) == (2, 1, 2)


@pytest.mark.parametrize(("scope", "left"), [("aws", 0), ("other", 1), ("", 0)])
def test_a_scope_prunes_what_its_own_gate_decided_from(
    ledger: SqlLedger, writer: SqlWriter, case: GateCase, now: datetime, scope: str, left: int
) -> None:
    """And what nobody recorded a scope of."""
    ledger.visitor().put_decision(_decision(case), now, case=replace(case, scope=scope))
    writer.prune(now + HOUR, now + 2 * HOUR)
    kept = [each for each in _gates(ledger, now) if isinstance(each, PastGate)]
    assert [each.case.scope for each in kept] == [scope] * left


def test_what_is_pruned_in_vain_is_not_told(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, now: datetime
) -> None:
    writer.record([_concluded(bucket("a"))], now)
    assert writer.prune(now - HOUR, now + HOUR) == 0
    assert "history pruned" not in [each.action for each in ledger.audit()]
    reach = _reach(ledger)
    assert (reach.since, reach.pruned_at) == (now, now + HOUR)


def test_so_much_goes_at_once_that_others_need_not_wait(
    ledger: SqlLedger, writer: SqlWriter, bucket: MakeUrn, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("setpoint.store.ledger.pruning.AT_ONCE", 2)
    for hours in range(6):
        writer.record([_concluded(bucket("a"), hours)], now + hours * HOUR)
    later = now + 9 * HOUR
    assert writer.prune(later, later) == 2
    assert _reach(ledger).pruned_at == now
    while writer.prune(later, later):
        pass
    assert _sizes(_states(ledger, now)) == [5]
    assert _reach(ledger).pruned_at == later


def _beat(at: datetime) -> BeatRow:
    return BeatRow(0, at, at, 1, 1, 0, 0, 0, ())


def test_old_beats_go_but_for_the_last_one(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    other = ledger.acquire("other", now, ttl=60)[1]
    other.put_beat(_beat(now))
    for hours in range(3):
        writer.put_beat(_beat(now + hours * HOUR))
    writer.prune(now + HOUR, now + 9 * HOUR)
    assert [each.ended_at for each in ledger.beats(scope="aws")] == [now + 2 * HOUR, now + HOUR]
    writer.prune(now + 9 * HOUR, now + 9 * HOUR)
    assert [each.ended_at for each in ledger.beats(scope="aws")] == [now + 2 * HOUR]
    assert len(ledger.beats(scope="other")) == 1


def test_old_messages_go_but_for_those_that_wait(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    def send(group: str, *, end: bool, given_up: str = "") -> int:
        writer.enqueue([Parcel("chat", group, {"title": group})], now, timedelta(0))
        newest = ledger.deliveries("aws")[0]
        if end:
            writer.end_delivery(newest, now, given_up=given_up)
        return newest.id

    send("delivered", end=True)
    send("given up", end=True, given_up="no answer")
    waits = send("waits", end=False)
    last = send("last", end=True)
    writer.prune(now + HOUR, now + HOUR)
    # The last one stays, too: its number would be given to another message.
    assert [each.id for each in ledger.deliveries("aws")] == [last, waits]
