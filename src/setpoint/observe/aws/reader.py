"""What every reader of one resource type promises, and the reading in which it notes what it saw and what it could not.

To add a type: write a `Reader` in the module of its service and name it in `observer.READERS`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Protocol

from setpoint.aws import AwsClients, client_errors, error_code, reason, translate
from setpoint.errors import CouldNotTellError
from setpoint.model.canonical import Json
from setpoint.model.resource import Absent, Resource, Unread
from setpoint.model.snapshot import Area, Extent
from setpoint.model.urn import GLOBAL, Urn
from setpoint.observe.aws.shape import encodable

SOURCE = "aws"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader reads: one region of one account, or what the account has once."""

    clients: AwsClients
    partition: str
    account: str
    region: str
    """As in URNs: `global` for what has no region."""

    def client(self, service: str) -> Any:
        region = self.clients.settings.home if self.region == GLOBAL else self.region
        return self.clients.client(service, region)

    def area(self, type_name: str) -> Area:
        return Area(self.partition, self.account, self.region, type_name)

    def urn(self, type_name: str, identifier: str) -> Urn:
        return Urn.aws(self.partition, self.account, self.region, type_name, identifier)


@dataclass(frozen=True, slots=True)
class Listed:
    """One entity as a listing named it."""

    identifier: str
    region: str = ""
    """Only where one listing tells of every region: the entity's own; empty when even that could not be read."""
    said: Mapping[str, Json] | None = None
    """What the listing said of it. None only in a look without a listing, where even its existence is in question."""
    unread: str = ""
    """Why its region could not be read, or why others beside it could not be listed."""
    provided_by: str = ""
    """Where AWS made it by itself, as a call beside the listing told: who did."""


class Spread(StrEnum):
    """How a type's entities lie over the regions."""

    REGIONAL = "regional"
    """Every region has its own, and lists its own."""
    GLOBAL = "global"
    """The account has them once."""
    LISTED_ONCE = "listed once"
    """Every region has its own, and one listing tells of all."""


class NotOfferedError(Exception):
    """AWS has no such entities here, or no way to read them: asking again does not help. Says why, in a clause."""


class VanishedError(Exception):
    """What AWS answered shows that there is no such entity. Never leaves `Reader.observe`."""


class Reading:
    """One entity while it is being read."""

    def __init__(self, gone: Collection[str]) -> None:
        self.properties: dict[str, Json] = {}
        self.unread: dict[str, str] = {}
        self.provided_by = ""
        self._gone = gone

    def put(self, name: str, value: Json) -> None:
        """Keep a property; None and the empty string are AWS's ways to say that it is not set."""
        if value is not None and value != "":
            self.properties[name] = value

    @contextmanager
    def whole(self, action: str) -> Iterator[None]:
        """A call without whose answer nothing can be said of the entity."""
        try:
            yield
        except client_errors() as error:
            if error_code(error) in self._gone:
                raise VanishedError from error
            raise translate(error, action) from error

    @contextmanager
    def part(self, path: str, action: str, *, absent: Collection[str] = ()) -> Iterator[None]:
        """A call about one property: a code of `absent` says that it is not set, any other that it is not known."""
        try:
            yield
        except client_errors() as error:
            code = error_code(error)
            if code in absent:
                return
            if code in self._gone:
                raise VanishedError from error
            self.unread[path] = reason(error, action)


class TypeReader(Protocol):
    """What the observer asks of a reader: of a `Reader`, and of the one that reads any type through Cloud Control."""

    @property
    def type(self) -> str: ...

    @property
    def spread(self) -> Spread: ...

    @property
    def extent(self) -> Extent:
        """How much of an area it has read when nothing that it asked for was refused."""
        ...

    @property
    def limit(self) -> str:
        """Why it can never read more than what is declared; empty where it can."""
        ...

    @property
    def lists(self) -> str: ...

    @property
    def permissions(self) -> tuple[str, ...]: ...

    @property
    def calls(self) -> int:
        """How many calls reading one entity takes that was listed."""
        ...

    @property
    def charged(self) -> Mapping[str, int]:
        """The same by the service that may charge for them."""
        ...

    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        """The entities, page by page. Raises botocore's errors, and `NotOfferedError`."""
        ...

    def observe(self, place: Place, entity: Listed) -> Resource | Absent | Unread: ...


class Reader(ABC):
    """Reads the entities of one type by its service's own API. Keeps no state: threads share it."""

    type: ClassVar[str]
    spread: ClassVar[Spread] = Spread.REGIONAL
    extent: ClassVar[Extent] = Extent.WHOLE
    limit: ClassVar[str] = ""
    lists: ClassVar[str]
    """The IAM action of the listing."""
    calls: ClassVar[int]
    """How many calls reading one entity takes that was listed, at least."""
    permissions: ClassVar[tuple[str, ...]]
    """Every IAM action that it needs, the listing's among them."""
    properties: ClassVar[frozenset[str]]
    """The properties that it fills in where they are set. All others that the schema knows are `not_read` facts."""
    gone: ClassVar[frozenset[str]]
    """Error codes that say that the entity does not exist."""

    @property
    def charged(self) -> Mapping[str, int]:
        return {self.lists.partition(":")[0]: self.calls}

    @abstractmethod
    def pages(self, place: Place) -> Iterator[Sequence[Listed]]:
        """The entities, page by page. Raises botocore's errors."""

    @abstractmethod
    def read(self, place: Place, entity: Listed, reading: Reading) -> None:
        """Fill in the reading, with its context managers around every call."""

    def observe(self, place: Place, entity: Listed) -> Resource | Absent | Unread:
        """One entity, with everything that could and could not be read of it."""
        urn = place.urn(self.type, entity.identifier)
        reading = Reading(self.gone)
        try:
            self.read(place, entity, reading)
        except VanishedError:
            return Absent(urn)
        except CouldNotTellError as error:
            return Unread(urn, error.what)
        properties = encodable(reading.properties)
        return Resource(urn, properties, SOURCE, reading.unread, provided_by=reading.provided_by)
