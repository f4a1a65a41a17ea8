"""Delivery beside the loop: at least once, in time or later, given up only in the open."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest

from setpoint.act.interface import Alert, Message
from setpoint.errors import TemporaryError
from setpoint.loop.deliver import MOST_HANGING, Deliverer
from setpoint.loop.runner import Runner
from setpoint.model.policy import Severity
from setpoint.store.interface import Delivery, DeliveryState, Parcel

HOLD = timedelta(seconds=30)


@dataclass
class Post:
    """A courier whose channels work, refuse, or hang until they are let go."""

    refusals: dict[str, int] = field(default_factory=dict)
    """Channel → how many messages it refuses before it takes one."""
    hanging: set[str] = field(default_factory=set)
    released: threading.Event = field(default_factory=threading.Event)
    got: list[tuple[str, Message]] = field(default_factory=list)
    """What reached a channel, refused or not."""

    def channels_for(self, _alert: Alert) -> Sequence[str]:
        return ["oncall"]

    def send(self, channel: str, message: Message) -> None:
        if channel in self.hanging:
            self.released.wait(30)
        self.got.append((channel, message))
        if self.refusals.get(channel, 0) > 0:
            self.refusals[channel] -= 1
            raise TemporaryError("HTTP 503")


class Sender:
    """One life of the program, as far as deliveries go."""

    def __init__(self, worker: Any, post: Post) -> None:
        self.worker = worker
        self.world = worker.world
        self.ledger = worker.ledger
        self.writer = worker.heartbeat._writer
        self.deliverer = Deliverer(replace(worker.parts, courier=post), self.writer)

    def enqueue(self, title: str = "drifted", channel: str = "oncall", group: str = "g") -> None:
        alert = Alert(self.world.now, Severity.HIGH, "drift", None, "payments", title)
        self.writer.enqueue([Parcel(channel, group, alert.document())], self.world.now, HOLD)

    def deliver(self, *, after: float = 0.0) -> None:
        """Let time pass, begin what is due, and wait for the threads."""
        self.world.pass_time(after)
        self.deliverer.work()
        for attempt in list(self.deliverer._under_way.values()):
            attempt.thread.join(30)
        self.deliverer._settle()

    def states(self) -> dict[str, DeliveryState]:
        return {each.alerts[0]["title"]: each.state for each in self.ledger.deliveries("default")}

    def only(self) -> Delivery:
        (delivery,) = self.ledger.deliveries("default")
        assert isinstance(delivery, Delivery)
        return delivery


@pytest.fixture
def post() -> Iterator[Post]:
    made = Post()
    yield made
    made.released.set()


@pytest.fixture
def sender(start: Callable[..., Any], post: Post) -> Sender:
    return Sender(start(), post)


def test_a_message_is_held_open_then_sent_once(sender: Sender, post: Post) -> None:
    sender.enqueue("one")
    sender.world.pass_time(20)
    sender.enqueue("two")
    sender.deliver()
    assert post.got == []
    sender.deliver(after=10)
    sender.deliver(after=3600)
    ((channel, message),) = post.got
    assert (channel, [each.title for each in message.alerts]) == ("oncall", ["one", "two"])
    assert sender.only().state is DeliveryState.DELIVERED
    assert sender.deliverer.work() is None


def test_it_says_when_to_call_again(sender: Sender, post: Post) -> None:
    assert sender.deliverer.work() is None
    sender.enqueue()
    assert sender.deliverer.work() == sender.world.now + HOLD
    post.hanging.add("oncall")
    sender.world.pass_time(30)
    soon = sender.deliverer.work()
    assert soon is not None
    assert sender.world.now < soon < sender.world.now + timedelta(seconds=1)


def test_what_was_refused_is_sent_again_under_the_same_key_after_growing_pauses(sender: Sender, post: Post) -> None:
    post.refusals["oncall"] = 3
    sender.enqueue()
    pauses = []
    sender.deliver(after=30)
    while sender.only().state is DeliveryState.WAITING:
        assert sender.only().reason == "HTTP 503"
        due = sender.ledger.next_delivery("default")
        pauses.append((due - sender.world.now).total_seconds())
        sender.deliver(after=pauses[-1])
    assert pauses == [5, 10, 20]
    assert len({message.key for _, message in post.got}) == 1
    assert all(message == post.got[0][1] for _, message in post.got)
    assert sender.only().attempts == 4


def test_pauses_have_an_end(sender: Sender) -> None:
    settings = sender.worker.parts.settings.delivery
    assert settings.pause(1) == timedelta(seconds=5)
    assert settings.pause(9) == settings.pause(10_000) == timedelta(seconds=900)


def test_what_is_too_old_is_given_up_and_said(sender: Sender, post: Post) -> None:
    post.refusals["oncall"] = 10**9
    sender.enqueue()
    sender.deliver(after=86400)
    assert sender.only().state is DeliveryState.GIVEN_UP
    assert sender.only().reason == "HTTP 503"
    (alert,) = sender.world.alerts
    assert (alert.kind, alert.title) == ("delivery", "not delivered to oncall in 1 attempts, and given up: HTTP 503")
    *_, row = sender.ledger.audit()
    assert (row.action, row.subject, row.details["reason"]) == ("alert given up", "channel oncall", "HTTP 503")
    sender.deliver(after=86400)
    assert len(post.got) == 1


def test_a_channel_that_hangs_holds_up_nobody_else(sender: Sender, post: Post) -> None:
    post.hanging.add("slow")
    sender.enqueue("stuck", channel="slow")
    sender.enqueue("through", channel="oncall")
    sender.world.pass_time(30)
    sender.deliverer.work()
    sender.deliverer._under_way["oncall"].thread.join(30)
    sender.deliverer.work()
    assert sender.states() == {"stuck": DeliveryState.WAITING, "through": DeliveryState.DELIVERED}
    sender.world.pass_time(10)
    sender.deliverer.work()
    (stuck,) = sender.ledger.deliveries("default", state=DeliveryState.WAITING)
    assert stuck.reason == "no answer within 10 s"


def test_attempts_that_hang_do_not_pile_up(sender: Sender, post: Post) -> None:
    post.hanging.add("oncall")
    sender.enqueue()
    for _ in range(MOST_HANGING + 2):
        sender.world.pass_time(3600)
        sender.deliverer.work()
        sender.world.pass_time(3600)
        sender.deliverer.work()
    assert sender.only().reason == f"{MOST_HANGING} attempts before it still hang"
    assert sum(thread.name == "alert to oncall" for thread in threading.enumerate()) == MOST_HANGING
    post.released.set()
    post.hanging.clear()
    for attempt in sender.deliverer._hanging["oncall"]:
        attempt.thread.join(30)
    sender.deliver(after=3600)
    assert sender.only().state is DeliveryState.DELIVERED


def test_one_message_at_a_time_to_each_channel(sender: Sender, post: Post) -> None:
    for number in range(3):
        sender.enqueue(str(number), group=str(number))
    sender.deliver(after=30)
    assert [message.alerts[0].title for _, message in post.got] == ["0"]
    sender.deliver()
    sender.deliver()
    assert [message.alerts[0].title for _, message in post.got] == ["0", "1", "2"]


@pytest.mark.parametrize("arrived", [False, True], ids=["before it was sent", "before it was noted"])
def test_a_worker_that_dies_loses_nothing(start: Callable[..., Any], world: Any, post: Post, *, arrived: bool) -> None:
    first = Sender(start(), post)
    first.enqueue()
    world.pass_time(30)
    (identity,) = first.ledger.due_deliveries("default", world.now).values()
    if arrived:
        first.deliverer.work()
        first.deliverer._under_way["oncall"].thread.join(30)
    else:
        first.writer.begin_delivery(identity, world.now, world.now + HOLD)
    first.worker.stop(cleanly=False)

    world.pass_time(first.worker.parts.settings.lease_for + 1)
    second = Sender(start(), post)
    second.deliver()
    assert second.only().state is DeliveryState.DELIVERED
    assert len(post.got) == (2 if arrived else 1)
    assert len({message.key for _, message in post.got}) == 1
    assert second.ledger.broken_audit_rows() == []


def test_the_same_alert_in_another_ledger_has_another_key(sender: Sender, post: Post) -> None:
    """Or a receiver would take the first alerts of a new ledger for those of the old one."""
    sender.enqueue("one")
    sender.deliver(after=30)
    sender.enqueue("one")
    sender.deliver(after=30)
    first, second = (message.key for _, message in post.got)
    assert first.partition("-")[2] != second.partition("-")[2]


def test_a_program_that_ends_sends_what_it_has(sender: Sender, post: Post) -> None:
    post.refusals["mail"] = 1
    for number in range(3):
        sender.enqueue(str(number), group=str(number))
    sender.enqueue("refused", channel="mail")
    sender.deliverer.flush()
    assert sorted(message.alerts[0].title for _, message in post.got) == ["0", "1", "2", "refused"]
    assert list(sender.states().values()).count(DeliveryState.DELIVERED) == 3
    assert sender.deliverer._under_way == {}


def test_a_stop_notes_what_it_can(sender: Sender, post: Post) -> None:
    sender.enqueue("sent")
    sender.world.pass_time(30)
    sender.enqueue("held", group="other")
    sender.deliverer.work()
    sender.deliverer.close()
    assert sender.states() == {"sent": DeliveryState.DELIVERED, "held": DeliveryState.WAITING}
    assert len(post.got) == 1


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_an_attempt_that_breaks_off_is_made_again(sender: Sender) -> None:
    sender.writer.enqueue([Parcel("oncall", "g", {"title": "of another version"})], sender.world.now, HOLD)
    sender.deliver(after=30)
    assert (sender.only().state, sender.only().reason) == (DeliveryState.WAITING, "it broke off")


class Skipping(threading.Event):
    """Waits by letting the world's time pass, and the other threads have their turn."""

    def __init__(self, world: Any) -> None:
        super().__init__()
        self._world = world

    def wait(self, timeout: float | None = None) -> bool:
        self._world.pass_time(timeout or 0.0)
        return super().wait(0.001)


