from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from setpoint.errors import LedgerError
from setpoint.model.service import Signal, SignalKind
from setpoint.store.audit_mark import AuditMark
from setpoint.store.ledger.audit import SEAL_EVERY, row_digest
from setpoint.store.ledger.columns import to_microseconds
from setpoint.store.ledger.ledger import SqlLedger
from setpoint.store.ledger.opening import open_ledger
from setpoint.store.ledger.writer import SqlWriter

Maker = Callable[..., Any]


@pytest.fixture
def tamper(path: Path) -> Callable[..., None]:
    """What somebody does who has the file and SQLite, but does not rebuild the chain."""

    def change(*statements: str) -> None:
        with closing(sqlite3.connect(path)) as connection, connection:
            for table in ("audit_log", "seals"):
                for verb in ("update", "delete"):
                    connection.execute(f"DROP TRIGGER IF EXISTS {table}_refuses_{verb}")
            for statement in statements:
                connection.execute(statement)

    return change


@pytest.fixture
def notes(ledger: SqlLedger, now: datetime) -> SqlWriter:
    """The writer of a log with nine rows: "lease taken", and eight notes by two writers in turn."""
    _, writer = ledger.acquire("aws", now, ttl=60)
    visitor = ledger.visitor()
    for number in range(8):
        (writer, visitor)[number % 2].note("ada", "said", f"subject {number}", {"number": number}, now)
    return writer


def _broken(ledger: SqlLedger) -> list[str]:
    return list(ledger.broken_audit_rows())


def test_rows_that_hold_what_no_ledger_writes_are_named_and_counted(
    ledger: SqlLedger, notes: SqlWriter, tamper: Callable[..., None]
) -> None:
    tamper(
        "UPDATE audit_log SET details = '{x' WHERE sequence = 3",
        "UPDATE audit_log SET at = 'noon' WHERE sequence = 5",
    )
    assert ledger.audit_rows() == 9
    assert [each.split(" (")[0] for each in _broken(ledger)] == ["audit row 3", "audit row 5"]


def test_everything_that_happens_is_told(
    ledger: SqlLedger,
    writer: SqlWriter,
    now: datetime,
    bucket: Maker,
    found: Maker,
    decided: Maker,
    concluded: Maker,
) -> None:
    urn = bucket("data")
    writer.record([concluded(urn, found(urn), decisions=(decided(urn),))], now)
    writer.forget([urn], now)
    writer.record([concluded(urn, found(urn))], now)
    writer.add_signals([Signal("payments", SignalKind.DRIFT, 0.5, now, "drift of data")])
    writer.note("ada", "config changed", "setpoint.yaml", {"digest": "d"}, now)
    rows = list(ledger.audit())
    assert [(row.actor, row.action, row.subject) for row in rows] == [
        ("setpoint", "lease taken", "aws"),
        ("setpoint", "finding opened", urn),
        ("setpoint", "decision recorded", urn),
        ("setpoint", "finding closed", urn),
        ("setpoint", "finding reopened", urn),
        ("setpoint", "signal added", "service:payments"),
        ("ada", "config changed", "setpoint.yaml"),
    ]
    assert {row.writer for row in rows} == {"aws#1"}
    assert {row.at for row in rows} == {now}
    assert [row.sequence for row in rows] == list(range(1, 8))
    assert [row.previous for row in rows] == ["", *(row.digest for row in rows[:-1])]
    assert [row.action for row in ledger.audit(after=5)] == ["signal added", "config changed"]
    assert _broken(ledger) == []


