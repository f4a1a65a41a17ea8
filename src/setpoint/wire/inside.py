"""A service from inside: how much is known, its routes, the functions that were reached, its weak places."""

from __future__ import annotations

from typing import Self

from pydantic import Field

from setpoint.model.inside import FileReach, InsideSummary, Place, RouteUse
from setpoint.model.report import Coverage, Frame, Origin, Part, Sighting
from setpoint.wire.document import Document, Moment, example

_FRAME = {"file": "shop/store.py", "line": 12, "function": "Store.find"}
_ORIGIN = {"part": "query", "name": "q", "shape": "a{4}", "fingerprint": "89abcdef0123456789abcdef01234567"}


class RuntimeDocument(Document):
    """How much is known of a service from inside."""

    model_config = example(
        service="payments", agents=2, coverage="sampled", places=3, routes=12, functions=1840, full=[]
    )

    service: str
    agents: int = Field(description="That were heard of within the last hour.")
    coverage: Coverage = Field(description="The least exact of theirs: what sampling did not see may have run.")
    places: int
    routes: int
    functions: int
    full: tuple[str, ...] = Field(description="Of what as much is kept as can be, so that more may have been seen.")

    @classmethod
    def of(cls, summary: InsideSummary) -> Self:
        return cls(
            service=summary.service,
            agents=summary.agents,
            coverage=summary.coverage,
            places=summary.places,
            routes=summary.routes,
            functions=summary.functions,
            full=summary.full,
        )

    def model(self) -> InsideSummary:
        return InsideSummary(
            self.service, self.agents, self.coverage, self.places, self.routes, self.functions, self.full
        )


class RouteDocument(Document):
    """What a route did, in all instances together."""

    model_config = example(
        route="/orders/{id}",
        method="POST",
        framework="fastapi",
        calls=1200,
        statuses={"2xx": 1190, "5xx": 10},
        latency={"0.005": 1100, "0.01": 90, "inf": 10},
        seconds=4.25,
        effects={"rows-written": 1190},
        last_seen="2026-05-31T12:00:00Z",
    )

    route: str
    method: str
    framework: str
    calls: int
    statuses: dict[str, int] = Field(description="By class; `error` for an exception that reached the server.")
    latency: dict[str, int] = Field(
        description="Upper bound in seconds → calls that took no longer, and longer than the bound before."
    )
    seconds: float
    effects: dict[str, int]
    last_seen: Moment

    @classmethod
    def of(cls, route: RouteUse) -> Self:
        return cls(
            route=route.route,
            method=route.method,
            framework=route.framework,
            calls=route.calls,
            statuses=dict(route.statuses),
            latency=dict(route.latency),
            seconds=route.seconds,
            effects=dict(route.effects),
            last_seen=route.last_seen,
        )

    def model(self) -> RouteUse:
        return RouteUse(
            self.route,
            self.method,
            self.framework,
            self.calls,
            self.statuses,
            self.latency,
            self.seconds,
            self.effects,
            self.last_seen,
        )


class FileDocument(Document):
    """How many functions of a file were reached."""

    model_config = example(part="application", file="shop/store.py", functions=7)

    part: Part
    file: str
    functions: int

    @classmethod
    def of(cls, reach: FileReach) -> Self:
        return cls(part=reach.part, file=reach.file, functions=reach.functions)

    def model(self) -> FileReach:
        return FileReach(self.part, self.file, self.functions)


class FunctionDocument(Document):
    """A function that was reached."""

    model_config = example(part="application", **_FRAME)

    part: Part
    file: str
    line: int
    function: str

    @classmethod
    def of(cls, reached: tuple[Part, Frame]) -> Self:
        part, frame = reached
        return cls(part=part, file=frame.file, line=frame.line, function=frame.function)

    def model(self) -> tuple[Part, Frame]:
        return self.part, Frame(self.file, self.line, self.function)


class FrameDocument(Document):
    """A function in a file, at a line."""

    model_config = example(**_FRAME)

    file: str
    line: int
    function: str

    @classmethod
    def of(cls, frame: Frame) -> Self:
        return cls(file=frame.file, line=frame.line, function=frame.function)

    def model(self) -> Frame:
        return Frame(self.file, self.line, self.function)


class OriginDocument(Document):
    """The part of a request that a value came from; never the value."""

    model_config = example(**_ORIGIN)

    part: str
    name: str
    shape: str
    fingerprint: str

    @classmethod
    def of(cls, origin: Origin) -> Self:
        return cls(part=origin.part, name=origin.name, shape=origin.shape, fingerprint=origin.fingerprint)

    def model(self) -> Origin:
        return Origin(self.part, self.name, self.shape, self.fingerprint)


class FlowDocument(Document):
    """A weak place: where input of a request reaches what it should not, or a call that is weak by itself."""

    model_config = example(
        service="payments",
        key="0123456789abcdef0123456789abcdef",
        type="sql-injection",
        cwe=89,
        sink="sqlite3.Cursor.execute",
        frames=[_FRAME],
        origins=[_ORIGIN],
        context="string literal",
        method="GET",
        route="/search",
        confidence=0.9,
        count=17,
        attacks=2,
        first="2026-05-31T12:00:00Z",
        last="2026-05-31T12:05:00Z",
        probes=[],
        releases={"1.4.2": "2026-05-31T12:05:00Z"},
    )

    service: str
    key: str
    type: str
    cwe: int
    sink: str
    frames: tuple[FrameDocument, ...]
    origins: tuple[OriginDocument, ...]
    context: str
    method: str
    route: str
    confidence: float
    count: int
    attacks: int = Field(description="How often input was seen to cross a boundary of the sink's language.")
    first: Moment
    last: Moment
    probes: tuple[str, ...]
    releases: dict[str, Moment] = Field(
        description="In which it was seen, and when last; empty where nobody said which."
    )

    @classmethod
    def of(cls, place: Place) -> Self:
        sighting = place.sighting
        return cls(
            service=place.service,
            key=place.key,
            type=sighting.kind,
            cwe=sighting.cwe,
            sink=sighting.sink,
            frames=tuple(map(FrameDocument.of, sighting.frames)),
            origins=tuple(map(OriginDocument.of, sighting.origins)),
            context=sighting.context,
            method=sighting.method,
            route=sighting.route,
            confidence=sighting.confidence,
            count=place.count,
            attacks=place.attacks,
            first=place.first,
            last=place.last,
            probes=place.probes,
            releases=dict(place.releases),
        )

    def model(self) -> Place:
        sighting = Sighting(
            kind=self.type,
            cwe=self.cwe,
            sink=self.sink,
            frames=tuple(each.model() for each in self.frames),
            origins=tuple(each.model() for each in self.origins),
            context=self.context,
            method=self.method,
            route=self.route,
            confidence=self.confidence,
        )
        return Place(
            self.service,
            self.key,
            sighting,
            self.count,
            self.attacks,
            self.first,
            self.last,
            self.probes,
            self.releases,
        )
