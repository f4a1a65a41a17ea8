"""Where the answers of a command come from: the configuration and ledger here, or a server. No command knows which."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from functools import wraps
from pathlib import Path
from typing import Any, Protocol

import click

from setpoint.cli.options import config_option
from setpoint.cli.server_options import lacks_client, named_server
from setpoint.compare.component.running import ReleaseDrift
from setpoint.decide.replayed import ReplayQuestion, ReplayReport
from setpoint.loop.admission import WhatIf
from setpoint.loop.affected import AffectedAnswer
from setpoint.loop.risk import ServiceRisk
from setpoint.loop.standing import Standing
from setpoint.loop.stock import TakenBill
from setpoint.model.access import Token, TokenRequest
from setpoint.model.admitting import NOTHING, Bringing, Grant
from setpoint.model.canonical import Json
from setpoint.model.code import TakenScan
from setpoint.model.component import Sbom
from setpoint.model.decision import Decision
from setpoint.model.drift import Comparison, Explanation, Folded
from setpoint.model.examination import Examination, Examiner
from setpoint.model.finding import FindingRecord
from setpoint.model.health import Status
from setpoint.model.identity import AccountReading, PrincipalUse
from setpoint.model.inside import Agent, AgentSwitch, Derivation, FileReach, InsideSummary, Place, RouteUse, Wanted
from setpoint.model.inventory import Instance
from setpoint.model.order import Order, OrderKind
from setpoint.model.policy import Policy, Stage
from setpoint.model.remediation import Remediation
from setpoint.model.report import Frame, Part
from setpoint.model.scan import Scan
from setpoint.model.service import Release, Service
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver
from setpoint.store.interface import AuditCheck, AuditRow, BeatRow, Delivery, DeliveryState, IssuedToken, Reported


class Reads(Protocol):
    def last_beat(self) -> BeatRow:
        """Raises `CouldNotTellError` where nothing was ever looked at."""
        ...

    def standing(self) -> Standing:
        """The last heartbeat, how far it can be relied on, and what holds Setpoint back; raises as `last_beat` does."""
        ...

    def comparisons(self, service: str | None = None, *, everything: bool = False) -> Iterator[Comparison]:
        """Of every entity (of one service) that has a drift or a gap, or of every one, in URN order.

        `NotFoundError` for a service of which nothing is known; so for all that is asked of one.
        """
        ...

    def folded(self, service: str | None) -> Folded:
        """How much was folded away of everything, or of one service's entities."""
        ...

    def explain(self, urn: Urn, path: str) -> Sequence[Explanation]:
        """Why a property is what it is said to be; `NotFoundError` for an entity that no heartbeat saw."""
        ...

    def findings(
        self, service: str | None, *, include_closed: bool, include_accepted: bool = False
    ) -> Sequence[FindingRecord]:
        """In order of URN, rule and path. Those that are closed are wanted with those that are accepted."""
        ...

    def remediations(self, service: str | None) -> Sequence[Remediation]:
        """Oldest first."""
        ...

    def risk(self, service: str) -> ServiceRisk:
        """`NotFoundError` where nothing is known of it."""
        ...

    def release(self, service: str, version: str) -> Release:
        """The one of this version, else the newest that is known; `NotFoundError` where there is none."""
        ...

    def policy(self, identity: str, service: str | None) -> tuple[Policy, Service | None]:
        """As its file says, or as the overrides leave it for a service; `NotFoundError` where there is none."""
        ...

    def permissions(self, *, enforce: bool) -> Json:
        """The IAM policy that Setpoint needs."""
        ...

    def examination(self) -> tuple[Examination, Examiner | None]:
        """What can and cannot be read there; and who said so, where that was a server. May take a minute."""
        ...

    def replay(self, question: ReplayQuestion, progress: Callable[[ReplayReport], None]) -> ReplayReport:
        """The recorded past judged again. `progress` hears how far it is, where that can be told."""
        ...

    def status(self) -> Status:
        """`CouldNotTellError` where nobody says how the processes are."""
        ...

    def channels(self) -> Mapping[str, Mapping[DeliveryState, int]]:
        """Every channel that is configured, or that messages are for, by name; how many messages are in each state."""
        ...

    def deliveries(self, state: DeliveryState, *, limit: int) -> Sequence[Delivery]:
        """Newest first."""
        ...

    def waivers(self) -> Sequence[Waiver]:
        """Those of the configuration and those that people entered, expired ones too."""
        ...

    def audit(self, *, after: int) -> Iterator[AuditRow]: ...

    def check_audit(self) -> AuditCheck: ...


class Gate(Protocol):
    def decide(self, release: Release, stage: Stage, bringing: Bringing = NOTHING) -> Decision:
        """Recorded."""
        ...

    def suppose(
        self, release: Release, stage: Stage, what_if: WhatIf, bringing: Bringing = NOTHING
    ) -> tuple[Decision, Decision]:
        """What is decided, and what would be; neither is recorded."""
        ...

    def take_scan(self, service: str, version: str, scan: Scan) -> TakenScan:
        """Recorded, of the newest release where no version is named; `NotFoundError` where there is none."""
        ...

    def approve(self, release: Release, reason: str) -> Grant:
        """For a while; recorded."""
        ...


