"""What comparing an entity concluded: drifts, gaps, and what explains the rest."""

from __future__ import annotations

from typing import Any, Self

from setpoint.model.drift import Comparison, Drift, DriftKind, Fold, Gap, GapKind
from setpoint.model.urn import Urn
from setpoint.wire.document import Document, example, meant, spelt

_DRIFT = {"kind": "changed", "path": "VersioningConfiguration.Status", "intended": "Enabled", "actual": "Suspended"}
_GAP = {"path": "KmsKeyId", "kind": "unresolved", "reason": "Fn::GetAtt Key.Arn: the resource does not exist yet"}
_FOLD = {"path": "ObjectLockEnabled", "actual": False, "rule": "default (schema)"}


class DriftDocument(Document):
    """One difference; what is not known is `{"unknown": "why"}`."""

    model_config = example(**_DRIFT)

    kind: DriftKind
    path: str
    intended: Any
    actual: Any

    @classmethod
    def of(cls, drift: Drift) -> Self:
        return cls(kind=drift.kind, path=drift.path, intended=spelt(drift.intended), actual=spelt(drift.actual))

    def model(self, urn: Urn) -> Drift:
        return Drift(urn, self.kind, self.path, meant(self.intended), meant(self.actual))


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
    """A live-only value that is no drift, and the rule that explains it."""

    model_config = example(**_FOLD)

    path: str
    actual: Any
    rule: str

    @classmethod
    def of(cls, fold: Fold) -> Self:
        return cls(path=fold.path, actual=spelt(fold.actual), rule=fold.rule)

    def model(self) -> Fold:
        return Fold(self.path, meant(self.actual), self.rule)


class ComparisonDocument(Document):
    """All that comparing one entity concluded."""

    model_config = example(
        urn="aws:123456789012:eu-west-1:AWS::S3::Bucket:receipts", drifts=[_DRIFT], gaps=[_GAP], folds=[_FOLD]
    )

    urn: str
    drifts: tuple[DriftDocument, ...]
    gaps: tuple[GapDocument, ...]
    folds: tuple[FoldDocument, ...]

    @classmethod
    def of(cls, comparison: Comparison) -> Self:
        return cls(
            urn=comparison.urn,
            drifts=tuple(map(DriftDocument.of, comparison.drifts)),
            gaps=tuple(map(GapDocument.of, comparison.gaps)),
            folds=tuple(map(FoldDocument.of, comparison.folds)),
        )

    def model(self) -> Comparison:
        urn = Urn(self.urn)
        return Comparison(
            urn,
            drifts=tuple(each.model(urn) for each in self.drifts),
            gaps=tuple(each.model(urn) for each in self.gaps),
            folds=tuple(each.model() for each in self.folds),
        )
