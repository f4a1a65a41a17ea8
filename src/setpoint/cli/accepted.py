"""Differences that somebody accepts: by what, who answers for it, and until when. Shown by `setpoint drift`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from setpoint.cli.output import Output
from setpoint.cli.source import Source
from setpoint.errors import InputError
from setpoint.model.drift import Drift
from setpoint.model.finding import FindingRecord
from setpoint.model.urn import Urn
from setpoint.model.waiver import Waiver

Place = tuple[Urn, str, str]
"""Entity, rule and path, by which a difference and its finding are the same."""


def place_of(drift: Drift) -> Place:
    return drift.urn, f"drift/{drift.kind}", drift.path


@dataclass(frozen=True, slots=True)
class Accepted:
    drift: Drift
    record: FindingRecord
    waiver: Waiver | None
    """None for what the baseline accepts, and where the caller may not know."""

    @property
    def place(self) -> Place:
        return place_of(self.drift)

    @property
    def by(self) -> str:
        return self.record.finding.accepted_by


def accepted(source: Source, drifts: Iterable[Drift], records: Iterable[FindingRecord]) -> Sequence[Accepted]:
    """Those of the differences that a waiver or the baseline kept from counting at the last heartbeat."""
    known = {(each.finding.urn, each.finding.rule, each.finding.path): each for each in records if each.is_accepted}
    found = [(drift, known[place_of(drift)]) for drift in drifts if place_of(drift) in known]
    waivers = _waivers(source) if found else {}
    return [Accepted(drift, record, waivers.get(record.finding.accepted_by)) for drift, record in found]


def show_accepted(output: Output, some: Sequence[Accepted]) -> None:
    if not some:
        return
    output.line("accepted, and not counted:")
    output.table(
        ("resource", "service", "path", "kind", "since", "accepted by", "owner", "until", "reason"),
        [
            (
                each.drift.urn,
                each.record.finding.service,
                each.drift.path,
                each.drift.kind,
                each.record.first_seen,
                each.by,
                *((each.waiver.owner, each.waiver.expires_at, each.waiver.reason) if each.waiver else ("", "", "")),
            )
            for each in some
        ],
    )


def _waivers(source: Source) -> dict[str, Waiver]:
    """None for a caller who may see one service only."""
    with suppress(InputError):
        return {each.id: each for each in source.waivers()}
    return {}
