"""Says of every difference who made it, when and how, by what an audit trail recorded; the heartbeat calls it.

Trails are late, and come in no order: what is not told yet is asked again when more was recorded, and an answer may
become a better one. What was asked, and the answers, are in the ledger, beside the findings.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from setpoint.act.interface import Alert
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder, command_line
from setpoint.loop.tracing import Tracing
from setpoint.model.attribution import Attribution, Traced, Untold
from setpoint.model.finding import FindingRecord
from setpoint.model.policy import Severity
from setpoint.store.interface import LedgerWriter

EVERY: Final = timedelta(seconds=5)
"""From one look at what was recorded to the next: between beats the loop comes by every second."""

AT_ONCE: Final = 200
"""Findings that are asked about in one transaction."""

MOST: Final = 1_000
"""In one look, two seconds or so: a beat goes on."""

MOST_RECORDED: Final = 10_000
"""Recorded changes of which the names are gone through in one look: a first reading of a trail brings many."""


class Attributor:
    def __init__(self, parts: Parts, recorder: Recorder, writer: LedgerWriter) -> None:
        self._parts = parts
        self._recorder = recorder
        self._writer = writer
        self._tracing = Tracing(parts)
        self._next: datetime | None = None
        self._opened = 0
        """Findings that had come in this beat when it was looked last: what is new does not wait."""
        self._gone_through: int | None = None
        """Up to which recorded change; None before the first look, which begins where the ledger says."""

    def new_beat(self) -> None:
        self._next = None

    def conclude(self) -> None:
        """Ask about what is new, what is due again, and what more was recorded of."""
        now, opened = self._parts.clock.now(), self._recorder.tally.opened
        is_early = self._next is not None and now < self._next and opened == self._opened
        if self._parts.tracer is None or is_early:
            return
        self._next, self._opened = now + EVERY, opened
        newest = self._parts.ledger.permission_use().newest_write()
        for _ in range(MOST // AT_ONCE):
            due = self._parts.ledger.to_trace(self._parts.settings.scope, now, most=AT_ONCE)
            if self._parts.stopping() or not due:
                break
            self._conclude(due, newest, now)
        if newest != self._gone_through:
            self._go_through(newest, now)

    def _go_through(self, newest: int, now: datetime) -> None:
        """What was recorded since the last look: only what it names is asked about."""
        unsettled = self._parts.ledger.unsettled_traces(self._parts.settings.scope, now, newest)
        after = self._gone_through
        if after is None:
            after = min((traced.up_to for _, traced in unsettled), default=newest)
        up_to = min(newest, after + MOST_RECORDED)
        names = self._parts.ledger.permission_use().names_recorded(after, up_to)
        named = [each for each in unsettled if self._tracing.is_named(each[0].finding, each[0].last_changed, names)]
        for start in range(0, min(len(named), MOST), AT_ONCE):
            if self._parts.stopping():
                return
            self._conclude(named[start : start + AT_ONCE], newest, now)
        if len(named) <= MOST:
            self._gone_through = up_to

    def _conclude(self, due: Sequence[tuple[FindingRecord, Traced]], newest: int, now: datetime) -> None:
        answered = [(record, self._asked(record, known, newest, now)) for record, known in due]
        with self._recorder.step():
            self._writer.put_traces(answered, now)
            for (record, known), (_, traced) in zip(due, answered, strict=True):
                answer = traced.answer
                if isinstance(answer, Attribution) and record.is_open and _is_news(known, answer):
                    self._tell(record, answer)

    def _asked(self, record: FindingRecord, known: Traced, newest: int, now: datetime) -> Traced:
        answer = self._tracing.answer(record.finding, record.last_changed, now)
        return known.again(_better(known.answer, answer), newest, now, record.last_changed)

    def _tell(self, record: FindingRecord, answer: Attribution) -> None:
        """People heard of the difference without a name, or with another one."""
        finding = record.finding
        self._recorder.tell(
            Alert(
                at=self._parts.clock.now(),
                severity=Severity.INFO,
                kind="attribution",
                subject=finding.urn,
                service=finding.service,
                title=f"{finding.title}: {answer.clause()}",
                details={"finding": finding.id, "path": finding.path, "attribution": answer.document()},
                helps=command_line("findings", finding.service),
            )
        )


def _is_news(known: Traced, answer: Attribution) -> bool:
    """What is known when a difference is asked about first is told with it."""
    is_same = isinstance(known.answer, Attribution) and known.answer.change.id == answer.change.id
    return known.asked > 0 and not is_same


def _better(before: Attribution | Untold, now: Attribution | Untold) -> Attribution | Untold:
    """What was known stays known, even if its record is not kept any more."""
    if not isinstance(before, Attribution):
        return now
    if not isinstance(now, Attribution) or now.confidence.rank < before.confidence.rank:
        return before
    return now
