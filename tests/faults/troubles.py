"""The faults that a `Proxy` can have, each as AWS and the way to it have them."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable
from typing import Final

from tests.faults.proxy import Call, Fault, HangUpError, Reply, refusal

THROTTLED: Final = {
    "s3": ("SlowDown", 503),
    "ec2": ("RequestLimitExceeded", 503),
    "iam": ("Throttling", 400),
    "rds": ("Throttling", 400),
    "sts": ("Throttling", 400),
    "kms": ("ThrottlingException", 400),
    "cloudtrail": ("ThrottlingException", 400),
}
"""Service → how it says that there were too many calls (the services' API references, page *Common Errors*)."""


def throttling(share: float, seed: int) -> Fault:
    """Refuses this share of all calls as too many."""
    chance = random.Random(seed)  # noqa: S311 (seeded, so that every run is the same)

    def fault(call: Call, go_on: Callable[[], Reply]) -> Reply:
        if chance.random() >= share:
            return go_on()
        code, status = THROTTLED[call.service]
        return refusal(call, code, "Rate exceeded", status)

    return fault


def breaking(share: float, seed: int, *, after: float = 0.0) -> Fault:
    """Gives this share of all calls no answer, and hangs up `after` seconds; AWS heard of every other one of them."""
    chance = random.Random(seed)  # noqa: S311 (as above)
    never = threading.Event()

    def fault(_call: Call, go_on: Callable[[], Reply]) -> Reply:
        fate = chance.random()
        if fate >= share:
            return go_on()
        if fate < share / 2:
            go_on()
        never.wait(after)
        raise HangUpError

    return fault


def refusing(operation: str) -> Fault:
    """Forbids one kind of change."""

    def fault(call: Call, go_on: Callable[[], Reply]) -> Reply:
        if call.operation != operation:
            return go_on()
        return refusal(call, "AccessDenied", f"you are not authorized to perform {operation}", 403)

    return fault


def meanwhile(operation: str, happens: Callable[[], object]) -> Fault:
    """Lets something happen right before the first call of this kind gets there."""
    waiting = [happens]

    def fault(call: Call, go_on: Callable[[], Reply]) -> Reply:
        if call.operation == operation and waiting:
            waiting.pop()()
        return go_on()

    return fault


def old_copies(seconds: float) -> Fault:
    """For so long after a change, every question that was asked before it is answered as it was then."""
    return _OldCopies(seconds)


class _OldCopies:
    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        self._copies: dict[object, Reply] = {}
        self._old_until = 0.0

    def __call__(self, call: Call, go_on: Callable[[], Reply]) -> Reply:
        if call.writes:
            reply = go_on()
            with self._lock:
                self._old_until = time.monotonic() + self._seconds
            return reply
        with self._lock:
            old = self._copies.get(call.question) if time.monotonic() < self._old_until else None
        if old is not None:
            return old
        reply = go_on()
        with self._lock:
            if time.monotonic() >= self._old_until:
                self._copies[call.question] = reply
        return reply
