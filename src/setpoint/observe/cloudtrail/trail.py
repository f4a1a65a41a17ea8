"""What a source of logs hands over, a piece at a time; `folder`, `bucket` and `queue` are such sources."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from setpoint.model.permission_use import Forgetting, Gap
from setpoint.observe.cloudtrail.layout import Place
from setpoint.observe.interface import TrailKeeper


@dataclass(frozen=True, slots=True)
class Log:
    name: str
    """As the source calls it, and nothing else there."""
    data: bytes = field(repr=False)
    """As it lay there, packed or not."""
    at: datetime
    """When it was delivered, or read, where its name does not say."""
    place: Place | None = None
    """Where what it holds happened, where its name says so."""


def _nothing() -> None:
    """What is to be done about what was only looked at."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What is kept in one go."""

    logs: tuple[Log, ...] = ()
    marks: Mapping[str, str] = field(default_factory=dict)
    """Part of the source → up to where it is read once this is kept."""
    gaps: tuple[Gap, ...] = ()
    quiet: Mapping[Place, tuple[datetime, ...]] = field(default_factory=dict)
    """Hours of which it is proven what there was to log, were it nothing."""
    forget: Forgetting | None = None
    passed_over: tuple[str, ...] = ()
    """Messages that are not understood, and stay where they are: why, of each."""
    done: Callable[[], None] = _nothing
    """To be called once it is kept: lets go of what told of it."""


class TrailSource(Protocol):
    @property
    def name(self) -> str:
        """Under which the ledger remembers what was read of it."""
        ...

    def deliveries(self, keeper: TrailKeeper, now: datetime) -> Iterator[Delivery]:
        """Everything that is new; each is kept before the next one is asked for.

        `CouldNotTellError` where the source cannot be read on; what was kept stays.
        """
        ...
