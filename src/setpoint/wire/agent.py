"""Agents, what is wanted of them, and how far their reports are worked in."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import ConfigDict, Field, StringConstraints

from setpoint.model.inside import Agent, AgentSwitch, Derivation, Wanted
from setpoint.model.report import Coverage
from setpoint.wire.document import LONGEST_NAME, Document, Moment, Name, Sentence, example
from setpoint.wire.signal import ReceiptDocument

_INSTRUCTION = {"agent": "off", "issued": "2026-05-31T12:00:00+00:00", "for": "9f3c2a61d0b84e57"}


class AgentDocument(Document):
    """One life of an agent's process, as of its last report."""

    model_config = example(
        service="payments",
        instance="web-1/12",
        boot="9f3c2a61d0b84e57",
        sequence=42,
        release="1.4.2",
        version="0.1.0",
        python="3.11.7",
        implementation="cpython",
        coverage="sampled",
        started="2026-05-31T11:00:00Z",
        reported_at="2026-05-31T12:00:00Z",
        received_at="2026-05-31T12:00:00Z",
        cpu_seconds=1.25,
        counters={"requests": 1200, "agent.dropped": 0, "agent.errors": 0},
        mishaps={},
        is_watching=True,
        wanted="on",
    )

    service: str
    instance: str
    boot: str
    sequence: int
    release: str
    version: str
    python: str
    implementation: str
    coverage: Coverage
    started: Moment | None
    reported_at: Moment = Field(description="By its own clock.")
    received_at: Moment
    cpu_seconds: float = Field(description="Of the agent's own threads.")
    counters: dict[str, int]
    mishaps: dict[str, int] = Field(description="What went wrong inside the agent, by kind.")
    is_watching: bool
    wanted: Wanted = Field(description="What people want of it.")

    @classmethod
    def of(cls, agent: Agent) -> Self:
        return cls(
            service=agent.service,
            instance=agent.instance,
            boot=agent.boot,
            sequence=agent.sequence,
            release=agent.release,
            version=agent.version,
            python=agent.python,
            implementation=agent.implementation,
            coverage=agent.coverage,
            started=agent.started,
            reported_at=agent.reported_at,
            received_at=agent.received_at,
            cpu_seconds=agent.cpu_seconds,
            counters=dict(agent.counters),
            mishaps=dict(agent.mishaps),
            is_watching=agent.is_watching,
            wanted=agent.wanted,
        )

    def model(self) -> Agent:
        return Agent(
            service=self.service,
            instance=self.instance,
            boot=self.boot,
            sequence=self.sequence,
            release=self.release,
            version=self.version,
            python=self.python,
            implementation=self.implementation,
            coverage=self.coverage,
            started=self.started,
            reported_at=self.reported_at,
            received_at=self.received_at,
            cpu_seconds=self.cpu_seconds,
            counters=self.counters,
            mishaps=self.mishaps,
            is_watching=self.is_watching,
            wanted=self.wanted,
        )


class DerivationDocument(Document):
    """How far the journal is worked into what is known from inside."""

    model_config = example(offset=41310, behind=0, reason="", waiting=0.0)

    offset: int
    behind: int | None = Field(description="Entries of the journal beyond it; null where nobody says.")
    reason: str = Field(description="Why nobody does.")
    waiting: float = Field(default=0.0, description="Seconds since all of it was worked in.")

    @classmethod
    def of(cls, derivation: Derivation) -> Self:
        return cls(
            offset=derivation.offset, behind=derivation.behind, reason=derivation.reason, waiting=derivation.waiting
        )

    def model(self) -> Derivation:
        return Derivation(self.offset, self.behind, self.reason, self.waiting)


class SwitchRequest(Document):
    """Which agents are to watch, or not, and why."""

    model_config = example(service="payments", instance=None, agent="off", reason="a load test")

    service: Name
    instance: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)] | None = Field(
        default=None, description="Null: all of the service."
    )
    agent: Wanted
    reason: Sentence


class SwitchDocument(Document):
    """A switch, which is in force."""

    model_config = example(
        service="payments",
        instance=None,
        agent="off",
        actor="token:release-manager",
        reason="a load test",
        issued_at="2026-05-31T12:00:00Z",
    )

    service: str
    instance: str | None
    agent: Wanted
    actor: str
    reason: str
    issued_at: Moment

    @classmethod
    def of(cls, switch: AgentSwitch) -> Self:
        return cls(
            service=switch.service,
            instance=switch.instance or None,
            agent=switch.wanted,
            actor=switch.actor,
            reason=switch.reason,
            issued_at=switch.issued_at,
        )

    def model(self) -> AgentSwitch:
        return AgentSwitch(self.service, self.instance or "", self.agent, self.actor, self.reason, self.issued_at)


class InstructionDocument(Document):
    """What is wanted of an agent."""

    model_config = ConfigDict(populate_by_name=True, **example(**_INSTRUCTION))

    agent: Wanted
    issued: str
    boot: str = Field(alias="for", description="The one life of a process that it is meant for.")


class ReportReceiptDocument(ReceiptDocument):
    """What became of a report, and what is wanted of the agent that sent it."""

    model_config = example(
        appended=1, duplicates=0, last_offset=41_310, instructions=_INSTRUCTION, signature="5f0c…" + "0" * 4
    )

    instructions: InstructionDocument | None = Field(default=None, description="Absent where nobody ever said.")
    signature: str | None = Field(
        default=None, description="Of the instructions: HMAC-SHA256 under the agent's own key, in hexadecimal digits."
    )