def test_each_writer_has_a_chain_of_its_own(ledger: SqlLedger, notes: SqlWriter) -> None:
    rows = list(ledger.audit())
    assert len({row.writer for row in rows}) == 2
    for writer in {row.writer for row in rows}:
        chain = [row for row in rows if row.writer == writer]
        assert [row.previous for row in chain] == ["", *(row.digest for row in chain[:-1])]


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'eve'", "DELETE FROM audit_log"])
def test_the_log_refuses_changes(ledger: SqlLedger, notes: SqlWriter, path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        connection.execute(statement)
    assert _broken(ledger) == []


@pytest.mark.parametrize(
    "change",
    [
        "actor = 'eve'",
        "at = at + 1",
        "action = 'whispered'",
        "subject = 'nothing'",
        "details = '{\"number\":99}'",
        "details = 'no JSON'",
        "details = x'ff'",
        "at = 'yesterday'",
        "writer = 'aws#7'",
        "digest = 'abc'",
        "digest = x'00'",
        "previous = x'00'",
    ],
)
def test_a_changed_row_is_named(ledger: SqlLedger, notes: SqlWriter, tamper: Maker, change: str) -> None:
    tamper(f"UPDATE audit_log SET {change} WHERE sequence = 4")
    assert _broken(ledger)[0].startswith("audit row 4 (")


def test_a_changed_row_with_a_digest_that_fits_breaks_the_chain(
    ledger: SqlLedger, notes: SqlWriter, tamper: Maker, now: datetime
) -> None:
    row = list(ledger.audit())[3]
    forged = row_digest(
        row.sequence, row.writer, to_microseconds(now), "eve", row.action, row.subject, row.details, row.previous
    )
    tamper(f"UPDATE audit_log SET actor = 'eve', digest = '{forged}' WHERE sequence = 4")
    (said,) = _broken(ledger)
    assert said.startswith("audit row 6 (")
    assert "does not follow its writer's row before it" in said


@pytest.mark.parametrize(
    ("which", "named"), [("= 1", "audit row 1 is"), ("= 4", "audit row 4 is"), ("IN (4, 5)", "audit rows 4 to 5 are")]
)
def test_removed_rows_are_named(ledger: SqlLedger, notes: SqlWriter, tamper: Maker, which: str, named: str) -> None:
    tamper(f"DELETE FROM audit_log WHERE sequence {which}")
    assert f"{named} missing" in _broken(ledger)


@pytest.mark.parametrize("sequence", [-3, 0, 10, 12])
def test_an_inserted_row_is_named(ledger: SqlLedger, notes: SqlWriter, tamper: Maker, sequence: int) -> None:
    tamper(f"INSERT INTO audit_log VALUES ({sequence}, 'aws#1', 1, 'eve', 'said', 's', '{{}}', '', 'd')")
    assert any(f"audit row {sequence} " in said for said in _broken(ledger))


def test_rows_cut_off_a_sealed_end_are_named(ledger: SqlLedger, tamper: Maker, now: datetime) -> None:
    lease, writer = ledger.acquire("aws", now, ttl=60)
    writer.note("ada", "said", "hello", {}, now)
    writer.note("ada", "said", "goodbye", {}, now)
    ledger.release(lease)
    assert _broken(ledger) == []
    tamper("DELETE FROM audit_log WHERE sequence > 1")
    assert _broken(ledger) == ["audit rows 2 to 3 are missing, which seal 1 covers"]


def test_rows_written_in_the_place_of_sealed_ones_are_seen(ledger: SqlLedger, tamper: Maker, now: datetime) -> None:
    lease, writer = ledger.acquire("aws", now, ttl=60)
    writer.note("ada", "said", "hello", {}, now)
    ledger.release(lease)
    tamper("DELETE FROM audit_log WHERE sequence > 1")
    ledger.visitor().note("eve", "said", "nothing", {}, now)
    (said,) = _broken(ledger)
    assert said.startswith("the audit rows up to 2 are not the ones that seal 1 was put on")


@pytest.fixture
def long_log(ledger: SqlLedger, now: datetime) -> SqlWriter:
    """A log of three seals, and 32 rows that none covers yet."""
    visitor = ledger.visitor()
    with visitor.transaction():
        for number in range(3 * SEAL_EVERY + 32):
            visitor.note("ada", "said", "hello", {"number": number}, now)
    return visitor


def test_a_long_log_is_sealed_as_it_grows(ledger: SqlLedger, long_log: SqlWriter, path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        sealed = connection.execute("SELECT number, through FROM seals ORDER BY number").fetchall()
    assert sealed == [(number, number * SEAL_EVERY) for number in (1, 2, 3)]
    assert _broken(ledger) == []


@pytest.mark.parametrize(
    ("statements", "named"),
    [
        (["DELETE FROM audit_log WHERE sequence BETWEEN 200 AND 700"], "audit rows 200 to 700 are missing"),
        (["DELETE FROM audit_log WHERE sequence > 500"], "audit rows 501 to 512 are missing, which seal 2 covers"),
        (["DELETE FROM seals WHERE number = 2"], "seal 2 is missing from the audit log"),
        (["DELETE FROM seals"], "no seal covers the last 800 audit rows: seals were removed"),
        (["UPDATE seals SET digest = 'd' WHERE number = 3"], "the audit rows up to 768 are not the ones that seal 3"),
        (["UPDATE seals SET through = 300 WHERE number = 2"], "the audit rows up to 300 are not the ones that seal 2"),
        (["UPDATE seals SET through = 100 WHERE number = 3"], "the audit rows up to 100 are not the ones that seal 3"),
        (["UPDATE seals SET through = 'x', digest = x'00' WHERE number = 1"], "the audit rows up to 0 are not"),
        (["UPDATE seals SET through = 900 WHERE number = 3"], "audit rows 801 to 900 are missing, which seal 3 covers"),
    ],
)
def test_what_was_done_to_a_long_log_is_named(
    ledger: SqlLedger, long_log: SqlWriter, tamper: Maker, statements: list[str], named: str
) -> None:
    tamper(*statements)
    assert any(said.startswith(named) for said in _broken(ledger))


def test_text_that_is_none_is_told_as_damage(ledger: SqlLedger, notes: SqlWriter, tamper: Maker) -> None:
    tamper("UPDATE audit_log SET subject = CAST(x'ff' AS TEXT) WHERE sequence = 4")
    with pytest.raises(LedgerError, match="the ledger is damaged"):
        _broken(ledger)


def test_one_change_in_a_long_log_is_named_once(ledger: SqlLedger, long_log: SqlWriter, tamper: Maker) -> None:
    tamper("UPDATE audit_log SET actor = 'eve' WHERE sequence = 300")
    assert len(_broken(ledger)) == 1
    tamper("DELETE FROM audit_log WHERE sequence BETWEEN 200 AND 600")
    said = _broken(ledger)
    assert said[0] == "audit rows 200 to 600 are missing"
    assert said[1].startswith("audit row 601 (")
    assert len(said) == 2


@pytest.fixture
def marked(path: Path, tmp_path: Path, now: datetime) -> Callable[[], SqlLedger]:
    """Opens the ledger with a mark of where its log ends beside it; it has been written to."""

    def opened() -> SqlLedger:
        return open_ledger(str(path), mark=AuditMark(tmp_path / "mark.json", tmp_path / "key"))

    ledger = opened()
    lease, writer = ledger.acquire("aws", now, ttl=60)
    for number in range(3):
        writer.note("me", "looked", str(number), {}, now)
    ledger.release(lease)
    ledger.close()
    return opened


@pytest.mark.parametrize(
    ("statements", "told"),
    [
        (
            ["DELETE FROM audit_log", "DELETE FROM seals"],
            "the audit log is empty, though the ledger has been written to: all of its rows were removed",
        ),
        (
            ["DELETE FROM audit_log WHERE sequence > 2", "DELETE FROM seals"],
            "audit rows 3 to 4 are missing, which the mark beside the ledger knows",
        ),
    ],
)
def test_what_is_cut_off_the_end_is_named(
    marked: Callable[[], SqlLedger], tamper: Callable[..., None], statements: list[str], told: str
) -> None:
    tamper(*statements)
    ledger = marked()
    check = ledger.check_audit()
    ledger.close()
    assert told in check.broken


def test_the_mark_keeps_up_with_a_log_that_grows(marked: Callable[[], SqlLedger], now: datetime) -> None:
    ledger = marked()
    assert (ledger.check_audit().rows, ledger.check_audit().broken, ledger.check_audit().doubts) == (4, (), ())
    ledger.visitor().note("me", "looked", "again", {}, now)
    assert ledger.check_audit().broken == ()
    ledger.close()
    ledger = marked()
    check = ledger.check_audit()
    ledger.close()
    assert (check.rows, check.broken, check.doubts) == (5, (), ())
    assert check.end is not None
    assert check.end.sequence == 5


@pytest.mark.parametrize("content", [None, "", "{}", '{"payload":{"sequence":1,"digest":"x"},"signature":"0"}'])
def test_without_a_mark_to_be_trusted_nobody_can_tell(
    marked: Callable[[], SqlLedger], tmp_path: Path, content: str | None
) -> None:
    file = tmp_path / "mark.json"
    if content is None:
        file.unlink()
    else:
        file.write_text(content)
    ledger = marked()
    check = ledger.check_audit()
    ledger.close()
    assert check.broken == ()
    assert [
        each for each in check.doubts if "whether rows were cut off the end of the audit log cannot be told" in each
    ]
