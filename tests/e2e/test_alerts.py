"""Alerts as their receiver meets them: a webhook on loopback, and the program that sends to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import orjson
import pytest
from tests.e2e.account import Aws, open_the_bucket
from tests.e2e.program import Loop, Setpoint, eventually
from tests.integration.receivers import Receiver, receiving

CHANNELS = {"oncall": {"kind": "webhook", "url_env": "HOOK_URL", "key_env": "HOOK_KEY"}}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as started:
        yield started


def connect(program: Setpoint, receiver: Receiver, **more: object) -> None:
    program.configure(alerts={"channels": CHANNELS, "file": "alerts.jsonl", **more})
    program.environment |= {"HOOK_URL": receiver.url, "HOOK_KEY": "k" * 32}


def test_one_beat_sends_what_it_found(setpoint: Setpoint, shop: Aws, receiver: Receiver) -> None:
    connect(setpoint, receiver)
    open_the_bucket(shop)
    beat = setpoint.run("beat")
    assert beat.code == 1
    sent = [alert for each in receiver.requests for alert in orjson.loads(each.body)["alerts"]]
    lines = [orjson.loads(line) for line in (setpoint.folder / "alerts.jsonl").read_bytes().splitlines()]
    assert sent
    assert {each["title"] for each in sent} <= {each["title"] for each in lines}
    assert all(each["policies"] for each in sent)
    shown, plain = setpoint.run("alerts", "--json"), setpoint.run("alerts")
    messages = len(receiver.requests)
    assert shown.json() == {
        "channels": {"oncall": {"waiting": 0, "delivered": messages, "given up": 0}},
        "undelivered": [],
    }
    assert (shown.code, plain.code) == (0, 0)
    assert "oncall" in plain.out
    # Nothing new: nothing to send.
    setpoint.run("beat")
    assert len(receiver.requests) == messages
    assert "T0KEN" not in beat.out + beat.err + "".join(map(str, setpoint.files().values()))


def test_what_did_not_arrive_is_shown_and_arrives_later(
    setpoint: Setpoint, shop: Aws, receiver: Receiver, start_loop: Callable[[], Loop]
) -> None:
    connect(setpoint, receiver)
    receiver.statuses = [503] * 9
    open_the_bucket(shop)
    setpoint.run("beat")
    refused = {each.headers["webhook-id"] for each in receiver.requests}
    waiting = setpoint.run("alerts", "--json").json()
    assert {each["state"] for each in waiting["undelivered"]} == {"waiting"}
    assert {each["reason"] for each in waiting["undelivered"]} == {"the webhook did not take it: HTTP 503"}
    assert "HTTP 503" in setpoint.run("alerts").out
    receiver.statuses = []
    receiver.requests.clear()
    loop = start_loop()
    eventually("delivery", lambda: {each.headers["webhook-id"] for each in receiver.requests} == refused)
    assert loop.stop() == 0
    assert setpoint.run("alerts", "--json").json()["undelivered"] == []
    assert setpoint.run("audit", "verify").code == 0


def test_a_channel_can_be_tested(lonely_setpoint: Setpoint, receiver: Receiver) -> None:
    connect(lonely_setpoint, receiver)
    arrived = lonely_setpoint.run("alerts", "test", "oncall")
    assert (arrived.code, arrived.out) == (0, "delivered\n")
    assert "nothing is wrong" in orjson.loads(receiver.requests[0].body)["title"]
    receiver.statuses = [500]
    refused = lonely_setpoint.run("alerts", "test", "oncall", "--json")
    assert refused.code == 1
    assert refused.json() == {
        "channel": "oncall",
        "delivered": False,
        "reason": "the webhook did not take it: HTTP 500",
    }


def test_what_cannot_be_tested_is_told(lonely_setpoint: Setpoint, receiver: Receiver) -> None:
    connect(lonely_setpoint, receiver)
    misspelt = lonely_setpoint.run("alerts", "test", "oncal")
    assert misspelt.code == 2
    assert misspelt.complaint().endswith("there is no channel 'oncal'; did you mean 'oncall'?")
    misplaced = lonely_setpoint.run("alerts", "--json", "test", "oncall")
    assert misplaced.code == 2
    assert "options of 'test' go behind it" in misplaced.err
    assert receiver.requests == []


def test_without_its_secret_nothing_begins(lonely_setpoint: Setpoint, receiver: Receiver) -> None:
    connect(lonely_setpoint, receiver)
    del lonely_setpoint.environment["HOOK_KEY"]
    before = lonely_setpoint.files()
    for command in (("beat",), ("up",), ("alerts", "test", "oncall")):
        answer = lonely_setpoint.run(*command)
        assert answer.code == 2
        assert "the environment variable HOOK_KEY is not set; set it to the secret" in answer.complaint()
    assert lonely_setpoint.files() == before


def test_help(lonely_setpoint: Setpoint) -> None:
    answer = lonely_setpoint.run("alerts", "test", "--help")
    assert (answer.code, answer.err) == (0, "")
    assert answer.out.startswith("Usage: setpoint alerts test")
