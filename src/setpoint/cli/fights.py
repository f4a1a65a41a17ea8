"""What still differs because somebody sets it again and again: who that is, as far as it is known. `drift` shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from setpoint.cli.output import Output
from setpoint.model.attribution import Inquiry
from setpoint.model.canonical import Json
from setpoint.model.drift import Drift
from setpoint.model.paths import split
from setpoint.model.remediation import Remediation
from setpoint.model.urn import Urn


@dataclass(frozen=True, slots=True)
class StandingFight:
    """One that was handed to a person and is not over."""

    urn: Urn
    remediation: int
    """The one with which it was handed to a person."""
    inquiry: Inquiry


def fights(remediations: Iterable[Remediation], drifts: Iterable[Drift]) -> list[StandingFight]:
    """Those that are with a person: nothing was begun for the entity since, and what is set again still differs."""
    last = {each.urn: each for each in remediations}
    differing = {(each.urn, split(each.path)[0]) for each in drifts if each.path}
    return [
        StandingFight(each.urn, each.id, each.inquiry)
        for each in last.values()
        if each.inquiry is not None and any((each.urn, path) in differing for path in each.inquiry.paths)
    ]


def show_fights(output: Output, found: Sequence[StandingFight]) -> None:
    if found:
        output.line("set again after it was set back:")
        rows = [(each.urn, ", ".join(each.inquiry.paths), each.inquiry.clause()) for each in found]
        output.table(("resource", "path", "who"), rows)


def fight_json(fight: StandingFight) -> Json:
    return {"urn": fight.urn, "remediation": fight.remediation, "inquiry": fight.inquiry.document()}