class Orders(Protocol):
    """What a person tells the loop, in the name of whoever calls."""

    def order_about(self, number: int, kind: OrderKind, reason: str) -> Order: ...

    def pause(self, reason: str) -> Order: ...

    def resume(self, reason: str) -> Order: ...

    def waive(self, make: Callable[[datetime], Waiver]) -> Waiver:
        """Enter the waiver that is made for the time it is there; who enters it and its id are added."""
        ...

    def end_waiver(self, identity: str) -> None: ...

    def try_channel(self, channel: str) -> str:
        """Send a test message; why it did not get there, empty where it did."""
        ...


class Tokens(Protocol):
    def issue(self, make: Callable[[datetime], TokenRequest]) -> IssuedToken:
        """The one that is asked for at the time it is there."""
        ...

    def listed(self) -> Sequence[Token]:
        """Every token that there ever was, oldest first."""
        ...

    def rotate(self, name_or_id: str, overlap: timedelta) -> IssuedToken: ...

    def revoke(self, name_or_id: str) -> Sequence[Token]:
        """Those that are revoked now and were not before."""
        ...


class InsideSource(Protocol):
    """Agents, and what they report of services from inside. `NotFoundError` for a service that nobody knows."""

    def agents(self, service: str | None, *, include_gone: bool) -> Sequence[Agent]:
        """By service, instance and boot."""
        ...

    def derivation(self) -> Derivation: ...

    def runtime(self, service: str) -> InsideSummary: ...

    def routes(self, service: str) -> Sequence[RouteUse]: ...

    def files(self, service: str) -> Sequence[FileReach]: ...

    def functions(self, service: str) -> Iterator[tuple[Part, Frame]]: ...

    def flows(self, service: str) -> Sequence[Place]: ...

    def switch(self, service: str, instance: str, wanted: Wanted, reason: str) -> AgentSwitch:
        """In force from now on; an empty `instance` means all of the service."""
        ...


class InventorySource(Protocol):
    """What services are made of, and where that runs. `NotFoundError` for a service that nobody knows."""

    def add_sbom(self, octets: bytes, where: str, release: Release | None, image: str) -> TakenBill:
        """`where` the octets are from, for errors."""
        ...

    def sbom(self, digest: str) -> Sbom: ...

    def sbom_of(self, release: Release) -> Sbom:
        """What was built; `CouldNotTellError` where nobody said."""
        ...

    def sboms(self, service: str) -> tuple[Mapping[str, str], Mapping[str, int]]:
        """Version → digest of what was built; digest → how many instances run it, empty for those of which none is
        known."""
        ...

    def instances(self, service: str | None) -> Iterator[Instance]:
        """By service and id."""
        ...

    def instances_without_bill(self) -> Iterator[Instance]:
        """Those of which nobody said what they are made of, service by service."""
        ...

    def report(self, instances: Sequence[Instance]) -> Reported: ...

    def remove(self, service: str, identity: str) -> int:
        """How many were known: one or none."""
        ...

    def drift(self, service: str) -> Sequence[ReleaseDrift]:
        """What runs against what was built; `CouldNotTellError` where no agent tells."""
        ...

    def affected(self, what: str | Sequence[Json], *, most: int) -> AffectedAnswer:
        """By an advisory's id, a package URL with versions, or advisories in OSV's format; at most `most` instances."""
        ...


class IdentitySource(Protocol):
    """Users, groups and roles, as the last heartbeat left them. `NotFoundError` for a service that nobody knows."""

    def accounts(self) -> Sequence[AccountReading]:
        """By id; none where no identities are read."""
        ...

    def all(self, service: str | None) -> Iterator[PrincipalUse]:
        """In URN order."""
        ...

    def one(self, name: str) -> PrincipalUse:
        """By ARN, URN or name; `NotFoundError` where there is none."""
        ...


class Source(Reads, Gate, Orders, Protocol):
    @property
    def tokens(self) -> Tokens: ...

    @property
    def inside(self) -> InsideSource: ...

    @property
    def inventory(self) -> InventorySource: ...

    @property
    def identities(self) -> IdentitySource: ...


@contextmanager
def open_source(context: click.Context, config: Path) -> Iterator[Source]:
    """The server that is named, else what is here. Nothing is read or asked before the first question."""
    server = named_server(context)
    with ExitStack() as held:
        if server is None:
            from setpoint.cli.local import LocalSource

            yield LocalSource(config, held)
            return
        try:
            from setpoint.client.connection import Connection
            from setpoint.client.source import RemoteSource
        except ImportError as error:
            raise lacks_client() from error
        yield RemoteSource(held.enter_context(Connection(server)))


def source_option(command: Callable[..., int]) -> Callable[..., int]:
    """`--config`, which counts where no server is named; the command gets `source`."""

    @config_option
    @wraps(command)
    def given(config: Path, **options: Any) -> int:
        with open_source(click.get_current_context(), config) as source:
            return command(source=source, **options)

    return given
