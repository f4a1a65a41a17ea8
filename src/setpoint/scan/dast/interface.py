"""What a check is given and gives, and what sends its requests."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from setpoint.model.canonical import Json
from setpoint.model.dast import Answer, Caller, Exchange, Fault, Operation, Part, PlannedRequest, Profile, Sent, Surface


class EndedEarlyError(Exception):
    """The scan may not go on: the target got slower or fails more, the budget is spent, or a person stopped it.

    Raised by `Sender.send`; no check catches it. `str()` of it says why.
    """


class Sender(Protocol):
    """The one way out: at most so many requests a second, never to another host, bounded, counted, written down."""

    def send(self, request: Sent) -> Exchange:
        """Redirects are not followed; what fails is an exchange without an answer, what does not end is not whole.

        Raises `EndedEarlyError`.
        """

    def send_raw(self, data: bytes, *, seconds: float) -> bytes:
        """Bytes as they are, over a connection of its own; what came back until it ended. Raises `EndedEarlyError`."""


@dataclass(frozen=True, slots=True)
class Login:
    """A login made for a check: the session in force of its account goes on beside it."""

    exchanges: tuple[Exchange, ...]
    """In their order: the page of the form, where there is one; the password; where that led to."""
    credentials: tuple[tuple[str, str, str], ...] = field(default=(), repr=False)
    """What it gave: place (`header`, `query`, `cookie`), name and value of each; empty where it failed."""


class TokenKind(StrEnum):
    """Why a token that the operator gives must not be accepted."""

    EXPIRED = "expired"
    FOREIGN_AUDIENCE = "foreign-audience"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class SpareToken:
    """A token of an own account that the target has to refuse."""

    kind: TokenKind
    caller: Caller
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where another system tells the target what happened, and how the target knows it: `webhooks:` of `auth.yaml`.

    `accounts.webhooks.signed_headers` writes the headers of a message.
    """

    path: str
    secret: str = field(repr=False)
    header: str
    """Which carries the signature."""
    algorithm: str = "sha256"
    """Of the HMAC, as hashlib names it; empty where the header carries the secret itself."""
    signed: str = "{body}"
    """What is signed: `{timestamp}.{body}`, `{id}.{timestamp}.{body}`, …"""
    written: str = "{hex}"
    """The header's value: `sha256={hex}`, `t={timestamp},v1={hex}`, `v1,{base64}`, …"""
    timestamp_header: str = ""
    id_header: str = ""
    payload: bytes = b"{}"
    """An example that the target takes."""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    """Others that every message carries: the name of its event."""


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

    def login(
        self,
        caller: Caller,
        *,
        cookies: Mapping[str, str] | None = None,
        also: Mapping[str, Json] | None = None,
        user: str = "",
    ) -> Login | None:
        """Log in once more, from a browser that holds these cookies, with these fields besides.

        With its own password, also where it is to be known as `user`.

        None where nothing is sent to log in.
        """

    def attempt(self, caller: Caller, password: str, *, user: str = "") -> Login | None:
        """One login as this caller (or as `user`) with another password. None where no password is sent to log in."""

    def user(self, caller: Caller) -> str:
        """The name or address that it logs in with; empty where it has none."""

    def greetings(self, caller: Caller) -> Sequence[Answer]:
        """How the target answered when its session was made; none where no login was needed."""

    @property
    def login_fields(self) -> Sequence[str]:
        """Pointers to user and password where an account logs in by such; empty where none does."""

    @property
    def secrets(self) -> frozenset[str]:
        """Passwords, keys, tokens and sessions so far: whatever is written down is to be without them."""

    @property
    def tokens(self) -> Sequence[SpareToken]:
        """What the operator gave of tokens that are to be refused."""

    @property
    def webhooks(self) -> Sequence[Webhook]: ...

    @property
    def may_register(self) -> bool:
        """Whether the operator lets checks register accounts of their own."""


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
    excludes: Callable[[Operation], bool] = lambda _operation: False
    """Whether the operator wants nothing sent to it: for checks that by nature send what `may_send` leaves out."""
    turn: Callable[[], None] = lambda: None
    """Before a connection of a check's own, a TLS handshake: it waits as a request would, and counts as one.

    Raises `EndedEarlyError`.
    """
    leaves_behind: Callable[[Callable[[], Sequence[str]]], None] = lambda _told: None
    """Takes what tells, at the end of the scan, what a check made and could not delete."""
    lends: Callable[[Operation], bool] = lambda _operation: False
    """Whether a text of an account's own older object may be changed, and is changed back, by this operation."""
    kept: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)
    """What one check learnt and others need, too, by who learns it: asked for once in a scan."""


class Check(Protocol):
    name: str
    """In kebab case."""

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        """What `run` would send, without sending anything."""

    def run(self, bench: Workbench) -> Iterator[Fault]:
        """Faults as they are found."""
