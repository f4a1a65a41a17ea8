"""What a check is given and gives, and what sends its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from setpoint.model.canonical import Json
from setpoint.model.dast import Caller, Exchange, Fault, Operation, Part, PlannedRequest, Profile, Sent, Surface


class EndedEarlyError(Exception):
    """The scan may not go on: the target got slower or fails more, the budget is spent, or a person stopped it.

    Raised by `Sender.send`; no check catches it. `str()` of it says why.
    """


class Sender(Protocol):
    """The one way out: at most so many requests a second, never to another host, bounded, counted, written down."""

    def send(self, request: Sent) -> Exchange:
        """Redirects are not followed; what fails or does not end is an exchange without an answer.

        Raises `EndedEarlyError`.
        """

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        """Bytes as they are, over a connection of its own; what came back until it ended. Raises `EndedEarlyError`."""


class Accounts(Protocol):
    """The scan's own accounts on the target."""

    @property
    def callers(self) -> Sequence[Caller]:
        """By rank, least first; nobody is not among them."""

    def authorised(self, request: Sent, caller: Caller) -> Sent:
        """With the credentials of the caller in force; those of nobody: without any."""

    def token(self, caller: Caller) -> str:
        """Its bearer token or session, where it has one; empty where not."""

    def renew(self, caller: Caller) -> None:
        """Log in again: the target ended its session."""


class Evidence(Protocol):
    """What an agent inside of the target says of requests that carried our marker."""

    def marked(self, request: Sent) -> tuple[Sent, str]:
        """The request with a marker of its own in a header, and that marker."""

    def of(self, marker: str) -> Sequence[Mapping[str, Json]]:
        """Weak places that this request reached, as the agent reports them; empty where it tells nothing."""


@dataclass(frozen=True, slots=True)
class Workbench:
    """All that a check works with."""

    surface: Surface
    profile: Profile
    sender: Sender
    accounts: Accounts
    evidence: Evidence | None
    """None where no agent tells."""
    may_send: Callable[[Operation], str]
    """Empty where the profile lets requests go to this operation; else why not."""
    build: Callable[[Operation, Mapping[Part, Json]], Sent]
    """A request with these values, and seeded ones for all other parts that it needs."""
    owned: Callable[[Operation, Caller], Mapping[Part, Json] | None]
    """Values that name an object of this caller, made for the scan; None where none could be made."""
    baseline: Callable[[Operation, Caller], Exchange | None]
    """How the operation answers this caller to seeded values: asked for once in a scan, and kept for all checks.

    Where the caller owns an object that the operation names, it is that one. None where `may_send` has an objection.
    """
    told: Callable[[str], None]
    """Takes lines for people who wait."""


class Check(Protocol):
    name: str
    """In kebab case."""

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        """What `run` would send, without sending anything."""

    def run(self, bench: Workbench) -> Iterator[Fault]:
        """Faults as they are found."""
