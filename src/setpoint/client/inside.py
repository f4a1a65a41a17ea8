"""Agents and what they report, asked of a server: `client.source` uses it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from setpoint.client.connection import Connection, asked
from setpoint.model.inside import Agent, AgentSwitch, Derivation, FileReach, InsideSummary, Place, RouteUse, Wanted
from setpoint.model.report import Frame, Part
from setpoint.wire.agent import AgentDocument, DerivationDocument, SwitchDocument, SwitchRequest
from setpoint.wire.inside import FileDocument, FlowDocument, FunctionDocument, RouteDocument, RuntimeDocument
from setpoint.wire.page import Page


class RemoteInside:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def agents(self, service: str | None, *, include_gone: bool) -> Sequence[Agent]:
        wanted = include_gone or None
        found = self._connection.items("/agents", Page[AgentDocument], service=service, include_gone=wanted)
        return [each.model() for each in found]

    def derivation(self) -> Derivation:
        return self._connection.get("/agents/derivation", DerivationDocument).model()

    def runtime(self, service: str) -> InsideSummary:
        return self._connection.get(_path(service), RuntimeDocument).model()

    def routes(self, service: str) -> Sequence[RouteUse]:
        return [each.model() for each in self._connection.items(_path(service, "routes"), Page[RouteDocument])]

    def files(self, service: str) -> Sequence[FileReach]:
        return [each.model() for each in self._connection.items(_path(service, "files"), Page[FileDocument])]

    def functions(self, service: str) -> Iterator[tuple[Part, Frame]]:
        for each in self._connection.items(_path(service, "functions"), Page[FunctionDocument]):
            yield each.model()

    def flows(self, service: str) -> Sequence[Place]:
        return [each.model() for each in self._connection.items(_path(service, "flows"), Page[FlowDocument])]

    def switch(self, service: str, instance: str, wanted: Wanted, reason: str) -> AgentSwitch:
        body = asked(lambda: SwitchRequest(service=service, instance=instance or None, agent=wanted, reason=reason))
        return self._connection.post("/agents/switch", body, SwitchDocument).model()


def _path(service: str, *parts: str) -> str:
    return "/".join((f"/services/{quote(service, safe='')}/runtime", *parts))
