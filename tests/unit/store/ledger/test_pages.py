from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import text

from setpoint.model.conclusion import Conclusion
from setpoint.model.decision import Decision
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.policy import Severity, Stage
from setpoint.model.remediation import RemediationState
from setpoint.model.service import Release, Signal, SignalKind
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import BeatRow, DeliveryState, KeptAnswer, LedgerWriter, Parcel
from setpoint.store.ledger.database import LedgerFile
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import MIGRATIONS, open_ledger
from setpoint.store.ledger.writer import SqlWriter

LAST = 2**63 - 1
ANY_FINDING: dict[str, Any] = {
    "service": None,
    "urn": None,
    "rule": None,
    "severity": None,
    "source": None,
    "include_closed": False,
}


@pytest.fixture
def recorded(
    writer: SqlWriter,
    now: datetime,
    bucket: Callable[[str], Urn],
    found: Callable[..., Finding],
    concluded: Callable[..., Conclusion],
    decided: Callable[..., Decision],
) -> list[Urn]:
    """Seven buckets, each with two findings; and one that is as it should be."""
    urns = [bucket(f"b{number}") for number in range(7)]
    writer.record([concluded(urn, found(urn, "A"), found(urn, "B"), decisions=(decided(urn),)) for urn in urns], now)
    writer.record([concluded(bucket("fine"), service="shop")], now)
    return urns


def walk(read: Callable[[Any, int], Sequence[Any]], place: Callable[[Any], Any], first: Any, size: int) -> list[Any]:
    """Every item, a page at a time."""
    items: list[Any] = []
    while page := read(place(items[-1]) if items else first, size):
        items += page
    return items


@pytest.mark.parametrize("size", [1, 2, 5, 100])
def test_pages_together_are_the_whole(ledger: SqlLedger, recorded: list[Urn], size: int) -> None:
    pages = ledger.pages()
    findings = walk(
        lambda after, limit: pages.findings("aws", **ANY_FINDING, after=after, limit=limit),
        lambda each: (each.finding.urn, each.finding.rule, each.finding.path),
        ("", "", ""),
        size,
    )
    assert findings == ledger.findings(scope="aws")
    comparisons = walk(
        lambda after, limit: pages.comparisons("aws", service=None, after=after, limit=limit),
        lambda each: each.urn,
        "",
        size,
    )
    assert comparisons == list(ledger.comparisons("aws"))
    resources = walk(
        lambda after, limit: pages.resources("aws", service=None, differs=None, after=after, limit=limit),
        lambda each: each.urn,
        "",
        size,
    )
    assert {each.urn for each in resources} == set(ledger.remembered("aws"))
    decisions = walk(
        lambda before, limit: pages.decisions(service=None, subject=None, stage=None, before=before, limit=limit),
        lambda each: each[0],
        LAST,
        size,
    )
    assert [each[1:] for each in decisions] == ledger.decisions()
    rows = walk(
        lambda after, limit: pages.audit(action=None, subject=None, after=after, limit=limit),
        lambda each: each.sequence,
        0,
        size,
    )
    assert rows == list(ledger.audit())
    assert pages.last_audit_row() == rows[-1].sequence


def test_what_is_written_meanwhile_neither_repeats_nor_hides(
    ledger: SqlLedger,
    writer: SqlWriter,
    recorded: list[Urn],
    now: datetime,
    bucket: Callable[[str], Urn],
    found: Callable[..., Finding],
    concluded: Callable[..., Conclusion],
) -> None:
    pages = ledger.pages()
    first = pages.comparisons("aws", service=None, after="", limit=3)
    writer.record([concluded(bucket("a-new-one"), found(bucket("a-new-one")))], now)
    writer.forget([first[0].urn], now)
    rest = pages.comparisons("aws", service=None, after=first[-1].urn, limit=100)
    assert [each.urn for each in (*first, *rest)] == recorded


