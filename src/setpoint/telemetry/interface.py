"""What a worker says of its work, whoever listens."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Final, Protocol

Fact = str | bool | int | float

AWS_CALLS: Final = "setpoint.aws.calls"
AWS_DURATION: Final = "setpoint.aws.duration"


class Span(Protocol):
    """A piece of work that is under way."""

    def step(self, name: str) -> None:
        """Its next step begins; the one before has ended."""
        ...

    def rename(self, name: str) -> None:
        """Now that it is known what it is."""
        ...

    def note(self, **facts: Fact) -> None:
        """What is known of it by now."""
        ...


class Telemetry(Protocol):
    """May be used by all threads."""

    def span(
        self, name: str, *, asked_by: Mapping[str, str] | None = None, tally: str = "", **facts: Fact
    ) -> AbstractContextManager[Span]:
        """Work from here to there, as part of what the thread is busy with; it failed where an exception leaves it.

        `asked_by` has the headers of a call from another process (W3C Trace Context). `tally` is a count whose growth
        meanwhile is noted, for work of which the process does one at a time.
        """
        ...

    def count(self, name: str, by: int = 1, **labels: Fact) -> None:
        """So many more of what is counted under this name."""
        ...

    def measure(self, name: str, seconds: float, **labels: Fact) -> None:
        """One more duration among those of this name."""
        ...


class _SilentSpan:
    def step(self, name: str) -> None:
        pass

    def rename(self, name: str) -> None:
        pass

    def note(self, **facts: Fact) -> None:
        pass


class Silent:
    """Nobody listens."""

    def span(self, name: str, **facts: object) -> AbstractContextManager[Span]:  # noqa: ARG002 - nobody listens
        return _NOBODY

    def count(self, name: str, by: int = 1, **labels: Fact) -> None:
        pass

    def measure(self, name: str, seconds: float, **labels: Fact) -> None:
        pass


_NOBODY: Final = nullcontext(_SilentSpan())

SILENT: Final[Telemetry] = Silent()
