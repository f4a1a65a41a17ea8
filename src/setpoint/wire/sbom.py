"""Bills of materials, as they are handed in and as they were understood."""

from __future__ import annotations

from typing import Annotated, Any, Final, Self

from pydantic import Field, StringConstraints

from setpoint.loop.stock import TakenBill
from setpoint.model.component import Component, PackageName, Problem, ProblemKind, Sbom
from setpoint.wire.document import LONGEST_NAME, Document, Name, example

Image = Annotated[str, StringConstraints(max_length=LONGEST_NAME, pattern=r"^(sha256:[0-9a-f]{64})?$")]
"""The digest of an image; empty where there is none."""

IN_BODY: Final = "body.document"
"""Where errors say that a bill is that came over the API."""

_PURL: Final = "pkg:pypi/requests@2.31.0"
_BILL: Final[dict[str, Any]] = {
    "digest": "0123456789abcdef0123456789abcdef",
    "subject": "payments 1.4.2",
    "made_by": "cyclonedx-py 7.5.0",
    "format": "CycloneDX 1.6 JSON",
    "components": [{"type": "pypi", "name": "requests", "version": "2.31.0", "purl": _PURL}],
    "dependencies": {},
    "problems": [],
}


class SbomRequest(Document):
    """A bill of materials, and what it is of: a release, an image, or both."""

    model_config = example(
        service="payments",
        version="1.4.2",
        image="",
        document={
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "components": [{"type": "library", "name": "requests", "version": "2.31.0", "purl": _PURL}],
        },
    )

    service: Name | None = None
    version: Name | None = None
    image: Image = Field(default="", description="The digest of an image: `sha256:…`.")
    document: dict[str, Any] | str = Field(
        description="CycloneDX 1.2 to 1.7 or SPDX 2.2, 2.3 or 3.0: JSON as it is, or either as text; XML as text."
    )


class ProblemOfSbomDocument(Document):
    """An entry that could not be taken as it stands."""

    model_config = example(kind="no version", where="components[3]", what="left-pad")

    kind: ProblemKind
    where: str
    what: str

    @classmethod
    def of(cls, problem: Problem) -> Self:
        return cls(kind=problem.kind, where=problem.where, what=problem.what)

    def model(self) -> Problem:
        return Problem(self.kind, self.where, self.what)


class ComponentDocument(Document):
    model_config = example(
        type="pypi", name="requests", version="2.31.0", purl=_PURL, licences=["Apache-2.0"], hashes={"sha-256": ["ab"]}
    )

    type: str
    name: str
    version: str
    purl: str
    licences: tuple[str, ...] = ()
    hashes: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    @classmethod
    def of(cls, component: Component) -> Self:
        hashes: dict[str, list[str]] = {}
        for algorithm, text in component.hashes:
            hashes.setdefault(algorithm, []).append(text)
        return cls(
            type=component.package.type,
            name=component.package.name,
            version=component.version,
            purl=component.purl,
            licences=component.licences,
            hashes={algorithm: tuple(texts) for algorithm, texts in hashes.items()},
        )

    def model(self) -> Component:
        hashes = ((algorithm, text) for algorithm, texts in self.hashes.items() for text in texts)
        return Component(
            PackageName(self.type, self.name), self.version, self.purl, self.licences, tuple(sorted(hashes))
        )


class SbomDocument(Document):
    """A bill of materials, as it was understood."""

    model_config = example(**_BILL)

    digest: str
    subject: str
    made_by: str
    format: str
    components: tuple[ComponentDocument, ...]
    dependencies: dict[str, tuple[str, ...]]
    problems: tuple[ProblemOfSbomDocument, ...]

    @classmethod
    def of(cls, sbom: Sbom) -> Self:
        return cls(
            digest=sbom.digest,
            subject=sbom.subject,
            made_by=sbom.made_by,
            format=sbom.format,
            components=tuple(ComponentDocument.of(each) for each in sbom.components),
            dependencies=dict(sbom.dependencies),
            problems=tuple(ProblemOfSbomDocument.of(each) for each in sbom.problems),
        )

    def model(self) -> Sbom:
        return Sbom(
            components=tuple(each.model() for each in self.components),
            dependencies=tuple(self.dependencies.items()),
            subject=self.subject,
            made_by=self.made_by,
            format=self.format,
            problems=tuple(each.model() for each in self.problems),
        )


class TakenSbomDocument(Document):
    """What was understood of a bill that was handed in; its components are at `GET /v1/sboms/{digest}`."""

    model_config = example(
        **{name: _BILL[name] for name in ("digest", "subject", "made_by", "format", "problems")},
        kinds={"pypi": 1},
        is_new=True,
    )

    digest: str
    subject: str
    made_by: str
    format: str
    kinds: dict[str, int] = Field(description="Type of package, empty for none, and how many components.")
    problems: tuple[ProblemOfSbomDocument, ...]
    is_new: bool = Field(description="False where a bill of the same components was known.")

    @classmethod
    def of(cls, taken: TakenBill) -> Self:
        return cls(
            digest=taken.digest,
            subject=taken.subject,
            made_by=taken.made_by,
            format=taken.format,
            kinds=dict(taken.kinds),
            problems=tuple(ProblemOfSbomDocument.of(each) for each in taken.problems),
            is_new=taken.is_new,
        )

    def model(self) -> TakenBill:
        problems = tuple(each.model() for each in self.problems)
        return TakenBill(self.digest, self.subject, self.made_by, self.format, self.kinds, problems, self.is_new)


class SbomsDocument(Document):
    """Which bills are known of a service."""

    model_config = example(releases={"1.4.2": "0123456789abcdef0123456789abcdef"}, running={"": 2})

    releases: dict[str, str] = Field(description="Version → digest of what was built.")
    running: dict[str, int] = Field(
        description="Digest → how many instances run it, as far as is known; empty for those of which nothing is."
    )
