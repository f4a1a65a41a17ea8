"""What scanners told of a release, as it comes with a question to the gate. Never a line of the source itself."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import BeforeValidator, Field

from setpoint.model.dast import Profile
from setpoint.model.policy import Severity
from setpoint.model.scan import (
    CodePlace,
    Means,
    Outside,
    Scan,
    ScanKind,
    ScannerRun,
    ScanStatus,
    Tested,
    Weakness,
)
from setpoint.wire.document import LONGEST_NAME, LONGEST_TEXT, WHOLE, Document, Moment, Name, example

MOST_WEAKNESSES: Final = 20_000
"""Of one scan: with more, the first to do is to have fewer."""

MOST_RUNS: Final = 100
MOST_CWES: Final = 50
MOST_TOOLS: Final = 100
MOST_SPANS: Final = 100
MOST_CALLERS: Final = 100
MOST_CHECKS: Final = 1_000
MOST_OPERATIONS: Final = 10_000
MOST_EXAMPLES: Final = 100
LONGEST_OPERATION: Final = 4096
"""As long as a path of a file."""
HIGHEST_LINE: Final = 10_000_000

_RUN = {
    "scanner": "bandit",
    "kind": "sast",
    "status": "complete",
    "reason": "",
    "version": "1.8.6",
    "seconds": 3.2,
    "files": 120,
    "must_run": True,
}
_WEAKNESS = {
    "fingerprint": "0123456789abcdef0123456789abcdef",
    "kind": "sast",
    "rule": "cwe-89",
    "severity": "high",
    "file": "shop/orders.py",
    "line": 41,
    "end_line": 43,
    "function": "Orders.find",
    "message": "SQL is put together from text",
    "cwes": [89],
    "told_by": ["bandit/B608", "ruff/S608"],
    "confidence": 0.5,
    "score": None,
    "is_new": True,
    "spans": [[41, 43]],
}
SCAN_EXAMPLE = {
    "runs": [_RUN],
    "weaknesses": [_WEAKNESS],
    "at": "2026-05-31T12:00:00Z",
    "commit": "4f1c2d3e",
    "base": "",
    "is_dirty": False,
}

Line = Annotated[int, WHOLE, Field(strict=True, ge=0, le=HIGHEST_LINE)]
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
    operations: tuple[OperationName, ...] = Field(default=(), max_length=MOST_OPERATIONS)
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
            operation=_cut(outside.operation, LONGEST_OPERATION),
            part=_cut(outside.part, LONGEST_TEXT),
            check=outside.check,
            is_of_surface=outside.is_of_surface,
            means=MeansDocument.of(outside.means),
            owasp=outside.owasp,
            certainty=outside.certainty,
            difference=_cut(outside.difference, LONGEST_TEXT),
            examples=tuple(_cut(each, LONGEST_TEXT) for each in outside.examples[:MOST_EXAMPLES]),
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


class ScannerRunDocument(Document):
    """How the run of one scanner ended."""

    model_config = example(**_RUN)

    scanner: Name
    kind: ScanKind
    status: ScanStatus
    reason: Text = ""
    version: ShortText = ""
    seconds: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    files: Annotated[int, WHOLE, Field(strict=True, ge=0, le=HIGHEST_LINE)] | None = None
    must_run: bool = False
    tested: TestedDocument | None = Field(default=None, description="Of a running service.")

    @classmethod
    def of(cls, run: ScannerRun) -> Self:
        return cls(
            scanner=run.scanner,
            kind=run.kind,
            status=run.status,
            reason=_cut(run.reason, LONGEST_TEXT),
            version=_cut(run.version, LONGEST_NAME),
            seconds=run.seconds,
            files=run.files,
            must_run=run.must_run,
            tested=TestedDocument.of(run.tested) if run.tested else None,
        )

    def model(self) -> ScannerRun:
        return ScannerRun(
            self.scanner,
            self.kind,
            self.status,
            reason=self.reason,
            version=self.version,
            seconds=self.seconds,
            files=self.files,
            must_run=self.must_run,
            tested=self.tested.model() if self.tested else None,
        )


class WeaknessDocument(Document):
    """One problem at one place of the source, however many tools told it."""

    model_config = example(**_WEAKNESS)

    fingerprint: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    kind: ScanKind
    rule: Name
    severity: Severity
    file: Annotated[str, Field(max_length=4096)]
    line: Line = 0
    end_line: Line = 0
    function: Text = ""
    message: Text = ""
    cwes: tuple[Annotated[int, WHOLE, Field(strict=True, ge=1, le=100_000)], ...] = Field(
        default=(), max_length=MOST_CWES
    )
    told_by: tuple[Name, ...] = Field(default=(), max_length=MOST_TOOLS)
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    score: Annotated[float, Field(ge=0, le=10)] | None = None
    is_new: bool | None = None
    spans: tuple[tuple[Line, Line], ...] = Field(default=(), max_length=MOST_SPANS)
    outside: OutsideDocument | None = Field(default=None, description="Of a running service.")

    @classmethod
    def of(cls, weakness: Weakness) -> Self:
        place = weakness.place
        return cls(
            fingerprint=weakness.fingerprint,
            kind=weakness.kind,
            rule=_cut(weakness.rule, LONGEST_NAME),
            severity=weakness.severity,
            file=place.file,
            line=place.line,
            end_line=place.end_line,
            function=_cut(place.function, LONGEST_TEXT),
            message=_cut(weakness.message, LONGEST_TEXT),
            cwes=weakness.cwes[:MOST_CWES],
            told_by=tuple(_cut(each, LONGEST_NAME) for each in weakness.told_by[:MOST_TOOLS]),
            confidence=weakness.confidence,
            score=weakness.score,
            is_new=weakness.is_new,
            spans=weakness.spans[:MOST_SPANS],
            outside=OutsideDocument.of(weakness.outside) if weakness.outside else None,
        )

    def model(self) -> Weakness:
        return Weakness(
            fingerprint=self.fingerprint,
            kind=self.kind,
            rule=self.rule,
            severity=self.severity,
            place=CodePlace(self.file, self.line, self.end_line, self.function),
            message=self.message,
            cwes=self.cwes,
            told_by=self.told_by,
            confidence=self.confidence,
            score=self.score,
            is_new=self.is_new,
            spans=self.spans,
            outside=self.outside.model() if self.outside else None,
        )


def _bounded(weaknesses: object) -> object:
    """Before any of them is looked at."""
    if isinstance(weaknesses, (list, tuple)) and len(weaknesses) > MOST_WEAKNESSES:
        raise ValueError(f"it has {len(weaknesses):,} entries; at most {MOST_WEAKNESSES:,} are taken")
    return weaknesses


class ScanDocument(Document):
    """All that scanners told of one state of the source."""

    model_config = example(**SCAN_EXAMPLE)

    runs: tuple[ScannerRunDocument, ...] = Field(max_length=MOST_RUNS)
    weaknesses: Annotated[tuple[WeaknessDocument, ...], BeforeValidator(_bounded)]
    at: Moment
    commit: ShortText = ""
    base: ShortText = ""
    is_dirty: bool = False

    @classmethod
    def of(cls, scan: Scan) -> Self:
        return cls(
            runs=tuple(map(ScannerRunDocument.of, scan.runs)),
            weaknesses=tuple(map(WeaknessDocument.of, scan.weaknesses)),
            at=scan.at,
            commit=scan.commit,
            base=scan.base,
            is_dirty=scan.is_dirty,
        )

    def model(self) -> Scan:
        return Scan(
            runs=tuple(each.model() for each in self.runs),
            weaknesses=tuple(each.model() for each in self.weaknesses),
            at=self.at,
            commit=self.commit,
            base=self.base,
            is_dirty=self.is_dirty,
        )


def _cut(text: str, longest: int) -> str:
    """A tool may tell more than anybody reads."""
    return text if len(text) <= longest else f"{text[: longest - 1]}…"
