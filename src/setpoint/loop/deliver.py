"""Sends what the ledger holds for people: at least once, and never in the loop's way. Called by `loop.runner`.

An attempt is written down before it is made, and made in a thread of its own; what came of it is written down by the
loop. Whoever dies in between leaves a message that is due again, with the same content under the same key.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Final

from setpoint.act.interface import Alert, Courier, Message
from setpoint.errors import Error
from setpoint.loop.parts import Parts
from setpoint.model.canonical import digest
from setpoint.model.policy import Severity
from setpoint.store.interface import Delivery, LedgerWriter

POLL: Final = timedelta(seconds=0.2)
"""How soon to ask again what came of an attempt."""

MOST_HANGING: Final = 3
"""Attempts to one channel that did not end in time and still hold their threads; more are not begun."""


class Deliverer:
    """One attempt at a time to each channel. Used by the loop's thread only."""

    def __init__(self, parts: Parts, writer: LedgerWriter) -> None:
        self._parts = parts
        self._writer = writer
        self._settings = parts.settings.delivery
        self._under_way: dict[str, _Attempt] = {}
        self._hanging: dict[str, list[_Attempt]] = {}

    def work(self, *, untried: bool = False) -> datetime | None:
        """Note what came of attempts and begin those that are due; when to call again. Waits for no channel.

        With `untried`, messages that are still held open for more alerts are sent, too.
        """
        if self._parts.courier is None:
            return None
        self._settle()
        scope, now = self._parts.settings.scope, self._parts.clock.now()
        for channel, identity in self._parts.ledger.due_deliveries(scope, now, untried=untried).items():
            if channel not in self._under_way:
                self._begin(identity, self._parts.courier)
        return now + POLL if self._under_way else self._parts.ledger.next_delivery(scope)

    def flush(self) -> None:
        """Before a program ends that will not be back soon: send all that nobody tried to send, while time lasts."""
        until = self._parts.clock.now() + timedelta(seconds=self._settings.timeout)
        while self._parts.clock.now() < until and not self._parts.stopping():
            self.work(untried=True)
            if not self._under_way:
                return
            self._await_one()

    def close(self) -> None:
        """Note what came of attempts, for as long as a stop may take; what is not known by then is made again."""
        until = self._parts.clock.now() + timedelta(seconds=self._settings.stop_within)
        while self._under_way and self._parts.clock.now() < until:
            self._await_one()
            self._settle()

    def _await_one(self) -> None:
        next(iter(self._under_way.values())).thread.join(POLL.total_seconds())

    def _begin(self, identity: int, courier: Courier) -> None:
        now = self._parts.clock.now()
        deadline = now + timedelta(seconds=self._settings.timeout)
        delivery = self._writer.begin_delivery(identity, now, deadline + self._settings.pause(1))
        if delivery is None:
            return
        hanging = [each for each in self._hanging.get(delivery.channel, []) if each.thread.is_alive()]
        self._hanging[delivery.channel] = hanging
        if len(hanging) >= MOST_HANGING:
            self._note_failure(delivery, f"{len(hanging)} attempts before it still hang")
            return
        self._under_way[delivery.channel] = _Attempt(courier, delivery, deadline)

    def _settle(self) -> None:
        """An attempt is forgotten only once the ledger has what came of it."""
        for channel, attempt in list(self._under_way.items()):
            if not attempt.thread.is_alive():
                self._note_end(attempt)
            elif self._parts.clock.now() >= attempt.deadline:
                self._note_failure(attempt.delivery, f"no answer within {self._settings.timeout:g} s")
                self._hanging.setdefault(channel, []).append(attempt)
            else:
                continue
            del self._under_way[channel]

    def _note_end(self, attempt: _Attempt) -> None:
        if attempt.reason:
            self._note_failure(attempt.delivery, attempt.reason)
        else:
            self._writer.end_delivery(attempt.delivery, self._parts.clock.now())

    def _note_failure(self, delivery: Delivery, reason: str) -> None:
        """Later again, each time after a longer pause; from some age on, no more."""
        now = self._parts.clock.now()
        if now - delivery.created_at < timedelta(seconds=self._settings.give_up_after):
            self._writer.postpone_delivery(delivery, reason, now + self._settings.pause(delivery.attempts), now)
            return
        self._writer.end_delivery(delivery, now, given_up=reason)
        self._parts.notifier.notify(_given_up(delivery, reason, now))


class _Attempt:
    """One sending, in a thread that the program's end does not wait for."""

    def __init__(self, courier: Courier, delivery: Delivery, deadline: datetime) -> None:
        self.delivery = delivery
        self.deadline = deadline
        self.reason = "it broke off"
        """Why it came to nothing, once the thread has ended; empty where it did not."""
        self._courier = courier
        self.thread = threading.Thread(target=self._send, name=f"alert to {delivery.channel}", daemon=True)
        self.thread.start()

    def _send(self) -> None:
        try:
            alerts = tuple(Alert.of(each) for each in self.delivery.alerts)
            self._courier.send(self.delivery.channel, Message(key(self.delivery), alerts, self.delivery.more))
        except Error as error:
            self.reason = error.diagnostics()
        else:
            self.reason = ""


def key(delivery: Delivery) -> str:
    """Of the row alone, and so the same after a restart; with a digest, since a new ledger counts from one again."""
    said = digest(delivery.channel, delivery.created_at.isoformat(), delivery.alerts, delivery.more)
    return f"{delivery.id}-{said}"


def _given_up(delivery: Delivery, reason: str, at: datetime) -> Alert:
    """For the terminal and the file: through channels it might not get there either."""
    count = len(delivery.alerts) + delivery.more
    return Alert(
        at=at,
        severity=Severity.HIGH,
        kind="delivery",
        subject=None,
        service="",
        title=f"not delivered to {delivery.channel} in {delivery.attempts} attempts, and given up: {reason}",
        details={"delivery": delivery.id, "channel": delivery.channel, "alerts": count},
        helps="setpoint alerts",
    )
