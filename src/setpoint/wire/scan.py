"""What scanners told of a release, as it comes with a question to the gate. Never a line of the source itself."""

from __future__ import annotations

from typing import Annotated, Final, Self

from pydantic import Field

from setpoint.model.policy import Severity
from setpoint.model.scan import CodePlace, Scan, ScanKind, ScannerRun, ScanStatus, Weakness
from setpoint.wire.document import LONGEST_NAME, LONGEST_TEXT, WHOLE, Document, Moment, Name, at_most, example
from setpoint.wire.tested import OutsideDocument, ShortText, TestedDocument, Text, cut

MOST_WEAKNESSES: Final = 20_000
"""Of one scan: with more, the first to do is to have fewer."""

MOST_RUNS: Final = 100
MOST_CWES: Final = 50
MOST_TOOLS: Final = 100
MOST_SPANS: Final = 100
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
    "against": "",
}
SCAN_EXAMPLE = {
    "runs": [_RUN],
    "weaknesses": [_WEAKNESS],
    "at": "2026-05-31T12:00:00Z",
    "commit": "4f1c2d3e",
    "base": "",
    "is_dirty": False,
}

Line = Annotated[int, Field(strict=True, ge=0, le=HIGHEST_LINE), WHOLE]


class ScannerRunDocument(Document):
    """How the run of one scanner ended."""

    model_config = example(**_RUN)

    scanner: Name
    kind: ScanKind
    status: ScanStatus
    reason: Text = ""
    version: ShortText = ""
    seconds: Annotated[float, Field(ge=0, le=1e9)] = 0.0
    files: Annotated[int, Field(strict=True, ge=0, le=HIGHEST_LINE), WHOLE] | None = None
    must_run: bool = False
    tested: TestedDocument | None = Field(default=None, description="Of a running service.")

    @classmethod
    def of(cls, run: ScannerRun) -> Self:
        return cls(
            scanner=run.scanner,
            kind=run.kind,
            status=run.status,
            reason=cut(run.reason, LONGEST_TEXT),
            version=cut(run.version, LONGEST_NAME),
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
    cwes: tuple[Annotated[int, Field(strict=True, ge=1, le=100_000), WHOLE], ...] = Field(
        default=(), max_length=MOST_CWES
    )
    told_by: tuple[Name, ...] = Field(default=(), max_length=MOST_TOOLS)
    confidence: Annotated[float, Field(ge=0, le=1)] | None = None
    score: Annotated[float, Field(ge=0, le=10)] | None = None
    is_new: bool | None = None
    spans: tuple[tuple[Line, Line], ...] = Field(default=(), max_length=MOST_SPANS)
    against: Text = Field(default="", description="What the source around it says against it.")
    outside: OutsideDocument | None = Field(default=None, description="Of a running service.")

    @classmethod
    def of(cls, weakness: Weakness) -> Self:
        place = weakness.place
        return cls(
            fingerprint=weakness.fingerprint,
            kind=weakness.kind,
            rule=cut(weakness.rule, LONGEST_NAME),
            severity=weakness.severity,
            file=place.file,
            line=place.line,
            end_line=place.end_line,
            function=cut(place.function, LONGEST_TEXT),
            message=cut(weakness.message, LONGEST_TEXT),
            cwes=weakness.cwes[:MOST_CWES],
            told_by=tuple(cut(each, LONGEST_NAME) for each in weakness.told_by[:MOST_TOOLS]),
            confidence=weakness.confidence,
            score=weakness.score,
            is_new=weakness.is_new,
            spans=weakness.spans[:MOST_SPANS],
            against=cut(weakness.against, LONGEST_TEXT),
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
            against=self.against,
            outside=self.outside.model() if self.outside else None,
        )


class ScanDocument(Document):
    """All that scanners told of one state of the source."""

    model_config = example(**SCAN_EXAMPLE)

    runs: tuple[ScannerRunDocument, ...] = Field(max_length=MOST_RUNS)
    weaknesses: Annotated[tuple[WeaknessDocument, ...], at_most(MOST_WEAKNESSES)]
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
