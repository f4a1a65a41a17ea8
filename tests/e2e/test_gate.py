"""`setpoint gate` and what is told around it: without the ledger, what if, `risk`, and the audit log."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from typing import Any

import pytest
from tests.e2e.account import Aws, open_the_bucket
from tests.e2e.program import ASSETS, ROOT, Answer, Setpoint

from setpoint.cli.actor import actor
from setpoint.store.ledger.audit import row_digest
from setpoint.store.ledger.columns import to_microseconds

GATE = ("gate", "--service", "shop", "--release", "1")


@pytest.fixture
def beaten(setpoint: Setpoint, shop: Aws) -> Setpoint:
    """After a first heartbeat, which found nothing."""
    assert setpoint.run("beat").code == 0
    return setpoint


def _missing(setpoint: Setpoint) -> str:
    setpoint.ledger.rename(setpoint.folder / "elsewhere.sqlite")
    return "there is no ledger here"


def _damaged(setpoint: Setpoint) -> str:
    content = bytearray(setpoint.ledger.read_bytes())
    content[100:] = bytes(len(content) - 100)
    setpoint.ledger.write_bytes(content)
    return "the ledger is damaged"


def _garbage(setpoint: Setpoint) -> str:
    setpoint.write("setpoint.sqlite", "dear diary, " * 1_000)
    return "this file is not a ledger"


@contextmanager
def _locked(setpoint: Setpoint) -> Iterator[None]:
    with closing(sqlite3.connect(setpoint.ledger, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


def _told(answer: Answer) -> list[str]:
    return [reason["message"] for reason in answer.json()["reasons"]]


@pytest.mark.parametrize("trouble", [_missing, _damaged, _garbage])
def test_without_the_ledger_the_last_threshold_decides(beaten: Setpoint, trouble: Callable[[Setpoint], str]) -> None:
    before = beaten.run(*GATE, "--json").json()
    told = trouble(beaten)
    files = beaten.files()
    answer = beaten.run(*GATE, "--json")
    assert answer.code == 0
    assert answer.json()["threshold"] == before["threshold"] == 8.0
    (reason,) = _told(answer)
    assert told in reason
    assert "the threshold is the one signed after the heartbeat of" in reason
    assert beaten.files() == files


def test_the_how_to_shows_all_that_a_gate_without_a_ledger_needs(setpoint: Setpoint, shop: Aws) -> None:
    services = {"payments": {"tier": "critical", "exposure": "internet"}}
    setpoint.configure(services=services)
    assert setpoint.run("beat").code == 0
    guide = (ROOT / "docs" / "how-to" / "gate-a-release.md").read_text(encoding="utf-8")
    (shown,) = re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL)
    configuration = setpoint.write("pipeline/setpoint.yaml", shown)
    shutil.copy(ASSETS / "shop.yaml", configuration.with_name("template.yaml"))
    for kind in ("json", "key"):
        shutil.copy(f"{setpoint.ledger}.thresholds.{kind}", configuration.with_name(f"thresholds.{kind}"))
    setpoint.environment = {name: each for name, each in setpoint.environment.items() if not name.startswith("AWS_")}
    answer = setpoint.run(
        "gate", "--service", "payments", "--release", "1", "--json", "--config", "pipeline/setpoint.yaml"
    )
    assert (answer.code, answer.json()["threshold"]) == (0, 8.0)


def test_while_the_ledger_is_locked_the_last_threshold_decides(beaten: Setpoint) -> None:
    with _locked(beaten):
        answer = beaten.run(*GATE, "--json")
    assert answer.code == 0
    (reason,) = _told(answer)
    assert "another process is writing to the ledger" in reason
    assert beaten.run("risk", "shop", "--json").json()["decisions"] == []


def test_what_production_showed_is_not_forgotten_with_the_ledger(beaten: Setpoint, shop: Aws) -> None:
    open_the_bucket(shop)
    assert beaten.run("beat").code == 1
    lowered = beaten.run("risk", "shop", "--json").json()["threshold"]
    assert lowered < 8.0
    _missing(beaten)
    assert beaten.run(*GATE, "--json").json()["threshold"] == pytest.approx(lowered, rel=1e-3)


def test_a_last_threshold_that_was_changed_decides_nothing(beaten: Setpoint) -> None:
    _missing(beaten)
    path = beaten.folder / "setpoint.sqlite.thresholds.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["payload"]["thresholds"]["shop"]["value"] = 100.0
    path.write_text(json.dumps(document), encoding="utf-8")
    answer = beaten.run(*GATE, "--json")
    assert (answer.code, answer.json()["verdict"]) == (1, "could not tell"), "it is critical"
    assert any("the last thresholds are not what was signed" in each for each in _told(answer))


def test_what_could_not_be_told_counts_as_one_says(lonely_setpoint: Setpoint) -> None:
    asked, admitted, refused = lonely_setpoint.run_each(
        GATE, (*GATE, "--on-unknown", "admit"), (*GATE, "--on-unknown", "refuse")
    )
    assert [each.code for each in (asked, admitted, refused)] == [1, 0, 1]
    assert "which counts as refuse, since the service is critical" in asked.out
    assert all(each.out.startswith("could not tell: release:shop@1") for each in (asked, admitted, refused))
    assert "which counts as refuse, as --on-unknown says" in refused.out
    wrong = lonely_setpoint.run("gate", "--service", "shp", "--release", "1", "--on-unknown", "admit")
    assert wrong.code == 2


def test_a_key_that_is_none_ends_the_loop_before_it_begins(lonely_setpoint: Setpoint) -> None:
    key = lonely_setpoint.write("setpoint.sqlite.thresholds.key", "secret")
    key.chmod(0o600)
    lonely_setpoint.refuses(f"{key.name}: ", "this is no key of 64 hexadecimal digits")


def test_what_would_be_decided(beaten: Setpoint, shop: Aws) -> None:
    open_the_bucket(shop)
    assert beaten.run("beat").code == 1
    before = beaten.run("audit", "export").out
    plain, quiet, low, wrong = beaten.run_each(
        (*GATE, "--what-if", "in=70d"),
        (*GATE, "--what-if", "in=70d", "--json"),
        (*GATE, "--what-if", "tier=low", "--what-if", "exposure=internet", "--json"),
        (*GATE, "--what-if", "without=nothing/of-the-kind"),
    )
    assert [each.code for each in (plain, quiet, low, wrong)] == [0, 0, 0, 2]
    assert plain.out.startswith("supposing in=70d (nothing is recorded):\n")
    numbers = {each["name"]: each for each in quiet.json()["differences"]}
    assert numbers["threshold"]["as_it_would_be"] == pytest.approx(8.0, abs=0.02)
    assert numbers["threshold"]["difference"] > 0
    assert numbers["load"]["as_it_would_be"] == pytest.approx(numbers["load"]["as_it_is"] / 1024, rel=1e-3)
    assert low.json()["as_it_would_be"]["threshold"] > quiet.json()["as_it_is"]["threshold"]
    assert "'nothing/of-the-kind' is neither a finding of this release nor a policy" in wrong.complaint()
    assert beaten.run("audit", "export").out == before


def test_the_risk_that_a_service_may_carry(beaten: Setpoint, shop: Aws) -> None:
    assert beaten.run(*GATE).code == 0
    open_the_bucket(shop)
    assert beaten.run("beat").code == 1
    told, plain, explained, wrong = beaten.run_each(
        ("risk", "shop", "--json"), ("risk", "shop"), ("risk", "shop", "--explain"), ("risk", "shp")
    )
    assert [each.code for each in (told, plain, explained, wrong)] == [0, 0, 0, 2]
    document = told.json()
    assert document["base"] == 8.0
    assert document["threshold"] == pytest.approx(1 + 7 / 2 ** document["load"])
    assert sum(each["share"] for each in document["signals"]) == pytest.approx(1.0)
    assert all(each["age"] >= 0 and each["left"] <= each["weight"] for each in document["signals"])
    names = [each["to"] for each in document["recoveries"]]
    assert names == ["50% of the base", "90% of the base", "the risk of release:shop@1"]
    (decision,) = document["decisions"]
    assert (decision["release"], decision["verdict"]) == ("release:shop@1", "admit")
    assert "threshold = 1 + (base - 1) / 2^load" not in plain.out
    assert "threshold = 1 + (base - 1) / 2^load" in explained.out
    assert wrong.complaint() == "nothing is known of a service 'shp'; did you mean 'shop'?"


def test_the_risk_of_a_service_that_nobody_looked_at_cannot_be_told(beaten: Setpoint) -> None:
    with closing(sqlite3.connect(beaten.ledger, isolation_level=None)) as connection:
        connection.execute("DELETE FROM beats")
    answer = beaten.run("risk", "shop")
    assert answer.code == 3
    assert "could not tell: production was never looked at: no heartbeat is recorded" in answer.out


def _rows(answer: Answer) -> list[Any]:
    assert answer.code == 0
    return [json.loads(line) for line in answer.out.splitlines()]


def test_the_audit_log_as_json_lines(beaten: Setpoint, shop: Aws) -> None:
    beaten.configure(mode="enforce")
    open_the_bucket(shop)
    assert beaten.run("beat").code == 0
    assert beaten.run(*GATE).code == 0
    rows = _rows(beaten.run("audit", "export"))
    assert [row["sequence"] for row in rows] == list(range(1, len(rows) + 1))
    assert _rows(beaten.run("audit", "export", "--after", str(len(rows) - 2))) == rows[-2:]
    assert rows[-1]["actor"] == actor()
    assert {row["actor"] for row in rows[:-1]} == {"setpoint"}
    steps = [row["details"] for row in rows if row["action"].startswith("remediation ")]
    assert [(each["before"], each["after"]) for each in steps] == [
        (None, "planned"),
        ("planned", "applying"),
        ("applying", "verifying"),
        ("verifying", "verified"),
    ]
    (change,) = steps[0]["changes"]
    assert change["path"] == "PublicAccessBlockConfiguration"
    assert change["before"] != change["after"]
    assert all(each["changes"] == [change] and each["reason"] and each["findings"] for each in steps)


def test_the_export_holds_all_that_verifying_needs(beaten: Setpoint) -> None:
    heads: dict[str, str] = {}
    for row in _rows(beaten.run("audit", "export")):
        at = to_microseconds(datetime.fromisoformat(row["at"]))
        told = (row["actor"], row["action"], row["subject"], row["details"], row["previous"])
        assert row_digest(row["sequence"], row["writer"], at, *told) == row["digest"]
        assert row["previous"] == heads.get(row["writer"], "")
        heads[row["writer"]] = row["digest"]


def test_an_export_of_rows_that_were_damaged_is_told(beaten: Setpoint) -> None:
    with closing(sqlite3.connect(beaten.ledger, isolation_level=None)) as connection:
        connection.execute("DROP TRIGGER audit_log_refuses_update")
        connection.execute("UPDATE audit_log SET at = 'noon' WHERE sequence = 1")
    answer = beaten.run("audit", "export")
    assert answer.code == 2
    assert answer.complaint().startswith("a time in the ledger is damaged ('noon')")
    assert beaten.run("audit", "verify").code == 1
