"""How the processes of one Setpoint are: told by each, gathered by the supervisor, shown by `setpoint status`.

The document is the wire form of the same values; `status.py` keeps it in a file, and the API serves it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from setpoint.errors import InputError
from setpoint.model.canonical import Json


class Duty(StrEnum):
    """What a process is for; one process each."""

    LOOP = "loop"
    INGEST = "ingest"
    SERVER = "server"


class ProcessState(StrEnum):
    STARTING = "starting"
    UP = "up"
    WAITING = "waiting"
    """It ended, and is started again after a pause."""
    STOPPING = "stopping"


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings and policies that a process goes by."""

    digest: str
    """A short one, of their files as they were read."""
    has_changed: bool
    """Whether the files are others by now."""

    def measures(self) -> dict[str, Json]:
        """As a process tells it with its health."""
        return {"configuration": self.digest, "configuration_changed": self.has_changed}


@dataclass(frozen=True, slots=True)
class Health:
    """What a process says of itself while it works."""

    measures: Mapping[str, Json] = field(default_factory=dict)
    """Numbers and times by name, among them how far it lags behind."""
    problems: tuple[str, ...] = ()
    """What is not as it should be, a clause each; empty where all is well."""

    def document(self) -> Json:
        return {"measures": dict(self.measures), "problems": list(self.problems)}

    def beside(self, other: Health) -> Health:
        """Of a process that does two things."""
        return Health({**self.measures, **other.measures}, (*self.problems, *other.problems))


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process, as its supervisor sees it."""

    duty: Duty
    state: ProcessState
    since: datetime
    """When it came into this state."""
    pid: int | None
    """None while there is no process."""
    restarts: int
    last_error: str
    """Why it ended last; empty where it never did."""
    health: Health

    @property
    def healthy(self) -> bool:
        return self.state is ProcessState.UP and not self.health.problems

    def document(self) -> Json:
        return {
            "name": self.duty,
            "state": self.state,
            "since": self.since.isoformat(),
            "pid": self.pid,
            "restarts": self.restarts,
            "last_error": self.last_error,
            "healthy": self.healthy,
            **self.health.document(),
        }


@dataclass(frozen=True, slots=True)
class Status:
    """All processes under one supervisor."""

    scope: str
    """What the loop among them works on."""
    host: str
    pid: int
    """The supervisor's."""
    since: datetime
    written_at: datetime
    processes: tuple[ProcessStatus, ...]
    refused: str = ""
    """Why the settings or policies that it was last told to read again are not in force; empty where they are."""

    @property
    def healthy(self) -> bool:
        return all(each.healthy for each in self.processes)

    def document(self) -> Json:
        return {
            "scope": self.scope,
            "host": self.host,
            "pid": self.pid,
            "since": self.since.isoformat(),
            "written_at": self.written_at.isoformat(),
            "healthy": self.healthy,
            "refused": self.refused,
            "processes": [each.document() for each in self.processes],
        }


def health_of(document: Json) -> Health:
    """From its wire form; `InputError` for what is none."""
    try:
        return Health(dict(document["measures"]), tuple(str(each) for each in document["problems"]))
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"this does not tell the health of a process ({error!r})") from error


def status_of(document: Json) -> Status:
    """From its wire form; `InputError` for what is none."""
    try:
        return Status(
            scope=str(document["scope"]),
            host=str(document["host"]),
            pid=int(document["pid"]),
            since=datetime.fromisoformat(document["since"]),
            written_at=datetime.fromisoformat(document["written_at"]),
            processes=tuple(_process_of(each) for each in document["processes"]),
            refused=str(document["refused"]),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"this does not tell the status of a Setpoint ({error!r})") from error


def _process_of(document: Json) -> ProcessStatus:
    return ProcessStatus(
        duty=Duty(document["name"]),
        state=ProcessState(document["state"]),
        since=datetime.fromisoformat(document["since"]),
        pid=None if document["pid"] is None else int(document["pid"]),
        restarts=int(document["restarts"]),
        last_error=str(document["last_error"]),
        health=health_of(document),
    )
