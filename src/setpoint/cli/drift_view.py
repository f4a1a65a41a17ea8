"""How the differences of one entity are shown: a line per cause, both sides of it, and what was folded away and why.

`setpoint drift` and `setpoint drift replay` show entities; both take their tables and marks from here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from setpoint.cli.attribution_view import THE_WHOLE, attribution_json, attribution_lines, chain_lines
from setpoint.cli.output import STYLES, Output, moment, value
from setpoint.cli.side_by_side import show_rows
from setpoint.cli.value_diff import Mark, Row, rows, summary_of_document
from setpoint.compare.config.causes import Cause, causes
from setpoint.compare.config.statements import DocumentChange, compare_documents
from setpoint.compare.config.tiers import differences, no_differences, tier_of_drift
from setpoint.compare.config.values import is_choice, is_empty
from setpoint.model.attribution import Attribution, Untold
from setpoint.model.canonical import Json
from setpoint.model.drift import Comparison, Drift, DriftKind, Folded
from setpoint.model.urn import Urn
from setpoint.model.wording import counted

MOST_OF_ENTITY: Final = 12
"""Lines of an entity that is not there, or that nobody declared: enough to tell which one it is."""

MOST_PLACES: Final = 5
"""Other places of one cause that are named; `--all` lists them all."""

NO_TIER: Final = "same"
"""In the place of a tier, of what is no difference at all."""


@dataclass(frozen=True, slots=True)
class OfFindings:
    """What findings tell of an entity that a comparison does not."""

    service: str = ""
    since: datetime | None = None
    """Since when the oldest of its open findings of drift is there."""
    made_by: Mapping[str, Attribution | Untold] = field(default_factory=dict)
    """Path → who made it differ, or why that is not known; none where there is no trail."""


NOTHING: Final = OfFindings()


def show_entity(output: Output, comparison: Comparison, known: OfFindings = NOTHING) -> None:
    """Its header, and each cause with both sides."""
    output.line(_title(comparison.urn, known), style="bold")
    output.line(f"  {comparison.urn}", style="dim")
    told = [f"declared at {comparison.declared_at}"] if comparison.declared_at else []
    told += [f"since {moment(known.since)}"] if known.since else []
    if told:
        output.line(f"  {'; '.join(told)}", style="dim")
    show_causes(output, comparison, known)


def show_causes(output: Output, comparison: Comparison, known: OfFindings = NOTHING) -> None:
    """Each cause with both sides and with who made it, and what was folded away."""
    for place, cause in enumerate(causes(comparison.drifts)):
        _show_cause(output, cause, first=place == 0)
        made_by = (known.made_by[each.path] for each in cause.drifts if each.path in known.made_by)
        for line in attribution_lines(made_by):
            output.line(f"    {line}")
    folded = Folded.of([comparison])
    if folded.rules:
        output.line(f"  folded away: {_by_kind(folded)}", style="dim")


def show_folded(output: Output, folded: Folded, *, everything: bool, subject: str = "URN PATH") -> None:
    """How much was folded away in all; with `everything`, by which rule. `subject` is what can be explained."""
    if not folded.rules:
        return
    output.line(f"folded away of {counted(folded.entities, 'entity', 'entities')}: {_by_kind(folded)}")
    if everything:
        rules = sorted(folded.rules.items(), key=lambda each: (-each[1], each[0]))
        output.table(("values", "rule and its source"), [(f"{count:,}", rule) for rule, count in rules])
    else:
        output.line(f"by which rule: --all; why: setpoint drift explain {subject}", style="dim")


def show_tiers(output: Output, comparison: Comparison) -> None:
    """Every path on its own, with its tier; also what is no difference at all."""
    told: list[tuple[str, ...]] = [
        (each.tier, each.path, value(each.intended), value(each.actual), each.because)
        for each in differences(comparison)
    ]
    told += [
        (NO_TIER, each.path, value(each.intended), value(each.actual), each.rule) for each in no_differences(comparison)
    ]
    output.table(("tier", "path", "intended", "actual", "because"), sorted(told, key=lambda each: (each[1], each[0])))


def show_made_by(output: Output, known: OfFindings) -> None:
    """Of each path on its own, with everybody between."""
    for path, answer in sorted(known.made_by.items()):
        for place, line in enumerate(chain_lines(answer)):
            output.line(f"  {path or THE_WHOLE}: {line}" if place == 0 else f"  {line}")


def cause_json(urn: Urn, cause: Cause) -> Json:
    """A cause as JSON: its differences stand in `drift`, and are named here by their paths."""
    document = _document_of(cause)
    told: dict[str, Json] = {
        "urn": urn,
        "kind": cause.kind,
        "tier": tier_of_drift(cause.kind),
        "path": cause.path,
        "because": cause.because,
        "paths": [each.path for each in cause.drifts],
    }
    return {**told, "statements": _statements_json(document)} if document is not None else told


def folded_json(folded: Folded) -> Json:
    """What was folded away as JSON, by kind and by rule."""
    kinds = {str(kind): count for kind, count in folded.kinds().items()}
    return {"entities": folded.entities, "kinds": kinds, "rules": dict(sorted(folded.rules.items()))}


def _title(urn: Urn, known: OfFindings) -> str:
    where = f"{urn.region}, account {urn.account}"
    return f"{urn.type} {urn.identifier} ({where}{f', service {known.service}' if known.service else ''})"


def _show_cause(output: Output, cause: Cause, *, first: bool) -> None:
    document = _document_of(cause)
    notes = [cause.because] if cause.because else []
    if document is not None:
        notes.append(summary_of_document(document))
    tier = tier_of_drift(cause.kind)
    because = f": {'; '.join(notes)}" if notes else ""
    output.line(f"  {cause.path or _whole(cause.kind)} [{tier}]{because}", style=STYLES[tier])
    shown = rows(cause.intended, cause.actual) if cause.path else _of_entity(cause)
    show_rows(output, shown, heading=first)
    if len(cause.drifts) > 1 and cause.path == cause.drifts[0].path:
        others = [each.path for each in cause.drifts[1:]]
        more = f" and {len(others) - MOST_PLACES:,} more (--all)" if len(others) > MOST_PLACES else ""
        output.line(f"    also at {', '.join(others[:MOST_PLACES])}{more}")


def _of_entity(cause: Cause) -> list[Row]:
    """Enough of one that is not there, or that nobody declared, to tell which one it is and what it lets happen."""
    shown = rows(_without_empty(cause.intended), _without_empty(cause.actual))
    left_out = len(shown) - MOST_OF_ENTITY
    if left_out <= 0:
        return shown
    return [*shown[:MOST_OF_ENTITY], Row(Mark.FOLDED, f"{counted(left_out, 'more line')} (--json)")]


def _without_empty(value: Json) -> Json:
    """What the canonical form spells out although nothing is there (`NotAction: []`) would hide what is."""
    if isinstance(value, Mapping) and not is_choice(value):
        members = {name: _without_empty(member) for name, member in value.items()}
        return {name: member for name, member in members.items() if not is_empty(member)}
    return [_without_empty(each) for each in value] if isinstance(value, list) else value


def _whole(kind: DriftKind) -> str:
    return "does not exist" if kind is DriftKind.MISSING else "exists"


def _document_of(cause: Cause) -> DocumentChange | None:
    return compare_documents(cause.intended, cause.actual)


def _statements_json(document: DocumentChange) -> Json:
    return [
        {
            "statement": each.name,
            "change": each.change,
            "elements": [
                {"element": one.element, "gone": list(one.gone), "new": list(one.new)} for one in each.elements
            ],
        }
        for each in document.statements
    ]


def _by_kind(folded: Folded) -> str:
    return ", ".join(f"{count:,} {kind}" for kind, count in folded.kinds().items())


def drift_json(drift: Drift, known: OfFindings = NOTHING) -> Json:
    """A difference as JSON."""
    return {
        "urn": drift.urn,
        "kind": drift.kind,
        "tier": tier_of_drift(drift.kind),
        "path": drift.path,
        "intended": drift.intended,
        "actual": drift.actual,
        "attribution": attribution_json(known.made_by.get(drift.path)),
    }


def entity_json(comparison: Comparison, known: Mapping[Urn, OfFindings]) -> Json:
    """What stands in the header of an entity, as JSON."""
    its = known.get(comparison.urn, NOTHING)
    return {
        "urn": comparison.urn,
        "service": its.service,
        "declared_at": comparison.declared_at,
        "since": its.since.isoformat() if its.since else None,
        "folded": dict(sorted(comparison.folded().items())),
    }