def test_a_channel_that_hangs_delays_no_heartbeat(world: Any, start: Callable[..., Any], post: Post) -> None:
    post.hanging.add("oncall")
    worker = start()
    worker.ledger.release(worker.lease)
    world.actual["one"]["Locked"] = False
    stop, beats = Skipping(world), []

    def take(report: Any) -> None:
        beats.append(report.started_at)
        if len(beats) == 4:
            stop.set()

    parts = replace(worker.parts, courier=post, stopping=stop.is_set)
    Runner(parts, stop).forever(take, lambda _report: None)
    interval = timedelta(seconds=parts.settings.interval)
    late = [later - earlier - interval for earlier, later in pairwise(beats)]
    assert all(timedelta(0) <= each < timedelta(seconds=2) for each in late)
    assert {each.state for each in worker.ledger.deliveries("default")} == {DeliveryState.WAITING}


def test_alerts_go_out_while_the_loop_runs(world: Any, start: Callable[..., Any], post: Post) -> None:
    worker = start()
    worker.ledger.release(worker.lease)
    world.actual["one"]["Locked"] = False
    stop, beats = Skipping(world), []

    def take(report: Any) -> None:
        beats.append(report)
        if len(beats) == 3:
            stop.set()

    # The world's time runs much faster than the threads do.
    patient = replace(worker.parts.settings, delivery=replace(worker.parts.settings.delivery, timeout=3600.0))
    parts = replace(worker.parts, courier=post, stopping=stop.is_set, settings=patient)
    Runner(parts, stop).forever(take, lambda _report: None)
    assert {alert.kind for _, message in post.got for alert in message.alerts} == {"drift", "remediation"}
    assert {each.state for each in worker.ledger.deliveries("default")} == {DeliveryState.DELIVERED}
