"""What still differs because somebody sets it again and again: who that is, as far as it is known. `drift` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from setpoint.cli.output import Output
from setpoint.model.attribution import Inquiry, RecordedChange
from setpoint.model.canonical import Json
from setpoint.model.drift import Drift
from setpoint.model.paths import split
from setpoint.model.remediation import Remediation
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class Fight:
    urn: Urn
    remediation: int
    """The one with which it was handed to a person."""
    inquiry: Inquiry


def fights(remediations: Iterable[Remediation], drifts: Iterable[Drift]) -> list[Fight]:
    """Those that are with a person: nothing was begun for the entity since, and what is set again still differs."""
    last = {each.urn: each for each in remediations}
    differing = {(each.urn, split(each.path)[0]) for each in drifts if each.path}
    return [
        Fight(each.urn, each.id, each.inquiry)
        for each in last.values()
        if each.inquiry is not None and any((each.urn, path) in differing for path in each.inquiry.paths)
    ]


def show_fights(output: Output, found: Sequence[Fight]) -> None:
    if found:
        output.line("set again after it was set back:")
        rows = [(each.urn, ", ".join(each.inquiry.paths), each.inquiry.told()) for each in found]
        output.table(("resource", "path", "who"), rows)


def fight_json(fight: Fight) -> Json:
    return {"urn": fight.urn, "remediation": fight.remediation, **inquiry_json(fight.inquiry)}


def inquiry_json(inquiry: Inquiry) -> dict[str, Json]:
    """What is known of who sets something again."""
    answer, at = inquiry.answer, inquiry.ask_at
    change, untold = (answer, None) if isinstance(answer, RecordedChange) else (None, answer)
    return {
        "paths": list(inquiry.paths),
        "by": {**asdict(change), "at": change.at.isoformat()} if change else None,
        "not_told_because": untold.reason if untold else None,
        "asked": inquiry.asked,
        "asked_again_at": at.isoformat() if at else None,
    }
