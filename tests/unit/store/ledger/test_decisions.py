from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from setpoint.model.decision import Decision, Factor, Verdict
from setpoint.model.policy import Effect, Stage
from setpoint.model.service import Release
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.writer import SqlWriter

Maker = Callable[..., Any]
HOUR = timedelta(hours=1)


def _messages(ledger: SqlLedger) -> list[str]:
    return [decision.reasons[0].message for _, decision in ledger.decisions()]


def test_a_decision_is_kept_whole(ledger: SqlLedger, now: datetime) -> None:
    decision = Decision(
        Release("payments", "1.4.2").urn,
        "payments",
        Stage.DEPLOY,
        Verdict.UNKNOWN,
        Effect.DENY,
        risk=4.5,
        risk_factors=(Factor("severity", 3.0, "critical"), Factor("tier", 1.5, "payments is critical")),
        threshold=3.25,
        threshold_factors=(Factor("recurring drift", 0.75, "twice in a day"),),
        waivers=("W-1", "W-2"),
    )
    ledger.visitor().put_decision(decision, now)
    assert ledger.decisions(subject=decision.subject) == [(now, decision)]


def test_a_repeated_decision_is_not_written_again(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, decided: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    for hours in range(3):
        writer.record([concluded(urn, decisions=(decided(urn),))], now + hours * HOUR)
    assert ledger.decisions() == [(now, decided(urn))]


def test_a_decision_that_comes_back_after_another_is_written(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    for verdict in (Verdict.ADMIT, Verdict.REFUSE, Verdict.REFUSE, Verdict.ADMIT):
        decision = Decision(urn, "payments", Stage.RUNTIME, verdict, Effect.NONE)
        writer.record([concluded(urn, decisions=(decision,))], now)
    assert [each.verdict for _, each in ledger.decisions()] == [Verdict.ADMIT, Verdict.REFUSE, Verdict.ADMIT]


def test_what_somebody_asked_for_is_written_every_time(
    ledger: SqlLedger, now: datetime, bucket: Maker, decided: Maker
) -> None:
    for hours in range(2):
        ledger.visitor().put_decision(decided(bucket("data")), now + hours * HOUR, "ann@desk")
    assert [at for at, _ in ledger.decisions()] == [now + HOUR, now]
    first, second = ledger.audit()
    assert [row.actor for row in (first, second)] == ["ann@desk", "ann@desk"]
    assert first.details["before"] is None
    assert first.details["after"] == second.details["before"] == second.details["after"]
    assert first.details["because"] == ["p1: violated"]


def test_the_decisions_about_the_releases_of_a_service(ledger: SqlLedger, now: datetime, bucket: Maker) -> None:
    visitor = ledger.visitor()
    releases = [Release("pay", "1"), Release("payments", "1"), Release("pay", "2"), Release("pay@1", "1")]
    for subject in [*(each.urn for each in releases), bucket("pay")]:
        visitor.put_decision(Decision(subject, "pay", Stage.DEPLOY, Verdict.ADMIT, Effect.NONE), now)
    assert [each.subject for _, each in ledger.gate_decisions("pay")] == ["release:pay@2", "release:pay@1"]
    assert len(ledger.gate_decisions("pay", limit=1)) == 1
    assert ledger.gate_decisions("nobody") == []


def test_policies_that_decide_about_one_place_repeat_and_change_together(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, decided: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    both = (decided(urn, "not encrypted", policy="p1"), decided(urn, "key not rotated", policy="p2"))
    writer.record([concluded(urn, decisions=both)], now)
    writer.record([concluded(urn, decisions=both)], now)
    assert _messages(ledger) == ["key not rotated", "not encrypted"]
    writer.record([concluded(urn, decisions=both[:1])], now)
    assert _messages(ledger) == ["not encrypted", "key not rotated", "not encrypted"]


def test_places_and_stages_are_told_apart(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, decided: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    for path in ("Encryption", "Versioning", "Encryption"):
        writer.record([concluded(urn, decisions=(decided(urn, path=path),))], now)
    assert [each.path for _, each in ledger.decisions()] == ["Versioning", "Encryption"]


def test_the_newest_come_first_and_no_more_than_asked_for(
    ledger: SqlLedger, now: datetime, bucket: Maker, decided: Maker
) -> None:
    visitor = ledger.visitor()
    for number in range(5):
        visitor.put_decision(decided(bucket("data"), f"reason {number}"), now + number * HOUR)
        visitor.put_decision(decided(bucket("other"), f"other {number}"), now)
    newest = ledger.decisions(subject=bucket("data"), limit=2)
    assert [(at, each.reasons[0].message) for at, each in newest] == [
        (now + 4 * HOUR, "reason 4"),
        (now + 3 * HOUR, "reason 3"),
    ]


def test_only_what_was_written_is_audited(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Maker, decided: Maker, concluded: Maker
) -> None:
    urn = bucket("data")
    for _ in range(2):
        writer.record([concluded(urn, decisions=(decided(urn),))], now)
    (row,) = (each for each in ledger.audit() if each.action == "decision recorded")
    assert (row.actor, row.subject, row.details["verdict"]) == ("setpoint", urn, "refuse")
