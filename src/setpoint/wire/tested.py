"""What a scan of a running service tells beside any other: how its faults show, and how far it went. Part of `scan`."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field

from setpoint.model.dast import Profile
from setpoint.model.scan import Means, Outside, Tested
from setpoint.wire.document import LONGEST_NAME, LONGEST_TEXT, Document, Name, at_most, example

MOST_CALLERS: Final = 100
MOST_CHECKS: Final = 1_000
MOST_OPERATIONS: Final = 10_000
MOST_EXAMPLES: Final = 100
LONGEST_OPERATION: Final = 4096
"""As long as a path of a file."""

Text = Annotated[str, Field(max_length=LONGEST_TEXT)]
ShortText = Annotated[str, Field(max_length=LONGEST_NAME)]
OperationName = Annotated[str, Field(max_length=LONGEST_OPERATION)]


class MeansDocument(Document):
    """What a scan of a running service was made with."""

    model_config = example(profile="safe", callers=["alice", "bob"], has_agents=False)

    profile: Profile
    callers: tuple[Name, ...] = Field(default=(), max_length=MOST_CALLERS, description="Names of its accounts.")
    has_agents: bool = False

    @classmethod
    def of(cls, means: Means) -> Self:
        return cls(profile=means.profile, callers=means.callers[:MOST_CALLERS], has_agents=means.has_agents)

    def model(self) -> Means:
        return Means(self.profile, self.callers, self.has_agents)


class TestedDocument(Document):
    """How far the scan of a running service went: what it does not tell of that is not there."""

    model_config = example(
        means={"profile": "safe", "callers": ["alice", "bob"], "has_agents": False},
        checks=["object-access"],
        operations=["GET /orders/{id}"],
        is_whole_site=True,
    )

    means: MeansDocument
    checks: tuple[Name, ...] = Field(default=(), max_length=MOST_CHECKS)
    operations: Annotated[tuple[OperationName, ...], at_most(MOST_OPERATIONS)] = ()
    is_whole_site: bool = True

    @classmethod
    def of(cls, tested: Tested) -> Self:
        return cls(
            means=MeansDocument.of(tested.means),
            checks=tested.checks[:MOST_CHECKS],
            operations=tuple(each for each in tested.operations[:MOST_OPERATIONS] if len(each) <= LONGEST_OPERATION),
            is_whole_site=tested.is_whole_site,
        )

    def model(self) -> Tested:
        return Tested(self.means.model(), self.checks, self.operations, self.is_whole_site)


class OutsideDocument(Document):
    """How a weakness of a running service shows from outside."""

    model_config = example(
        operation="GET /orders/{id}",
        part="path:id",
        check="object-access",
        is_of_surface=True,
        means={"profile": "safe", "callers": ["alice", "bob"], "has_agents": False},
        owasp="API1:2023",
        certainty="confirmed",
        difference="bob reads what alice made, and nobody else does",
        examples=[],
    )

    operation: OperationName
    part: Text = ""
    check: ShortText
    is_of_surface: bool
    means: MeansDocument
    owasp: ShortText = ""
    certainty: ShortText = ""
    difference: Text = ""
    examples: tuple[Text, ...] = Field(default=(), max_length=MOST_EXAMPLES)

    @classmethod
    def of(cls, outside: Outside) -> Self:
        return cls(
            operation=cut(outside.operation, LONGEST_OPERATION),
            part=cut(outside.part, LONGEST_TEXT),
            check=outside.check,
            is_of_surface=outside.is_of_surface,
            means=MeansDocument.of(outside.means),
            owasp=outside.owasp,
            certainty=outside.certainty,
            difference=cut(outside.difference, LONGEST_TEXT),
            examples=tuple(cut(each, LONGEST_TEXT) for each in outside.examples[:MOST_EXAMPLES]),
        )

    def model(self) -> Outside:
        return Outside(
            operation=self.operation,
            part=self.part,
            check=self.check,
            is_of_surface=self.is_of_surface,
            means=self.means.model(),
            owasp=self.owasp,
            certainty=self.certainty,
            difference=self.difference,
            examples=self.examples,
        )


def cut(text: str, longest: int) -> str:
    """A tool may tell more than anybody reads."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
