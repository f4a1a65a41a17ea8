"""What is asked of the ledger about services from inside: what agents reported, and what people want of agents.

A page begins after the place where the one before ended; None in the place of a filter means all.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from setpoint.model.inside import Agent, AgentSwitch, CodeSeen, FileReach, Inside, InsideSummary, Place, RouteUse
from setpoint.model.report import AgentReport, Frame, Part, ProcessBill


class InsideReader(Protocol):
    def derived(self, journal: str = "") -> int:
        """The offset up to which reports are worked in: of this journal, 0 where the last ones were another's.

        Without one, of whichever they were. 0 where none are.
        """
        ...

    def services(self) -> Sequence[str]:
        """Every service that an agent reported of, by name."""
        ...

    def version(self, service: str) -> str:
        """Changes when another conclusion about the service might follow."""
        ...

    def inside(self, service: str) -> Inside: ...

    def summary(self, service: str, now: datetime) -> InsideSummary | None:
        """None where no agent ever reported of it."""
        ...

    def agents(
        self, *, service: str | None, since: datetime, after: tuple[str, str, str], limit: int
    ) -> Sequence[Agent]:
        """Those that were heard of since then, in order of service, instance and boot."""
        ...

    def places(self, service: str, *, after: str, limit: int) -> Sequence[Place]:
        """In order of their keys."""
        ...

    def routes(self, service: str, *, after: tuple[str, str], limit: int) -> Sequence[RouteUse]:
        """In order of route and method."""
        ...

    def files(self, service: str, *, after: tuple[str, str], limit: int) -> Sequence[FileReach]:
        """In order of part and file."""
        ...

    def functions(self, service: str, *, after: tuple[str, str, int, str], limit: int) -> Sequence[tuple[Part, Frame]]:
        """In order of part, file, line and name."""
        ...

    def code(self, service: str) -> CodeSeen:
        """All that is known of its code; without anything in it where no agent ever reported of it."""
        ...

    def bills(self, service: str, since: datetime) -> Sequence[ProcessBill]:
        """What each process is made of that was heard of since then, as its agent told; by instance."""
        ...

    def switch_for(self, service: str, instance: str) -> AgentSwitch | None:
        """What somebody wants of this agent; None where nobody ever said so."""
        ...


class ReportTaker(Protocol):
    """Writes under the lease of the one who derives."""

    def take_reports(self, reports: Sequence[AgentReport], offset: int, at: datetime, *, journal: str = "") -> None:
        """Work reports in, and remember the offset up to which the journal, of this identity, is: both or neither.

        What was worked in before counts nothing again.
        """
        ...

    def let_go_boots(self, before: datetime, at: datetime) -> int:
        """What is kept for each of the boots that were last heard of before then; the totals keep their counts.

        How many boots it was.
        """
        ...
