"""What the server is made of; `process` puts it together from the settings, tests from what they need."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from anyio import CapacityLimiter
from starlette.requests import Request

from setpoint.compare.interface import Explainer
from setpoint.decide.interface import Assessor
from setpoint.loop.admission import Noted, Recorded, WhatIf
from setpoint.loop.identity_parts import RecordRules
from setpoint.loop.settings import LoopSettings
from setpoint.loop.taking import ScanNoted
from setpoint.model.admitting import Bringing, Grant
from setpoint.model.canonical import Json
from setpoint.model.code import TakenScan
from setpoint.model.decision import Decision
from setpoint.model.health import InForce, Status
from setpoint.model.policy import Policy, Stage
from setpoint.model.scan import Scan
from setpoint.model.service import Release, Service
from setpoint.model.waiver import Waiver
from setpoint.server.authentication.authenticator import Authenticator
from setpoint.server.forwarding import IngestDoor
from setpoint.server.metrics import Metrics
from setpoint.server.worker import Work
from setpoint.settings.server import Limits
from setpoint.store.interface import KeptAnswers, LedgerPages, ServerLedger, TokenStore
from setpoint.wire.document import Document

ANSWERING_THREADS: Final = 7
GATE_THREADS: Final = 3
AUTHENTICATING_THREADS: Final = 4
VERIFYING_THREADS: Final = 1
"""Together no more than the ledger has connections (fifteen, SQLAlchemy's *QueuePool*), so that none is waited for.

Apart, so that a gate waits neither for slow questions nor for an identity provider that does not answer, and nobody for
those who have the whole audit log read.
"""


SENDING_THREADS: Final = 1
"""Needs no connection of the ledger's: whoever has messages sent waits for the receiver, and nobody else does."""


class LongWork(Protocol):
    """Long work, done apart from the threads that answer (`workers`)."""

    async def ask(self, request: Request, work: Work, question: Document | None = None) -> bytes:
        """The document that was made, as JSON, for as long as the caller waits; raises the `Error` that it ended on."""
        ...


class Gatekeeper(Protocol):
    """Admission, on behalf of somebody (`loop.admission`)."""

    def decide(self, release: Release, stage: Stage, recorded: Recorded, *, bringing: Bringing) -> Decision: ...

    def suppose(
        self, release: Release, stage: Stage, what_if: WhatIf, *, bringing: Bringing
    ) -> tuple[Decision, Decision]: ...

    def approve(self, release: Release, reason: str, noted: Noted) -> Grant: ...

    def take_scan(self, service: str, version: str, scan: Scan, noted: ScanNoted) -> TakenScan: ...


@dataclass(frozen=True, slots=True)
class Threads:
    """Where blocking work is done, beside the pool that answers."""

    gate: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(GATE_THREADS))
    authentication: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(AUTHENTICATING_THREADS))
    verification: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(VERIFYING_THREADS))
    sending: CapacityLimiter = field(default_factory=lambda: CapacityLimiter(SENDING_THREADS))


@dataclass(frozen=True, slots=True)
class Described:
    """What the configuration says that the API shows, or goes by."""

    loop: LoopSettings
    services: Mapping[str, Service]
    service: Callable[[str], Service]
    """Also one that it does not describe."""
    waivers: Sequence[Waiver]
    channels: Sequence[str]
    policies: Callable[[], Sequence[Policy]]
    policies_for: Callable[[Service], Sequence[Policy]]
    """As the overrides leave them for a service."""
    permissions: Callable[[bool], Json]
    """The IAM policy that Setpoint needs; with what reverting does, where that is asked for."""
    record_of_calls: RecordRules = field(default_factory=lambda: RecordRules(is_kept=False))
    """What is made of the record of what identities used."""


@dataclass(frozen=True, slots=True)
class ServerParts:
    described: Described
    ledger: ServerLedger
    pages: LedgerPages
    answers: KeptAnswers
    tokens: TokenStore
    authenticator: Authenticator
    gatekeeper: Callable[[str], Gatekeeper]
    """For somebody, whom the audit log then names."""
    assessor: Assessor
    explainer: Explainer
    ingest: IngestDoor
    workers: LongWork
    try_channel: Callable[[str], str]
    """Sends a test message to a channel; why it did not get there, empty where it did."""
    status: Callable[[], Status]
    """Raises `CouldNotTellError` where nobody says how the processes are."""
    metrics: Metrics
    in_force: Callable[[], InForce] = lambda: InForce("", has_changed=False)
    """The settings and policies that this process goes by; told as nothing where nobody says."""
    limits: Limits = field(default_factory=Limits)
    open_metrics: bool = False
    stopping: Callable[[], bool] = lambda: False
    """Whether who follows changes is to be let go."""
    threads: Threads = field(default_factory=Threads)
