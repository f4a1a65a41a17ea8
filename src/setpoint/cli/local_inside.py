"""Agents and what they report, answered from the ledger of this machine; see `source`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Final, TypeVar

from setpoint.cli.actor import actor
from setpoint.loop import agents, instructions
from setpoint.model.health import Status
from setpoint.model.inside import Agent, AgentSwitch, Derivation, FileReach, InsideSummary, Place, RouteUse, Wanted
from setpoint.model.report import Frame, Part
from setpoint.store.interface import InsideReader, Ledger, LedgerReader

AT_ONCE: Final = 1_000
"""Rows that are in memory at one time."""

Item = TypeVar("Item")
Position = TypeVar("Position")


class LocalInside:
    def __init__(
        self,
        reader: Callable[[], LedgerReader],
        open_ledger: Callable[[], AbstractContextManager[Ledger]],
        status: Callable[[], Status],
        expect_known: Callable[[str | None], str | None],
    ) -> None:
        """`expect_known` raises `NotFoundError` for a service of which nothing is known."""
        self._open = reader
        self._open_ledger = open_ledger
        self._status = status
        self._expect_known = expect_known

    def agents(self, service: str | None, *, include_gone: bool) -> Sequence[Agent]:
        known, reader = self._expect_known(service), self._open()
        since = agents.heard_since(instructions.time_of(reader), include_gone=include_gone)
        pages = _paged(
            lambda after: reader.inside().agents(service=known, since=since, after=after, limit=AT_ONCE),
            ("", "", ""),
            lambda each: (each.service, each.instance, each.boot),
        )
        return list(pages)

    def derivation(self) -> Derivation:
        return agents.derivation(self._open(), self._status)

    def runtime(self, service: str) -> InsideSummary:
        return agents.summary(self._inside(service), service, instructions.time_of(self._open()))

    def routes(self, service: str) -> Sequence[RouteUse]:
        inside = self._inside(service)
        return list(
            _paged(
                lambda after: inside.routes(service, after=after, limit=AT_ONCE),
                ("", ""),
                lambda each: (each.route, each.method),
            )
        )

    def files(self, service: str) -> Sequence[FileReach]:
        inside = self._inside(service)
        return list(
            _paged(
                lambda after: inside.files(service, after=after, limit=AT_ONCE),
                ("", ""),
                lambda each: (str(each.part), each.file),
            )
        )

    def functions(self, service: str) -> Iterator[tuple[Part, Frame]]:
        inside = self._inside(service)
        return _paged(
            lambda after: inside.functions(service, after=after, limit=AT_ONCE),
            ("", "", -1, ""),
            lambda each: (str(each[0]), each[1].file, each[1].line, each[1].function),
        )

    def flows(self, service: str) -> Sequence[Place]:
        inside = self._inside(service)
        return list(_paged(lambda after: inside.places(service, after=after, limit=AT_ONCE), "", lambda each: each.key))

    def switch(self, service: str, instance: str, wanted: Wanted, reason: str) -> AgentSwitch:
        self._expect_known(service)
        with self._open_ledger() as ledger:
            return agents.switch_agents(service, instance, wanted, reason, actor(), ledger, ledger.visitor())

    def _inside(self, service: str) -> InsideReader:
        self._expect_known(service)
        return self._open().inside()


def _paged(
    read: Callable[[Position], Sequence[Item]], first: Position, place: Callable[[Item], Position]
) -> Iterator[Item]:
    """Every item, a page in memory at a time."""
    found = read(first)
    while found:
        yield from found
        if len(found) < AT_ONCE:
            return
        found = read(place(found[-1]))
