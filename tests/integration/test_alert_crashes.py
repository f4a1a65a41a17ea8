"""Alerts and kill -9: whatever was in the ledger arrives, and whoever gets it twice can tell by its key."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import orjson
import pytest

from setpoint.store.interface import DeliveryState
from setpoint.store.ledger.opening import open_ledger

# pytest's importlib mode puts no folder on the path.
sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.integration.receivers import Receiver, receiving

SENDER = """
import sys, time
from datetime import UTC, datetime, timedelta
from unittest.mock import NonCallableMock
from setpoint.act.delivery.courier import AlertCourier
from setpoint.act.delivery.settings import AlertSettings, ChannelKind, ChannelSettings, SecretPlace
from setpoint.act.interface import Alert
from setpoint.loop.clock import Clock
from setpoint.loop.deliver import Deliverer
from setpoint.loop.parts import Parts
from setpoint.loop.settings import DeliverySettings, LoopSettings
from setpoint.model.policy import Severity
from setpoint.store.interface import Parcel
from setpoint.store.ledger.opening import open_ledger

path, blocked = sys.argv[1], sys.argv[2] == "blocked"
place = lambda name: SecretPlace(name, None, "setpoint.yaml:1")
channel = ChannelSettings("hook", ChannelKind.WEBHOOK, place("HOOK_URL"), place("HOOK_KEY"))
courier = AlertCourier(AlertSettings({"hook": channel}), {}, timeout=1.0)
ledger = open_ledger(path)
clock = Clock(ledger.latest_time())
lease, writer = ledger.acquire("default", clock.now(), 60)
unused = NonCallableMock()
settings = LoopSettings(delivery=DeliverySettings(group_for=0.0, timeout=1.0, first_pause=0.1))
parts = Parts(unused, unused, unused, unused, unused, unused, unused, ledger, clock, settings, courier=courier)
deliverer = Deliverer(parts, writer)
if blocked:
    real = courier.send
    def send(channel, message):
        print("sending", flush=True)
        time.sleep(60)
    courier.send = send
print("ready", flush=True)
for line in sys.stdin:
    word, _, title = line.strip().partition(" ")
    if word == "enqueue":
        alert = Alert(clock.now(), Severity.HIGH, "drift", None, "payments", title)
        writer.enqueue([Parcel("hook", title, alert.document())], clock.now(), timedelta(0))
    while word == "deliver" and deliverer.work() is not None:
        time.sleep(0.02)
    print("done", flush=True)
"""
"""Puts alerts into the ledger and sends them, as its input says; `blocked`, it stops right before it sends."""


class Sender:
    def __init__(self, path: Path, receiver: Receiver, *, blocked: bool = False) -> None:
        environment = {"HOOK_URL": receiver.url, "HOOK_KEY": "k" * 32}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SENDER, str(path), "blocked" if blocked else ""],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        assert self.said() == "ready"

    def tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def said(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def do(self, line: str) -> None:
        self.tell(line)
        assert self.said() == "done"

    def kill(self) -> None:
        """-9."""
        self.process.kill()
        self.process.wait(timeout=30)

    def close(self) -> None:
        with self.process:
            self.process.kill()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.sqlite"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving(Receiver()) as started:
        yield started


def titles_and_keys(receiver: Receiver) -> list[tuple[str, str]]:
    return [(orjson.loads(each.body)["alerts"][0]["title"], each.headers["webhook-id"]) for each in receiver.requests]


def succeed(path: Path, receiver: Receiver) -> None:
    """The next life of the program delivers what the one before left."""
    with closing(Sender(path, receiver)) as successor:
        successor.do("deliver")
    with closing(open_ledger(str(path), read_only=True)) as ledger:
        assert {each.state for each in ledger.deliveries("default")} == {DeliveryState.DELIVERED}
        assert ledger.broken_audit_rows() == []


def test_killed_after_it_was_written_down(path: Path, receiver: Receiver) -> None:
    with closing(Sender(path, receiver)) as sender:
        sender.do("enqueue one")
        sender.do("enqueue two")
        sender.kill()
    succeed(path, receiver)
    assert [title for title, _ in titles_and_keys(receiver)] == ["one", "two"]


def test_killed_between_writing_down_the_attempt_and_making_it(path: Path, receiver: Receiver) -> None:
    with closing(Sender(path, receiver, blocked=True)) as sender:
        sender.do("enqueue one")
        sender.tell("deliver")
        assert sender.said() == "sending"
        sender.kill()
    assert receiver.requests == []
    succeed(path, receiver)
    assert [title for title, _ in titles_and_keys(receiver)] == ["one"]


def test_killed_after_the_other_side_has_it(path: Path, receiver: Receiver) -> None:
    """It arrives again: the same bytes under the same key."""
    receiver.hold = threading.Event()
    with closing(Sender(path, receiver)) as sender:
        sender.do("enqueue one")
        sender.tell("deliver")
        waited = threading.Event()
        while not receiver.requests:
            assert sender.process.poll() is None
            waited.wait(0.01)
        sender.kill()
    receiver.hold.set()
    succeed(path, receiver)
    assert len(receiver.requests) == 2
    assert len({(each.headers["webhook-id"], each.body) for each in receiver.requests}) == 1


def test_a_receiver_that_was_down_gets_everything_once_it_is_up(path: Path, receiver: Receiver) -> None:
    receiver.statuses = [503, 500, 429, 404]
    with closing(Sender(path, receiver)) as sender:
        for title in ("one", "two", "three"):
            sender.do(f"enqueue {title}")
        sender.do("deliver")
    arrived = titles_and_keys(receiver)
    assert len(arrived) == 7
    assert {title for title, _ in arrived} == {"one", "two", "three"}
    assert len(set(arrived)) == 3
