"""Asks what is recorded at this moment who made a difference; writes nothing. `attribution` and `recorder` ask it."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from setpoint.loop.parts import Parts
from setpoint.model.attribution import Attribution, ChangeQuestion, RecordedWrite, Untold
from setpoint.model.finding import Finding, FindingSource
from setpoint.model.identity import ABSENT
from setpoint.model.permission_use import Gap, RecordReach

KNOWN_FOR: Final = timedelta(seconds=5)
"""How far the record reaches is read for everything that is asked within so long."""

GONE: Final = frozenset({"drift/missing", ABSENT})
"""The rules of an entity that is not there."""

NO_TRAIL: Final = Untold("no trail is configured", may_be_told=False)


class Tracing:
    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._known_at: datetime | None = None
        self._reach: tuple[RecordReach, ...] = ()
        self._gaps: tuple[Gap, ...] = ()
        self._last: tuple[str, Collection[str], datetime, Sequence[RecordedWrite]] | None = None

    def answer(self, finding: Finding, seen: datetime, now: datetime) -> Attribution | Untold:
        """Of what was `seen` then as it is."""
        tracer = self._parts.tracer
        if tracer is None:
            return NO_TRAIL
        if self._known_at is None or now - self._known_at > KNOWN_FOR:
            record = self._parts.ledger.permission_use()
            self._reach, self._gaps, self._known_at = tuple(record.use_reach()), tuple(record.use_gaps()), now
        question = _question(finding, seen)
        writes = self._recorded_of(finding.urn.account, tracer.names(question), now)
        return tracer.trace(question, writes, self._reach, self._gaps, now)

    def is_named(self, finding: Finding, seen: datetime, names: Container[tuple[str, str]]) -> bool:
        """Whether one of these, each with its account, is a name of what the difference may come from."""
        tracer, account = self._parts.tracer, finding.urn.account
        return tracer is not None and any((account, each) in names for each in tracer.names(_question(finding, seen)))

    def _recorded_of(self, account: str, names: Collection[str], now: datetime) -> Sequence[RecordedWrite]:
        """Read once for everything that is asked of one entity together."""
        if self._last is None or self._last[:3] != (account, names, now):
            writes = self._parts.ledger.permission_use().writes_naming(account, names)
            self._last = (account, names, now, writes)
        return self._last[3]


def _question(finding: Finding, seen: datetime) -> ChangeQuestion:
    evidence = finding.evidence
    is_drift = finding.source in (FindingSource.DRIFT, FindingSource.IDENTITY)
    permission = evidence.get("permission") if finding.source is FindingSource.IDENTITY else None
    return ChangeQuestion(
        finding.urn,
        finding.path,
        (evidence.get("intended"), evidence.get("actual")) if is_drift else None,
        is_gone=finding.rule in GONE,
        until=seen,
        permission=permission if isinstance(permission, Mapping) else None,
    )
