"""Requests whose paths arrive as they are written."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from setpoint.model.dast import Exchange, Sent
from setpoint.scan.dast.interface import Workbench
from setpoint.scan.dast.sending.connection import Connection
from setpoint.scan.dast.sending.limits import Limits
from setpoint.scan.dast.sending.sender import tls_context
from setpoint.scan.dast.sending.target import reached, target_of


class Untidied:
    """A sender that takes no `..` out of a path, as the true one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def send(self, request: Sent) -> Exchange:
        return self._connection.exchange(request)

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        raise NotImplementedError("no check here sends anything but whole requests")


@pytest.fixture
def as_written() -> Iterator[Callable[[Workbench], Workbench]]:
    """The workbench with such a sender, for as long as the test lasts."""
    connections: list[Connection] = []

    def as_written(bench: Workbench) -> Workbench:
        target = reached(target_of(bench.surface.base))
        connections.append(Connection(target, Limits(), tls_context(verified=False)))
        return replace(bench, sender=Untidied(connections[-1]))

    yield as_written
    for each in connections:
        each.close()