def test_findings_are_filtered(
    ledger: SqlLedger,
    writer: SqlWriter,
    recorded: list[Urn],
    now: datetime,
    concluded: Callable[..., Conclusion],
) -> None:
    writer.record([concluded(recorded[0])], now)

    def count(**filters: Any) -> int:
        return len(ledger.pages().findings("aws", **(ANY_FINDING | filters), after=("", "", ""), limit=100))

    assert count() == 12
    assert count(include_closed=True) == 14
    assert count(urn=recorded[1]) == 2
    assert count(service="payments") == 12
    assert count(service="shop") == 0
    assert count(rule="drift/changed") == 12
    assert count(severity=Severity.LOW) == 0
    assert count(source=FindingSource.GUARDRAIL) == 0
    assert not ledger.pages().findings("other", **ANY_FINDING, after=("", "", ""), limit=100)


def test_decisions_know_whose_they_are(ledger: SqlLedger, recorded: list[Urn]) -> None:
    def count(**filters: Any) -> int:
        usual = {"service": None, "subject": None, "stage": None}
        return len(ledger.pages().decisions(**(usual | filters), before=LAST, limit=100))

    assert count(service="payments") == 7
    assert count(service="shop") == 0
    assert count(subject=recorded[0]) == 1
    assert count(stage=Stage.DEPLOY) == 0


def test_resources_are_filtered(ledger: SqlLedger, recorded: list[Urn]) -> None:
    def names(**filters: Any) -> list[str]:
        usual = {"service": None, "differs": None}
        rows = ledger.pages().resources("aws", **(usual | filters), after="", limit=100)
        return [each.urn.identifier for each in rows]

    assert names(service="shop") == ["fine"]
    assert names(differs=False) == ["fine"]
    assert names(differs=True, service="payments") == [urn.identifier for urn in recorded]


def test_remediations_one_by_one(
    ledger: SqlLedger, writer: SqlWriter, now: datetime, bucket: Callable[[str], Urn]
) -> None:
    made = [
        writer.plan(bucket(name), service, None, RemediationState.ESCALATED, "nothing can be tried", [], now, now)
        for name, service in (("a", "payments"), ("b", "shop"), ("c", "shop"))
    ]
    pages = ledger.pages()
    every: dict[str, Any] = {"service": None, "urn": None, "state": None}
    assert pages.remediations("aws", **every, after=0, limit=2) == made[:2]
    assert pages.remediations("aws", **every, after=made[1].id, limit=2) == made[2:]
    assert pages.remediations("aws", **(every | {"service": "shop"}), after=0, limit=9) == made[1:]
    assert pages.remediations("aws", **(every | {"urn": bucket("a")}), after=0, limit=9) == made[:1]
    assert not pages.remediations("aws", **(every | {"state": RemediationState.VERIFIED}), after=0, limit=9)
    assert pages.remediation("aws", made[0].id) == made[0]
    assert pages.remediation("other", made[0].id) is None
    assert pages.remediation("aws", 99) is None
    assert pages.remediation_steps(made[0].id) == [(now, RemediationState.ESCALATED, "nothing can be tried")]


