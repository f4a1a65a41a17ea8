"""What production showed of a service: all of it that a gate decides by.

`admission` asks the ledger for it; the heartbeat keeps it for a gate that will not reach the ledger.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from setpoint.decide.interface import Assessor
from setpoint.loop.coverage import untold
from setpoint.loop.settings import LoopSettings
from setpoint.model.circumstances import Circumstances
from setpoint.model.finding import OF_SCANS, FindingSource
from setpoint.model.service import Service, Threshold
from setpoint.model.snapshot import AreaCoverage
from setpoint.model.wording import counted, span
from setpoint.store.interface import LastKnown, LedgerReader

AT_ONCE: Final = timedelta(0)

WITHOUT_LEDGER: Final = "nothing is recorded, and no component of it is judged"
"""How a decision is made where only the ledger would know more."""

OF_RELEASES: Final = frozenset({FindingSource.RUNTIME, FindingSource.COMPONENT})
"""Findings that one release may have and another not."""


def threshold_of(
    service: Service, ledger: LedgerReader, assessor: Assessor, now: datetime, *, later: timedelta = AT_ONCE
) -> Threshold:
    """As it is now, or as it will be if nothing more happens until `later`."""
    signals = ledger.signals(service.name, since=now - assessor.memory)
    return assessor.threshold(service, signals, now + later)


def circumstances(
    service: Service,
    ledger: LedgerReader,
    assessor: Assessor,
    settings: LoopSettings,
    now: datetime,
    *,
    later: timedelta = AT_ONCE,
) -> Circumstances:
    """As the ledger knows them now; with `later`, as they will be if the loop goes on and nothing more happens."""
    # Of weaknesses in the source, scans say since when they are there.
    found = ledger.findings(scope=settings.scope, service=service.name, but=FindingSource.CODE)
    return Circumstances(
        now=now + later,
        threshold=threshold_of(service, ledger, assessor, now, later=later),
        unknowns=doubts_of_last_beat(ledger, settings, now),
        first_seen={each.finding.id: each.first_seen for each in found},
        seen=[each.finding for each in found if each.finding.source is FindingSource.RUNTIME],
        waivers=ledger.waivers(),
    )


def doubts_of_last_beat(ledger: LedgerReader, settings: LoopSettings, now: datetime) -> tuple[str, ...]:
    """Why nobody can be sure of what production shows, a clause each."""
    last = next(iter(ledger.beats(scope=settings.scope, limit=1)), None)
    if last is None:
        return ("production was never looked at: no heartbeat is recorded",)
    return (*too_old(last.ended_at, settings, now), *untold(last.coverage))


def last_known(
    services: Mapping[str, Service],
    ledger: LedgerReader,
    assessor: Assessor,
    scope: str,
    beat: tuple[datetime, Iterable[AreaCoverage]],
    now: datetime,
) -> LastKnown:
    """Of every described service, after a beat that ended then and read so much."""
    ended_at, coverage = beat
    oldest: dict[str, datetime] = {}
    seen: Counter[str] = Counter()
    in_source: Counter[str] = Counter()
    for record in ledger.findings(scope=scope):
        seen[record.finding.service] += record.finding.source in OF_RELEASES
        in_source[record.finding.service] += record.finding.source in OF_SCANS
        # Differences from what is declared are none of the release's own.
        if record.finding.source is FindingSource.GUARDRAIL:
            name = record.finding.service
            oldest[name] = min(record.first_seen, oldest.get(name, record.first_seen))
    return LastKnown(
        scope=scope,
        beat_ended_at=ended_at,
        unknowns=tuple(untold(coverage)),
        thresholds={name: threshold_of(each, ledger, assessor, now) for name, each in services.items()},
        oldest_findings={name: at for name, at in oldest.items() if name in services},
        seen={name: count for name, count in seen.items() if count},
        in_source={name: count for name, count in in_source.items() if count},
    )


def recalled(
    known: LastKnown, service: str, settings: LoopSettings, now: datetime, *, because: str, has_scan: bool = False
) -> Circumstances:
    """What was last known, for a decision that is made without the ledger `because` of something.

    `has_scan` says that the release brings a scan of its source.
    """
    at = known.beat_ended_at.isoformat(timespec="seconds")
    in_source = 0 if has_scan else known.in_source.get(service, 0)
    return Circumstances(
        now=now,
        threshold=known.thresholds.get(service),
        unknowns=(
            *too_old(known.beat_ended_at, settings, now),
            *known.unknowns,
            *_seen(known.seen.get(service, 0)),
            *_in_source(in_source),
        ),
        remarks=(f"{because}: the threshold is the one signed after the heartbeat of {at}; {WITHOUT_LEDGER}",),
        # Which finding is how old, only the ledger knows: each counts as the oldest.
        oldest_finding=known.oldest_findings.get(service),
    )


def _seen(count: int) -> Sequence[str]:
    if not count:
        return []
    return [
        f"{counted(count, 'finding')} inside of it and of its components, and of which release, only the ledger knows"
    ]


def _in_source(count: int) -> Sequence[str]:
    if not count:
        return []
    told = counted(count, "weakness", "weaknesses")
    return [f"{told} in its source, and of which release, only the ledger knows: scan this one with --scan"]


def too_old(ended_at: datetime, settings: LoopSettings, now: datetime) -> Sequence[str]:
    """Why a heartbeat that ended then does not tell how things are now; nothing where it does."""
    age = (now - ended_at).total_seconds()
    return [f"the last heartbeat was {span(age)} ago"] if age > settings.stale_after else []
