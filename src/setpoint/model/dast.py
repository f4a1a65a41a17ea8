"""A running application seen from outside: its operations, who calls them, what was found. Values of `scan/dast`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from setpoint.model.canonical import Json
from setpoint.model.policy import Severity

WHOLE_SITE: Final = "*"
"""In the place of an operation's path: what is wrong with all of it."""


class Profile(StrEnum):
    """How much a scan may do to its target."""

    PASSIVE = "passive"
    """Only what any visitor's browser asks for; nothing is sent that the application could not expect."""
    SAFE = "safe"
    """Nothing that destroys; writes on the scan's own objects alone."""
    ACTIVE = "active"
    """Also methods that destroy, and payloads that take time: for targets that nobody else uses."""


class PartPlace(StrEnum):
    """Where in a request a part stands."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    COOKIE = "cookie"
    BODY = "body"


class BodyForm(StrEnum):
    """How the parts of a body are written."""

    NONE = ""
    JSON = "application/json"
    FORM = "application/x-www-form-urlencoded"
    MULTIPART = "multipart/form-data"
    XML = "application/xml"
    TEXT = "text/plain"


class KnownFrom(StrEnum):
    """Who told of an operation."""

    DOCUMENT = "document"
    AGENT = "agent"
    """An agent saw its route called."""
    CRAWL = "crawl"
    GUESS = "guess"
    """It was asked for, and answered."""


@dataclass(frozen=True, slots=True)
class Part:
    """A parameter of an operation, or a leaf of its body."""

    place: PartPlace
    name: str
    """Of a body: a JSON Pointer (RFC 6901), or the field of a form."""
    schema: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """JSON Schema, with references resolved; empty where nothing is known."""
    example: Json = field(default=None, hash=False)
    is_required: bool = False
    style: str = ""
    """How a list or an object is written, as OpenAPI names it (`form`, `pipeDelimited`, …); `json`: as one text.

    Empty: as the place usually has it.
    """
    is_exploded: bool | None = None
    """Whether each element stands by itself; None: as the style usually has it."""


@dataclass(frozen=True, slots=True)
class Link:
    """What the document says of where a value goes (OpenAPI 3.1, 4.8.20)."""

    operation: str
    """The name or the key of the operation that takes it."""
    part: str
    expression: str
    """`$response.body#/id`."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One method on one path."""

    method: str
    """In capitals."""
    path: str
    """A template, as OpenAPI writes it: `/orders/{id}`; without the query."""
    parts: tuple[Part, ...] = ()
    body: BodyForm = BodyForm.NONE
    name: str = ""
    """Its `operationId`."""
    summary: str = ""
    tags: tuple[str, ...] = ()
    security: tuple[tuple[str, ...], ...] | None = None
    """What the document asks of callers: one of these sets of schemes; empty for nobody; None where it does not say."""
    responses: Mapping[str, Json] = field(default_factory=dict, hash=False)
    """Status, or `2XX`, or `default` → JSON Schema of the body."""
    known_from: frozenset[KnownFrom] = frozenset()
    writes: bool | None = None
    """Whether an agent saw it change state; None where none watches."""
    page: str = ""
    """Of a form: address, below the base, of the page that it stands on, which its token is taken from."""
    scopes: tuple[str, ...] = ()
    """What its security asks of a token."""
    links: tuple[Link, ...] = ()

    @property
    def key(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class CredentialScheme:
    """How callers say who they are, as `securitySchemes` of the document have it."""

    name: str
    """As operations ask for it in their `security`."""
    place: PartPlace
    field: str
    """Of the header, the parameter or the cookie."""
    prefix: str = ""
    """Goes before the credential: `Bearer `."""


@dataclass(frozen=True, slots=True)
class Surface:
    """All that a scan knows of a target."""

    base: str
    """Scheme, host, port and the path that all operations are below; without a slash at its end."""
    operations: tuple[Operation, ...]
    remarks: tuple[str, ...] = ()
    """What of it could not be read, a clause each."""
    schemes: tuple[CredentialScheme, ...] = ()
    """Keys, passwords and bearer tokens that the document names, by name."""


@dataclass(frozen=True, slots=True)
class Caller:
    """An account that the scan may use, or nobody."""

    name: str
    """As `auth.yaml` calls it; empty for nobody."""
    role: str = ""
    rank: int = 0
    """Of its role: more may do more."""


ANONYMOUS = Caller("")


@dataclass(frozen=True, slots=True)
class Sent:
    """A request as it went out."""

    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    caller: str = ""
    """Whose credentials it carries; they are in `headers`, and are never shown."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: tuple[tuple[str, str], ...]
    """Names in lower case, in their order."""
    body: bytes
    """As much of it as is read."""
    is_whole: bool = True
    seconds: float = 0.0

    def header(self, name: str) -> str:
        """The first of this name, in lower case; empty where there is none."""
        return next((value for each, value in self.headers if each == name), "")


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer."""

    sent: Sent
    answer: Answer | None
    """None where none came."""
    failure: str = ""
    """Why none came."""


class Certainty(StrEnum):
    """What a finding rests on."""

    CONFIRMED = "confirmed"
    """State changed or was shown that should not have been, or an agent saw it happen for this very request."""
    DIFFERENTIAL = "differential"
    """True and false variants were answered differently, again and again."""
    OBSERVED = "observed"
    """It stands in the answer itself: a header, a file, a version."""


@dataclass(frozen=True, slots=True)
class Fault:
    """What a scan found wrong with an operation, or with the whole site."""

    kind: str
    """`object-level-authorisation`, `sql-injection`, `missing-hsts`, …; names its rule."""
    cwe: int
    owasp: str
    """Of the API Security Top 10 of 2023 (`API1:2023`), or of the Top 10 of 2021 (`A05:2021`)."""
    severity: Severity
    certainty: Certainty
    method: str
    path: str
    """The operation's template; `*` for the whole site."""
    part: str = ""
    """`<place>:<name>` of the part at fault."""
    caller: str = ""
    message: str = ""
    """What is wrong, and what would do, in one or two sentences, without any secret."""
    proof: tuple[Exchange, ...] = ()
    """As few as show it, in their order."""
    difference: str = ""
    """What in the answers shows it, in one clause."""
    examples: tuple[str, ...] = ()
    """Other operations with the same fault, where it is told once for all."""
    check: str = ""
    """That found it."""

    @property
    def key(self) -> str:
        """The same whenever the same fault is found again."""
        return "|".join((self.kind, self.method, self.path, self.part))


@dataclass(frozen=True, slots=True)
class PlannedRequest:
    """What would be sent, before anything is."""

    operation: str
    check: str
    caller: str
    at_most: int
    """How many of them, where every sign is followed to its end."""
    usual: int | None = None
    """How many a sound service of this shape gets, as nothing has to be followed up; None: as many as at most."""

    @property
    def about(self) -> int:
        """How many of them are to be expected."""
        return self.at_most if self.usual is None else min(self.usual, self.at_most)


@dataclass(frozen=True, slots=True)
class DastReport:
    """How a scan went."""

    base: str
    profile: Profile
    faults: Sequence[Fault]
    requests: int
    seconds: float
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Operation → why nothing was sent to it."""
    ended_early: str = ""
    """Why not all was done; empty where it was."""
    is_final: bool = True
    """False while the scan goes on."""
    checks: Mapping[str, str] = field(default_factory=dict)
    """Check → why it could not be made; empty for one that was."""
    remarks: Sequence[str] = ()
    """What people should know: what could not be read of the surface, what the scan made and left behind."""
    operations: Sequence[str] = ()
    """All that the service is known to have, by their keys; those that were left out, too."""
    callers: Sequence[str] = ()
    """The scan's accounts, by name."""
    has_agents: bool = False
    """Whether agents told of its requests."""
    doubts: Sequence[str] = ()
    """What was not tested, a clause each, though nothing ended early and every check was made."""


@dataclass(frozen=True, slots=True)
class DastPlan:
    """What a scan would do."""

    base: str
    profile: Profile
    requests: Sequence[PlannedRequest]
    left_out: Mapping[str, str] = field(default_factory=dict)
    """Operation → why nothing would be sent to it."""
    remarks: Sequence[str] = ()
    rate: float = 0.0
    """Requests a second at most; 0 where that is not known."""

    @property
    def about(self) -> int:
        """Requests in all, as are to be expected."""
        return sum(each.about for each in self.requests)

    @property
    def at_most(self) -> int:
        """Requests in all, where every sign is followed to its end."""
        return sum(each.at_most for each in self.requests)

    @property
    def seconds(self) -> float:
        """How long those that are to be expected take at that rate."""
        return self.about / self.rate if self.rate else 0.0
