"""Bills of materials, instances and what is affected, asked of a server: `client.source` uses it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import quote

from setpoint.client.connection import Connection, asked
from setpoint.compare.component.running import ReleaseDrift
from setpoint.errors import InputError
from setpoint.loop.affected import AffectedAnswer
from setpoint.loop.stock import TakenBill
from setpoint.model.canonical import Json
from setpoint.model.component import Sbom
from setpoint.model.inventory import Instance
from setpoint.model.service import Release
from setpoint.store.interface import Reported
from setpoint.wire.affected import MOST_HITS, AffectedDocument, AffectedRequest
from setpoint.wire.component_drift import ServiceDriftDocument
from setpoint.wire.instance import (
    MOST_INSTANCES,
    InstanceDocument,
    InstanceReport,
    InstancesRequest,
    RemovedDocument,
    ReportedDocument,
)
from setpoint.wire.page import Page
from setpoint.wire.sbom import IN_BODY, SbomDocument, SbomRequest, SbomsDocument, TakenSbomDocument


class RemoteInventory:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_sbom(self, octets: bytes, where: str, release: Release | None, image: str) -> TakenBill:
        document = _text(octets, where)
        service, version = (release.service, release.version) if release is not None else (None, None)
        wanted = asked(lambda: SbomRequest(service=service, version=version, image=image, document=document))
        try:
            return self._connection.post("/sboms", wanted, TakenSbomDocument).model()
        except InputError as error:
            # The server knows the file by its place in the body.
            raise InputError(error.what, where=error.where.replace(IN_BODY, where, 1), remedy=error.remedy) from error

    def sbom(self, digest: str) -> Sbom:
        return self._connection.get(f"/sboms/{quote(digest, safe='')}", SbomDocument).model()

    def sbom_of(self, release: Release) -> Sbom:
        path = f"/services/{quote(release.service, safe='')}/sbom"
        return self._connection.get(path, SbomDocument, version=release.version).model()

    def sboms(self, service: str) -> tuple[Mapping[str, str], Mapping[str, int]]:
        found = self._connection.get(f"/services/{quote(service, safe='')}/sboms", SbomsDocument)
        return found.releases, found.running

    def instances(self, service: str | None) -> Iterator[Instance]:
        for each in self._connection.items("/instances", Page[InstanceDocument], service=service):
            yield each.model()

    def instances_without_bill(self) -> Iterator[Instance]:
        for each in self._connection.items("/instances/without-bill", Page[InstanceDocument]):
            yield each.model()

    def report(self, instances: Sequence[Instance]) -> Reported:
        new = moved = 0
        for start in range(0, len(instances), MOST_INSTANCES):
            some = instances[start : start + MOST_INSTANCES]
            told = self._connection.post("/instances", _instances(some), ReportedDocument)
            new, moved = new + told.new, moved + told.moved
        return Reported(new, moved, frozenset())

    def remove(self, service: str, identity: str) -> int:
        path = f"/services/{quote(service, safe='')}/instances"
        return self._connection.delete(path, RemovedDocument, id=identity).removed

    def drift(self, service: str) -> Sequence[ReleaseDrift]:
        path = f"/services/{quote(service, safe='')}/components/drift"
        return self._connection.get(path, ServiceDriftDocument).model()

    def affected(self, what: str | Sequence[Json], *, most: int) -> AffectedAnswer:
        answer, after = self._affected(what, "", most)
        while after and len(answer.hits) < most:
            more, after = self._affected(what, after, most - len(answer.hits))
            answer = replace(answer, hits=(*answer.hits, *more.hits), is_cut=more.is_cut)
        return answer

    def _affected(self, what: str | Sequence[Json], after: str, most: int) -> tuple[AffectedAnswer, str]:
        question = {"what": what} if isinstance(what, str) else {"advisories": tuple(what)}
        wanted = asked(lambda: AffectedRequest(limit=min(most, MOST_HITS), after=after, **question))
        found = self._connection.post("/affected", wanted, AffectedDocument, once=False)
        return found.model(), found.next


def _instances(some: Sequence[Instance]) -> InstancesRequest:
    return asked(lambda: InstancesRequest(instances=tuple(InstanceReport.of(each) for each in some)))


def _text(octets: bytes, where: str) -> str:
    """As it is, so that the server says the same of it as would be said here."""
    try:
        return octets.decode()
    except UnicodeDecodeError as error:
        raise InputError(f"this is not UTF-8 (byte {error.start})", where=where) from error
