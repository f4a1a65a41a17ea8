"""Asks who sets a value again that was set back time and again: the loop guard begins it, later beats go on with it.

What is asked, how often it was and when it is next are in the ledger, so that a crash forgets none of it. The provider
takes its time to record a change: the first answer is often that there is none yet.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Final

from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.model.attribution import Inquiry, RecordedChange, Untold
from setpoint.model.remediation import Remediation
from setpoint.model.urn import Urn
from setpoint.observe.interface import ChangeRecord
from setpoint.store.interface import LedgerWriter

MOST_A_BEAT: Final = 10
"""Questions from the beginning of one beat to that of the next: each takes a second or more, and the loop waits."""

NOT_ASKED: Final = Untold("too much was asked in this beat", may_be_told=True)


class Inquirer:
    def __init__(self, parts: Parts, recorder: Recorder, writer: LedgerWriter) -> None:
        self._parts = parts
        self._recorder = recorder
        self._writer = writer
        self._left = MOST_A_BEAT

    def new_beat(self) -> None:
        self._left = MOST_A_BEAT

    def begin(self, urn: Urn, paths: Collection[str], since: datetime) -> Inquiry | None:
        """What is known at once; None where there is no record of changes at all. Writes nothing."""
        record, now = self._parts.changes, self._parts.clock.now()
        if record is None:
            return None
        inquiry = Inquiry(tuple(paths), since, now, NOT_ASKED, ask_at=now)
        if self._left <= 0:
            return inquiry
        self._left -= 1
        return inquiry.answered(record.last_change(urn, inquiry.paths, since, now), self._parts.clock.now())

    def go_on(self) -> bool:
        """Ask once more about the remediation that is due longest; whether there may be another one."""
        record, now = self._parts.changes, self._parts.clock.now()
        if record is None or self._left <= 0:
            return False
        remediation = self._parts.ledger.next_inquiry(self._parts.settings.scope, now)
        if remediation is None or remediation.inquiry is None:
            return False
        self._left -= 1
        self._ask_again(record, remediation, remediation.inquiry)
        return True

    def _ask_again(self, record: ChangeRecord, remediation: Remediation, inquiry: Inquiry) -> None:
        answer = record.last_change(remediation.urn, inquiry.paths, inquiry.since, inquiry.until)
        now = self._parts.clock.now()
        with self._recorder.step():
            answered = self._writer.answer(remediation, inquiry.answered(answer, now), now)
            if isinstance(answer, RecordedChange):
                self._recorder.tell_end(answered)
