"""What comparing an entity concluded: drifts, gaps, and what explains the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from pydantic import Field

from setpoint.model.drift import Comparison, Drift, DriftKind, Explanation, Fold, Folded, Gap, GapKind, Unremarkable
from setpoint.model.urn import Urn
from setpoint.wire.document import Document, example, meant, spelt

_DRIFT = {"kind": "changed", "path": "VersioningConfiguration.Status", "intended": "Enabled", "actual": "Suspended"}
_GAP = {"path": "KmsKeyId", "kind": "unresolved", "reason": "Fn::GetAtt Key.Arn: the resource does not exist yet"}
_FOLD = {"path": "ObjectLockEnabled", "actual": False, "rule": "default (schema)"}
_TOLD = {
    "path": "ObjectLockEnabled",
    "verdict": "expected",
    "intended": None,
    "actual": False,
    "because": "default (schema)",
}


class DriftDocument(Document):
    """One difference; what is not known is `{"unknown": "why"}`."""

    model_config = example(**_DRIFT)

    kind: DriftKind
    path: str
    intended: Any
    actual: Any
    within: str = Field(default="", description="The object that went, came or was switched as a whole with it.")

    @classmethod
    def of(cls, drift: Drift) -> Self:
        intended, actual = spelt(drift.intended), spelt(drift.actual)
        return cls(kind=drift.kind, path=drift.path, intended=intended, actual=actual, within=drift.within)

    def model(self, urn: Urn) -> Drift:
        return Drift(urn, self.kind, self.path, meant(self.intended), meant(self.actual), self.within)


class GapDocument(Document):
    """A property of which nothing can be told."""

    model_config = example(**_GAP)

    path: str
    kind: GapKind
    reason: str

    @classmethod
    def of(cls, gap: Gap) -> Self:
        return cls(path=gap.path, kind=gap.kind, reason=gap.reason)

    def model(self, urn: Urn) -> Gap:
        return Gap(urn, self.path, self.kind, self.reason)


class FoldDocument(Document):
    """A value that is no drift, and the rule that explains it; `intended` where it was declared in another spelling."""

    model_config = example(**_FOLD)

    path: str
    actual: Any
    rule: str
    intended: Any = None

    @classmethod
    def of(cls, fold: Fold) -> Self:
        return cls(path=fold.path, actual=spelt(fold.actual), rule=fold.rule, intended=spelt(fold.intended))

    def model(self) -> Fold:
        return Fold(self.path, meant(self.actual), self.rule, meant(self.intended))


class ComparisonDocument(Document):
    """All that comparing one entity concluded."""

    model_config = example(
        urn="aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts",
        drifts=[_DRIFT],
        gaps=[_GAP],
        folds=[_FOLD],
        left_out={"read-only (resource schema)": 3},
        declared_at="template.yaml:12: Receipts",
    )

    urn: str
    drifts: tuple[DriftDocument, ...]
    gaps: tuple[GapDocument, ...]
    folds: tuple[FoldDocument, ...]
    left_out: dict[str, int] = Field(default={}, description="Rule → how many values were left out by it.")
    declared_at: str = Field(default="", description="Where it is declared, as it was when it was last compared.")

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        return cls(
            urn=comparison.urn,
            drifts=tuple(map(DriftDocument.of, comparison.drifts)),
            gaps=tuple(map(GapDocument.of, comparison.gaps)),
            folds=tuple(map(FoldDocument.of, comparison.folds)),
            left_out=dict(comparison.left_out),
            declared_at=comparison.declared_at,
        )

    def model(self) -> Comparison:
        urn = Urn(self.urn)
        return Comparison(
            urn,
            drifts=tuple(each.model(urn) for each in self.drifts),
            gaps=tuple(each.model(urn) for each in self.gaps),
            folds=tuple(each.model() for each in self.folds),
            left_out=self.left_out,
            declared_at=self.declared_at,
        )


class FoldedDocument(Document):
    """How much was folded away of all that was compared, and why."""

    model_config = example(entities=14, rules={"default (schema)": 31, "read-only (resource schema)": 42})

    entities: int
    rules: dict[str, int]

    @classmethod
    def of(cls, folded: Folded) -> Self:
        return cls(entities=folded.entities, rules=dict(folded.rules))

    def model(self) -> Folded:
        return Folded(self.entities, self.rules)


class ToldDocument(Document):
    """What is to be said of one property, and the rule by which it is so."""

    model_config = example(**_TOLD)

    path: str
    verdict: DriftKind | GapKind | Unremarkable
    intended: Any
    actual: Any
    because: str

    @classmethod
    def of(cls, told: Explanation) -> Self:
        intended, actual = spelt(told.intended), spelt(told.actual)
        return cls(path=told.path, verdict=told.verdict, intended=intended, actual=actual, because=told.because)

    def model(self) -> Explanation:
        return Explanation(self.path, self.verdict, meant(self.intended), meant(self.actual), self.because)


class ExplanationDocument(Document):
    """All that is to be said of an entity, or of one property of it."""

    model_config = example(told=[_TOLD])

    told: tuple[ToldDocument, ...]

    @classmethod
    def of(cls, told: Sequence[Explanation]) -> Self:
        return cls(told=tuple(map(ToldDocument.of, told)))

    def model(self) -> Sequence[Explanation]:
        return [each.model() for each in self.told]
