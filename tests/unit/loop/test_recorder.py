"""Alerts are kept with what they tell of, in one transaction: both or neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from setpoint.act.interface import Alert, Message
from setpoint.loop.heartbeat import Heartbeat
from setpoint.model.drift import DriftKind
from setpoint.model.policy import Effect
from setpoint.store.interface import Delivery

Start = Callable[..., Any]


class ToEveryone:
    """A courier with two channels, one of which wants escalations only."""

    def channels_for(self, alert: Alert) -> Sequence[str]:
        return ["all", "people"] if alert.kind == "escalated" else ["all"]

    def send(self, channel: str, message: Message) -> None:
        raise NotImplementedError


def with_courier(worker: Any) -> Any:
    worker.parts = replace(worker.parts, courier=ToEveryone())
    worker.heartbeat = Heartbeat(worker.parts, worker.lease, worker.heartbeat._writer)
    return worker


def kept(worker: Any, channel: str) -> list[tuple[str, str]]:
    messages: Sequence[Delivery] = worker.ledger.deliveries("default")
    alerts = [Alert.of(document) for each in messages if each.channel == channel for document in each.alerts]
    return sorted((alert.kind, alert.subject.identifier if alert.subject else "") for alert in alerts)


def test_every_alert_is_kept_for_each_channel_that_it_goes_to(world: Any, start: Start) -> None:
    worker = with_courier(start())
    world.actual["one"]["Locked"] = False
    del world.actual["two"]
    worker.heartbeat.beat()
    worker.settle()
    assert kept(worker, "all") == [("drift", "one"), ("drift", "two"), ("escalated", "two"), ("remediation", "one")]
    assert kept(worker, "people") == [("escalated", "two")]
    assert sorted((each.kind, each.subject.identifier) for each in world.alerts) == kept(worker, "all")


def test_what_is_kept_says_as_much_as_what_was_shown(world: Any, start: Start) -> None:
    worker = with_courier(start())
    world.effects[DriftKind.CHANGED] = Effect.ALERT
    world.actual["one"]["Locked"] = False
    worker.heartbeat.beat()
    (message,) = worker.ledger.deliveries("default")
    assert [Alert.of(each) for each in message.alerts] == world.alerts


def test_nothing_new_is_nothing_to_send(world: Any, start: Start) -> None:
    worker = with_courier(start())
    world.effects[DriftKind.CHANGED] = Effect.ALERT
    world.actual["one"]["Locked"] = False
    worker.heartbeat.beat()
    world.pass_time(3600)
    worker.heartbeat.beat()
    assert kept(worker, "all") == [("drift", "one")]


@pytest.mark.parametrize("step", ["record", "plan", "advance"])
def test_what_was_not_written_is_not_told(world: Any, start: Start, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """The ledger refuses the alert: so it does not have what the alert tells of, and nobody was told."""
    worker = with_courier(start())
    world.actual["one"]["Locked"] = False
    del world.actual["two"]
    told_of = {"record": "drift", "plan": "escalated", "advance": "remediation"}[step]
    writer = worker.heartbeat._writer
    enqueue = writer.enqueue

    def full(parcels: Any, *rest: Any) -> None:
        if any(each.alert["kind"] == told_of for each in parcels):
            raise KeyboardInterrupt
        enqueue(parcels, *rest)

    monkeypatch.setattr(type(writer), "enqueue", lambda _writer, *arguments: full(*arguments))
    for _ in range(2):
        with suppress(KeyboardInterrupt):
            worker.heartbeat.beat()
            worker.settle()
    assert told_of not in [kind for kind, _ in kept(worker, "all")]
    assert told_of not in [each.kind for each in world.alerts]
    states = [each.state for each in worker.ledger.remediations()]
    not_written = {
        "record": not worker.ledger.findings(),
        "plan": "escalated" not in states,
        "advance": "verified" not in states,
    }
    assert not_written[step]
