"""Drift as SARIF: a rule for each kind of difference, and one for each reason why something could not be told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, assert_never

from setpoint.model.attribution import Attribution, Untold
from setpoint.model.canonical import Json, Unknown, digest
from setpoint.model.drift import Comparison, Drift, DriftKind, GapKind
from setpoint.model.snapshot import AreaCoverage, doubts
from setpoint.model.urn import Urn
from setpoint.sarif.log import Level, SarifResult, SarifRule, made_by_properties, sarif_log

HOME: Final = "Bring it home: into the code where production is right, back by hand or by Setpoint where the code is."
"""What to do about any drift (docs/how-to/read-a-drift.md)."""

RULES: Final = {
    DriftKind.CHANGED: SarifRule("drift/changed", "A declared value differs, or is gone", HOME, Level.ERROR),
    DriftKind.MISSING: SarifRule("drift/missing", "A declared entity does not exist", HOME, Level.ERROR),
    DriftKind.UNDECLARED: SarifRule(
        "drift/undeclared",
        "A value is there that nobody declared and no rule explains",
        "Declare it, undo it, or accept it: setpoint baseline accept.",
        Level.WARNING,
    ),
    DriftKind.UNMANAGED: SarifRule(
        "drift/unmanaged",
        "An entity exists that nobody declared",
        "Declare it, remove it, or answer for it: setpoint waive.",
        Level.WARNING,
    ),
}


MadeBy = Mapping[tuple[Urn, str], Attribution | Untold]
"""(entity, path) → who made it differ, or why that is not known."""

NOBODY: Final[MadeBy] = {}


def drift_log(
    comparisons: Iterable[Comparison],
    coverage: Iterable[AreaCoverage],
    *,
    with_values: bool = False,
    made_by: MadeBy = NOBODY,
) -> Json:
    """Everything that differs or could not be told; the run did not succeed where an area was not read.

    Such files go to code hosts, where more people read them than may read production: values stand in them only where
    that is asked for, else their shapes.
    """
    results = [result for each in comparisons for result in _results(each, made_by, with_values=with_values)]
    untold = [f"{each.area} could not be read: {'; '.join(each.reasons)}" for each in doubts(coverage)]
    return sarif_log(results, untold)


def _results(comparison: Comparison, made_by: MadeBy, *, with_values: bool) -> Iterator[SarifResult]:
    for drift in comparison.drifts:
        rule = RULES[drift.kind]
        yield SarifResult(
            rule,
            _message(drift),
            entity=drift.urn,
            path=drift.path,
            # As a finding of the same drift is identified: the two lists can be joined.
            fingerprint=digest(drift.urn, rule.id, drift.path),
            level=rule.level,
            declared_at=comparison.declared_at,
            properties={
                "intended": drift.intended if with_values else _shape(drift.intended),
                "actual": drift.actual if with_values else _shape(drift.actual),
                **made_by_properties(made_by.get((drift.urn, drift.path))),
            },
        )
    for gap in comparison.gaps:
        rule = _rule_of_gap(gap.kind)
        yield SarifResult(
            rule,
            f"{gap.path or gap.urn} could not be compared: {gap.reason}",
            entity=gap.urn,
            path=gap.path,
            fingerprint=digest(gap.urn, rule.id, gap.path),
            level=rule.level,
            declared_at=comparison.declared_at,
            is_open=True,
        )


def _shape(value: Json) -> Json:
    """What kind of value it is, and how long; what says no more than that stays as it is."""
    match value:
        case None | bool() | Unknown():
            return value
        case str():
            return f"text of length {len(value):,}"
        case Mapping():
            return f"object of size {len(value):,}"
        case list() | tuple():
            return f"list of size {len(value):,}"
        case _:
            return "number"


def _message(drift: Drift) -> str:
    """Without the values, which may be of any size, and secret."""
    match drift.kind:
        case DriftKind.CHANGED:
            gone = "is gone" if drift.actual is None else "is not as declared"
            return f"{drift.path} of {drift.urn} {gone}"
        case DriftKind.UNDECLARED:
            return f"{drift.path} of {drift.urn} was declared by nobody"
        case DriftKind.MISSING:
            return f"{drift.urn} is declared and does not exist"
        case DriftKind.UNMANAGED:
            return f"{drift.urn} was declared by nobody"
        case _:
            assert_never(drift.kind)


def _rule_of_gap(kind: GapKind) -> SarifRule:
    """`gap/never-returned`."""
    identity = f"gap/{kind.replace(' ', '-')}"
    remedy = (
        "Unknown is neither clean nor drift. Let it be read, or answer for it: setpoint doctor shows what is missing."
    )
    return SarifRule(identity, f"A property could not be compared: {kind}", remedy, Level.NONE)
