"""A worker that dies at any write: the next one ends every remediation, and nothing is forgotten."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from setpoint.model.remediation import Mode, RemediationState


class Death(BaseException):
    """The worker dies here; no handler of the program may survive it."""


class Mortal:
    """A writer, or a reverter, that dies right before or after the call with the given number."""

    def __init__(self, real: Any, at: int, *, before: bool) -> None:
        self._real = real
        self._left = [at]
        self._before = before

    def __getattr__(self, name: str) -> Any:
        attribute = getattr(self._real, name)
        if name not in ("record", "plan", "advance", "add_signals", "put_beat", "apply", "forget"):
            return attribute

        def call(*arguments: Any, **named: Any) -> Any:
            self._left[0] -= 1
            if self._left[0] == 0 and self._before:
                raise Death
            result = attribute(*arguments, **named)
            if self._left[0] == 0:
                raise Death
            return result

        return call


@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 14))
def test_every_remediation_ends_verified_whenever_the_worker_dies(
    world: Any, start: Callable[..., Any], at: int, *, before: bool
) -> None:
    worker = start(Mode.ENFORCE)
    worker.heartbeat.beat()
    world.actual["one"]["Locked"] = False
    del world.actual["two"]
    heartbeat = worker.heartbeat
    mortal = Mortal(heartbeat._writer, at, before=before)
    for holder in (heartbeat, heartbeat._recorder, heartbeat._reconciler):
        holder._writer = mortal
    try:
        heartbeat.beat()
        worker.settle()
    except Death:
        worker.stop(cleanly=False)
        world.pass_time(worker.parts.settings.lease_for + 1)
    else:
        worker.stop()
    successor = start(Mode.ENFORCE)
    successor.heartbeat.beat()
    successor.settle()
    assert world.actual["one"] == {"Locked": True}
    assert len(world.written) == 1
    ends = sorted(each.state for each in successor.ledger.remediations())
    assert ends == [RemediationState.ESCALATED, RemediationState.VERIFIED]
    assert [each.finding.urn.identifier for each in successor.ledger.findings()] == ["two"]
    assert successor.ledger.broken_audit_rows() == []
