"""Which instances an advisory bears on: the question, and a page of the answer."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import Field

from setpoint.loop.affected import MOST_ADVISORIES, AffectedAnswer
from setpoint.model.component import PackageName
from setpoint.model.inventory import AffectedService, Flaw, Hit, Reached
from setpoint.model.policy import Severity
from setpoint.model.service import Exposure, Tier
from setpoint.wire.document import Document, Name, example
from setpoint.wire.instance import INSTANCE_EXAMPLE, InstanceDocument

MOST_HITS: Final = 1_000
"""Instances in one answer."""

LONGEST_PLACE: Final = 16 * 1024
"""Characters of where a page ended: a service and an instance fit, however long they are spelt."""

_PURL: Final = "pkg:pypi/requests@2.31.0"
_FLAW: Final[dict[str, Any]] = {
    "id": "CVE-2024-35195",
    "names": ["CVE-2024-35195", "GHSA-9wx4-h78v-vm56"],
    "advisories": ["GHSA-9wx4-h78v-vm56"],
    "summary": "Requests does not verify certificates of later connections",
    "severity": "medium",
}
_SERVICE: Final[dict[str, Any]] = {
    "service": "payments",
    "instances": 3,
    "could_not_compare": 0,
    "tier": "critical",
    "exposure": "internet",
    "owner": "payments-team",
}
_HIT: Final[dict[str, Any]] = {
    "instance": INSTANCE_EXAMPLE,
    "type": "pypi",
    "package": "requests",
    "version": "2.31.0",
    "purl": _PURL,
    "advisory": "GHSA-9wx4-h78v-vm56",
    "could_not_compare": False,
    "fixed": ["2.32.0"],
    "reached": "loaded",
    "reached_by": "imports",
    "tier": "critical",
    "exposure": "internet",
    "owner": "payments-team",
    "waived_by": "",
    "advisories": ["GHSA-9wx4-h78v-vm56"],
}


class AffectedRequest(Document):
    """An advisory's id, a package with versions, or advisories in OSV's format that nobody need know yet."""

    model_config = example(what="pkg:pypi/requests@<2.32", limit=100)

    what: Name | None = None
    advisories: Annotated[tuple[dict[str, Any], ...], Field(max_length=MOST_ADVISORIES)] = ()
    limit: Annotated[int, Field(ge=1, le=MOST_HITS)] = MOST_HITS
    after: str = Field(default="", max_length=LONGEST_PLACE, description="`next` of the page before.")


class FlawDocument(Document):
    """One problem, however many advisories speak of it."""

    model_config = example(**_FLAW)

    id: str
    names: tuple[str, ...]
    advisories: tuple[str, ...]
    summary: str
    severity: Severity

    @classmethod
    def of(cls, flaw: Flaw) -> Self:
        return cls(
            id=flaw.id, names=flaw.names, advisories=flaw.advisories, summary=flaw.summary, severity=flaw.severity
        )

    def model(self) -> Flaw:
        return Flaw(self.id, self.names, self.advisories, self.summary, self.severity)


class AffectedServiceDocument(Document):
    model_config = example(**_SERVICE)

    service: str
    instances: int
    could_not_compare: int
    tier: Tier
    exposure: Exposure
    owner: str

    @classmethod
    def of(cls, each: AffectedService) -> Self:
        return cls(
            service=each.service,
            instances=each.instances,
            could_not_compare=each.could_not_compare,
            tier=each.tier,
            exposure=each.exposure,
            owner=each.owner,
        )

    def model(self) -> AffectedService:
        return AffectedService(
            self.service, self.instances, self.could_not_compare, self.tier, self.exposure, self.owner
        )


class HitDocument(Document):
    """One instance with an affected component."""

    model_config = example(**_HIT)

    instance: InstanceDocument
    type: str
    package: str
    version: str
    purl: str
    advisory: str
    could_not_compare: bool
    fixed: tuple[str, ...]
    reached: Reached
    reached_by: str
    tier: Tier
    exposure: Exposure
    owner: str
    waived_by: str
    advisories: tuple[str, ...] = Field(description="All that speak of it; `advisory` is the worst of them.")

    @classmethod
    def of(cls, hit: Hit) -> Self:
        return cls(
            instance=InstanceDocument.of(hit.instance),
            type=hit.package.type,
            package=hit.package.name,
            version=hit.version,
            purl=hit.purl,
            advisory=hit.advisory,
            could_not_compare=hit.could_not_compare,
            fixed=hit.fixed,
            reached=hit.reached,
            reached_by=hit.reached_by,
            tier=hit.tier,
            exposure=hit.exposure,
            owner=hit.owner,
            waived_by=hit.waived_by,
            advisories=hit.advisories,
        )

    def model(self) -> Hit:
        return Hit(
            self.instance.model(),
            PackageName(self.type, self.package),
            self.version,
            self.purl,
            self.advisory,
            self.could_not_compare,
            self.fixed,
            self.reached,
            self.reached_by,
            self.tier,
            self.exposure,
            self.owner,
            self.waived_by,
            self.advisories,
        )


class AffectedDocument(Document):
    """Every service that is affected, and a page of its instances."""

    model_config = example(
        title="CVE-2024-35195",
        flaws=[_FLAW],
        services=[_SERVICE],
        instances=3,
        could_not_compare=0,
        unknown=1,
        hits=[_HIT],
        next="",
    )

    title: str
    flaws: tuple[FlawDocument, ...]
    services: tuple[AffectedServiceDocument, ...]
    instances: int
    could_not_compare: int
    unknown: int = Field(description="Instances of which no bill is known: they may be affected, too.")
    hits: tuple[HitDocument, ...]
    next: str = Field(description="Give it as `after` for the next page; empty after the last.")
    unread: Annotated[
        tuple[str, ...], Field(description="Where there may be instances that nobody knows of, and why.")
    ] = ()

    @classmethod
    def of(cls, answer: AffectedAnswer, after: str) -> Self:
        return cls(
            title=answer.title,
            flaws=tuple(FlawDocument.of(each) for each in answer.flaws),
            services=tuple(AffectedServiceDocument.of(each) for each in answer.services),
            instances=answer.instances,
            could_not_compare=answer.could_not_compare,
            unknown=answer.unknown,
            hits=tuple(HitDocument.of(each) for each in answer.hits),
            next=after,
            unread=answer.unread,
        )

    def model(self) -> AffectedAnswer:
        """Where its next page begins is the server's to understand: `next`."""
        return AffectedAnswer(
            title=self.title,
            flaws=tuple(each.model() for each in self.flaws),
            services=tuple(each.model() for each in self.services),
            instances=self.instances,
            could_not_compare=self.could_not_compare,
            unknown=self.unknown,
            hits=tuple(each.model() for each in self.hits),
            is_cut=bool(self.next),
            after=None,
            unread=self.unread,
        )
