"""How the processes of a Setpoint are."""

from __future__ import annotations

from typing import Any, Self

from pydantic import Field

from setpoint.model.health import Duty, Health, ProcessState, ProcessStatus, Status
from setpoint.wire.document import Document, Moment, example, meant, spelt

_PROCESS = {
    "name": "loop",
    "state": "up",
    "since": "2026-05-31T12:00:00Z",
    "pid": 4711,
    "restarts": 0,
    "last_error": "",
    "healthy": True,
    "measures": {"last_beat_age": 12.5, "configuration": "5f0c2a61d0b8", "configuration_changed": False},
    "problems": [],
}


class ProcessDocument(Document):
    """One process, as its supervisor sees it."""

    model_config = example(**_PROCESS)

    name: Duty
    state: ProcessState
    since: Moment
    pid: int | None
    restarts: int
    last_error: str
    healthy: bool
    measures: dict[str, Any]
    problems: tuple[str, ...]

    @classmethod
    def of(cls, process: ProcessStatus) -> Self:
        return cls(
            name=process.duty,
            state=process.state,
            since=process.since,
            pid=process.pid,
            restarts=process.restarts,
            last_error=process.last_error,
            healthy=process.healthy,
            measures={name: spelt(value) for name, value in process.health.measures.items()},
            problems=process.health.problems,
        )

    def model(self) -> ProcessStatus:
        health = Health({name: meant(value) for name, value in self.measures.items()}, self.problems)
        return ProcessStatus(self.name, self.state, self.since, self.pid, self.restarts, self.last_error, health)


class StatusDocument(Document):
    """All processes under one supervisor."""

    model_config = example(
        scope="default",
        host="controller-1",
        pid=4700,
        since="2026-05-31T12:00:00Z",
        written_at="2026-05-31T12:10:00Z",
        healthy=True,
        refused="",
        processes=[_PROCESS],
    )

    scope: str
    host: str
    pid: int
    since: Moment
    written_at: Moment
    healthy: bool
    refused: str = Field(
        default="", description="Why the settings or policies that were last to be read again are not in force."
    )
    processes: tuple[ProcessDocument, ...]

    @classmethod
    def of(cls, status: Status) -> Self:
        return cls(
            scope=status.scope,
            host=status.host,
            pid=status.pid,
            since=status.since,
            written_at=status.written_at,
            healthy=status.healthy,
            refused=status.refused,
            processes=tuple(map(ProcessDocument.of, status.processes)),
        )

    def model(self) -> Status:
        processes = tuple(each.model() for each in self.processes)
        return Status(self.scope, self.host, self.pid, self.since, self.written_at, processes, self.refused)