def test_releases_newest_first(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    versions = [("1.0", 0), ("1.1", 1), ("1.1-a", 1), ("1.1-b", 1), ("2.0", 2)]
    for version, day in versions:
        writer.put_release(Release("shop", version), now + timedelta(days=day))
    writer.put_release(Release("payments", "9"), now)
    pages = ledger.pages()
    walked = walk(
        lambda before, limit: pages.releases("shop", before=before, limit=limit),
        lambda each: (each[1], each[0].version),
        None,
        2,
    )
    assert walked == ledger.releases("shop")
    assert [each.version for each, _ in walked] == ["2.0", "1.1", "1.1-a", "1.1-b", "1.0"]


def test_signals_beats_and_deliveries(ledger: SqlLedger, writer: SqlWriter, now: datetime) -> None:
    shown = [Signal("shop", SignalKind.DRIFT, float(number), now, f"cause {number}") for number in range(3)]
    writer.add_signals(shown)
    for number in range(3):
        writer.put_beat(BeatRow(0, now, now, number, 0, 0, 0, 0, ()))
        writer.enqueue([Parcel(f"channel-{number}", "group", {"title": "t"})], now, timedelta(0))
    pages = ledger.pages()
    first = pages.signals("shop", after=0, limit=2)
    assert [each for _, each in (*first, *pages.signals("shop", after=first[-1][0], limit=9))] == shown
    beats = pages.beats("aws", before=LAST, limit=2)
    assert [*beats, *pages.beats("aws", before=beats[-1].id, limit=9)] == ledger.beats(scope="aws")
    some = pages.deliveries("aws", state=None, before=LAST, limit=2)
    assert [*some, *pages.deliveries("aws", state=None, before=some[-1].id, limit=9)] == ledger.deliveries("aws")
    assert not pages.deliveries("aws", state=DeliveryState.DELIVERED, before=LAST, limit=9)


def test_a_ledger_from_before_tells_whose_its_decisions_are(
    ledger: SqlLedger, recorded: list[Urn], tmp_path: Path
) -> None:
    old = tmp_path / "old.sqlite"
    _copy_at_version_4(ledger, old)
    with closing(open_ledger(str(old))) as migrated:
        decisions = migrated.pages().decisions(service="payments", subject=None, stage=None, before=LAST, limit=100)
    assert len(decisions) == len(recorded)


def _copy_at_version_4(ledger: SqlLedger, path: Path) -> None:
    """The decisions alone, in a ledger from when nothing said whose they are."""
    path.touch()
    columns = "id, subject, stage, path, together, at, document"
    with ledger._database.read() as connection:
        rows = [row._asdict() for row in connection.execute(text(f"SELECT {columns} FROM decisions"))]
    with closing(LedgerFile(path, read_only=False)) as database, database.write() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS))
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "0004")
        database.mark(connection)
        values = columns.replace(", ", ", :")
        connection.execute(text(f"INSERT INTO decisions ({columns}) VALUES (:{values})"), rows)


# Answers


def answer(body: str = "{}") -> KeptAnswer:
    return KeptAnswer("fingerprint", 201, body)


def test_what_is_done_once_is_answered_twice(ledger: SqlLedger, now: datetime) -> None:
    bodies = (f"{number}" for number in itertools.count())
    answers = ledger.answers()

    def act(_writer: LedgerWriter) -> KeptAnswer:
        return answer(next(bodies))

    assert answers.once("me", "key", now, act) == (answer("0"), True)
    assert answers.once("me", "key", now, act) == (answer("0"), False)
    assert answers.recall("me", "key", now) == answer("0")
    assert answers.once("you", "key", now, act) == (answer("1"), True)
    assert answers.recall("me", "another", now) is None


def test_an_answer_is_kept_for_a_day(ledger: SqlLedger, now: datetime) -> None:
    answers, later = ledger.answers(), now + timedelta(days=1)
    answers.once("me", "key", now, lambda _writer: answer("old"))
    assert answers.recall("me", "key", later) is None
    assert answers.once("me", "key", later, lambda _writer: answer("new")) == (answer("new"), True)
    assert answers.once("me", "key", later, lambda _writer: answer("newer")) == (answer("new"), False)


def test_what_could_not_be_done_is_not_kept(ledger: SqlLedger, now: datetime) -> None:
    waiver = Waiver("", "*", "*", "*", "why", "me", "", now, now + timedelta(days=1))

    def fail(writer: LedgerWriter) -> KeptAnswer:
        writer.add_waiver(waiver)
        raise RuntimeError("after a part of it")

    with pytest.raises(RuntimeError):
        ledger.answers().once("me", "key", now, fail)
    assert ledger.answers().recall("me", "key", now) is None
    assert not ledger.waivers()


def test_of_many_at_once_one_acts(ledger: SqlLedger, now: datetime) -> None:
    waiver = Waiver("", "*", "*", "*", "why", "me", "", now, now + timedelta(days=1))
    bodies: list[str] = []

    def act(writer: LedgerWriter) -> KeptAnswer:
        return answer(writer.add_waiver(waiver).id)

    def call() -> None:
        bodies.append(ledger.answers().once("me", "key", now, act)[0].body)

    threads = [threading.Thread(target=call) for _ in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert bodies == ["w1"] * 8
    assert len(ledger.waivers()) == 1
