"""`setpoint policy replay`: heartbeats on AWS's API, then other policies over what they recorded."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zlib
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.e2e.account import BUCKET, Aws, close_default_group, make_bucket, open_the_bucket
from tests.e2e.policies import LOGGED
from tests.e2e.program import Setpoint

SECRET = "only-for-the-database-1"
REPLAY = ("policy", "replay", "--json")


@pytest.fixture(scope="module")
def recorded(server: Aws, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger after a beat, a drift, another beat, and a release: a small past."""
    server.empty()
    close_default_group(server)
    make_bucket(server, BUCKET, "shop", "alias/shop")
    program = Setpoint(tmp_path_factory.mktemp("recorded"), server.url)
    program.configure()
    assert program.run("beat").code == 0
    open_the_bucket(server)
    assert program.run("beat").code == 1
    assert program.run("gate", "--service", "shop", "--release", "1").code in (0, 1)
    return program.ledger


@pytest.fixture
def beaten(lonely_setpoint: Setpoint, recorded: Path) -> Setpoint:
    """With that past; nobody is asked for the present."""
    shutil.copy(recorded, lonely_setpoint.ledger)
    lonely_setpoint.write("mine/logging/bucket-logged.yaml", LOGGED)
    return lonely_setpoint


def test_the_policies_that_decided_change_nothing(beaten: Setpoint) -> None:
    answer = beaten.run(*REPLAY)
    assert answer.code == 0, answer
    document = answer.json()
    assert (document["changes"], document["could_not_tell"]) == ([], [])
    assert document["states"] >= 3
    assert document["releases"] == 1


def test_a_new_policy_is_tried_on_the_past(beaten: Setpoint) -> None:
    before = beaten.ledger.read_bytes()
    answer = beaten.run(*REPLAY, "--policies", "mine")
    assert answer.code == 1
    document = answer.json()
    assert {each["kind"] for each in document["changes"]} == {"newly violated"}
    by_policy = [each for each in document["changes"] if each["policy"] == "logging/bucket-logged"]
    assert {each["stage"] for each in by_policy} == {"runtime", "deploy"}
    tally, risk = document["summary"]
    assert tally["newly_violated"] == len(by_policy)
    assert (risk["policy"], risk["newly_violated"]) == ("risk", 1)
    shown = beaten.run("policy", "replay", "--policies", "mine")
    assert shown.code == 1
    assert "Bucket does not log who reads it" in shown.out
    # Nothing is written: a replay only looks.
    assert beaten.ledger.read_bytes() == before


def test_a_changed_working_copy_is_compared_with_what_was_decided(beaten: Setpoint) -> None:
    beaten.configure(shipped_policies=False)
    answer = beaten.run(*REPLAY)
    assert answer.code == 1
    gone = [each for each in answer.json()["changes"] if each["because"] == "it is not among the policies given"]
    assert gone
    assert all(each["kind"] != "newly violated" for each in gone)


def test_a_service_and_a_policy_narrow_what_is_told(beaten: Setpoint) -> None:
    mine = (*REPLAY, "--policies", "mine")
    shop = beaten.run(*mine, "--service", "shop").json()
    assert {each["service"] for each in shop["changes"]} == {"shop"}
    assert any(BUCKET in each["subject"] for each in shop["changes"])
    assert beaten.run(*mine, "--policy", "exposure/*").code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--since", "yesterday"), "'yesterday' is no time"),
        (("--since", "2999-01-01"), "is in the future"),
        (("--since", "1d", "--until", "2d"), "the past ends before it begins"),
        (("--service", "shoop"), "did you mean 'shop'?"),
        (("--policy", "exposrue/*"), "there is no policy exposrue/*"),
        (("--policies", "nowhere"), "nowhere"),
    ],
)
def test_bad_input_gets_one_line(beaten: Setpoint, arguments: tuple[str, ...], words: str) -> None:
    answer = beaten.run("policy", "replay", *arguments)
    assert answer.code == 2
    assert words in answer.complaint()


def test_a_past_that_does_not_reach_back_cannot_tell(beaten: Setpoint) -> None:
    answer = beaten.run(*REPLAY, "--since", "30d")
    assert answer.code == 3
    (because,) = answer.json()["could_not_tell"]
    assert because.startswith("the past reaches back to")


def test_without_a_past_nothing_can_be_told(lonely_setpoint: Setpoint) -> None:
    answer = lonely_setpoint.run("policy", "replay")
    assert answer.code == 2
    assert "there is no ledger here" in answer.complaint()


def test_a_state_that_cannot_be_read_is_named(beaten: Setpoint) -> None:
    with closing(sqlite3.connect(beaten.ledger)) as connection:
        (digest, urn), *_ = connection.execute("SELECT actual, urn FROM history WHERE actual IS NOT NULL")
        connection.execute("UPDATE states SET packed = x'00' WHERE digest = ?", (digest,))
        connection.commit()
    answer = beaten.run(*REPLAY)
    assert answer.code == 3
    assert any(urn in each and "damaged" in each for each in answer.json()["could_not_tell"])


def test_an_old_past_goes_and_the_present_stays(setpoint: Setpoint, shop: Aws, recorded: Path) -> None:
    """As if two hours had gone by: all that is over is older than an hour then."""
    shutil.copy(recorded, setpoint.ledger)
    open_the_bucket(shop)
    earlier = timedelta(hours=2) // timedelta(microseconds=1)
    with closing(sqlite3.connect(setpoint.ledger)) as connection:
        connection.execute("UPDATE history SET at = at - ?, ended_at = ended_at - ?", (earlier, earlier))
        connection.execute("UPDATE history_reach SET since = since - ?, pruned_at = pruned_at - ?", (earlier, earlier))
        connection.execute("UPDATE beats SET started_at = started_at - ?, ended_at = ended_at - ?", (earlier, earlier))
        (over,) = connection.execute("SELECT count(*) FROM history WHERE ended_at IS NOT NULL").fetchone()
        connection.commit()
    assert over > 0
    setpoint.configure(history={"keep": "1h"})
    assert setpoint.run("beat").code == 1
    with closing(sqlite3.connect(setpoint.ledger)) as connection:
        too_old = "SELECT count(*) FROM history JOIN history_reach USING (scope) WHERE ended_at < history_reach.since"
        assert connection.execute(too_old).fetchone() == (0,)
        (since,) = connection.execute("SELECT since FROM history_reach").fetchone()
    kept_since = datetime.fromtimestamp(since / 1e6, UTC)
    assert timedelta(hours=1) <= datetime.now(UTC) - kept_since < timedelta(hours=2)
    assert setpoint.run("audit", "verify").code == 0
    assert setpoint.run(*REPLAY, "--since", "30m").code == 0


def test_no_secret_is_recorded(setpoint: Setpoint, shop: Aws) -> None:
    """A declared password is not there to be compared; the rest of the missing database is recorded."""
    properties = {"DBInstanceIdentifier": "orders", "Engine": "postgres", "MasterUserPassword": SECRET}
    template = {"Resources": {"Orders": {"Type": "AWS::RDS::DBInstance", "Properties": properties}}}
    setpoint.configure({"cloudformation": str(setpoint.write("orders.json", json.dumps(template)))})
    assert setpoint.run("beat").code == 1
    with closing(sqlite3.connect(setpoint.ledger)) as connection:
        recorded = [zlib.decompress(packed) for (packed,) in connection.execute("SELECT packed FROM states")]
    assert any(b"postgres" in each for each in recorded)
    kept = [*recorded, *(content for name, content in setpoint.files().items() if name.startswith("setpoint.sqlite"))]
    assert not any(SECRET.encode() in each for each in kept)
