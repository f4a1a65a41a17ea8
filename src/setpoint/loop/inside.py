"""What applications show from inside, as their agents report it: the heartbeat concludes it service by service.

Ingest works the reports into the ledger as they come; here what they add up to is judged like anything else: findings
of `service:<name>`, alerts, and the signals that attacks are for the service's threshold. A service of which nothing
changed that matters is left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from setpoint.act.interface import Alert
from setpoint.decide.interface import InsideJudge
from setpoint.loop.accepted import Accepted
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder, command_line
from setpoint.model.decision import Decision
from setpoint.model.exceptions import BASELINE
from setpoint.model.inside import Inside
from setpoint.model.policy import Severity
from setpoint.model.service import Signal
from setpoint.model.urn import Urn
from setpoint.model.wording import counted
from setpoint.store.interface import LedgerWriter

MENDED: Final = "a newer release was watched for long without it"


class InsideConcluder:
    def __init__(self, parts: Parts, accepted: Accepted, recorder: Recorder, writer: LedgerWriter) -> None:
        self._parts = parts
        self._accepted = accepted
        self._recorder = recorder
        self._writer = writer
        self._concluded: dict[str, tuple[str, str]] = {}
        """Service → what the last conclusion of this process was drawn from."""

    def conclude(self) -> None:
        judge = self._parts.inside
        if judge is None:
            return
        reader = self._parts.ledger.inside()
        for service in reader.services():
            bearing = self._accepted.bearing(Urn.service(service))
            if self._concluded.get(service) == (reader.version(service), bearing):
                continue
            inside = reader.inside(service)
            self._conclude(judge, inside)
            self._concluded[service] = (inside.version, bearing)

    def _conclude(self, judge: InsideJudge, inside: Inside) -> None:
        now, urn = self._parts.clock.now(), Urn.service(inside.service)
        findings, decisions, counting = judge.judge(inside, self._accepted.about(urn))
        signals = judge.attacks(counting, inside.told_attacks, now)
        attacks = {each.key: each.attacks for each in inside.places if each.attacks}
        made = {each.path: each for each in decisions}
        with self._recorder.step():
            changes = self._writer.record_inside(inside.service, findings, decisions, attacks, now, MENDED)
            self._writer.add_signals(signals)
            self._writer.note_waiver_matches(_waivers(decisions), now)
            self._recorder.tell_worst(changes, lambda finding: made[finding.path], _more)
            if signals and not (changes.opened or changes.reopened):
                self._tell_attacks(inside.service, signals)
        self._recorder.count(changes)

    def _tell_attacks(self, service: str, signals: Sequence[Signal]) -> None:
        """On places that people know of already; of any other, its finding tells."""
        self._recorder.tell(
            Alert(
                at=self._parts.clock.now(),
                severity=Severity.CRITICAL,
                kind="attack",
                subject=Urn.service(service),
                service=service,
                title="; ".join(each.cause.partition(": ")[2] for each in signals[:3]),
                details={"places": len(signals)},
                helps=command_line("runtime", service, option=""),
            )
        )


def _more(places: int) -> str:
    return f"{counted(places, 'more weak place')} inside of it"


def _waivers(decisions: Sequence[Decision]) -> list[str]:
    return sorted({waiver for each in decisions for waiver in each.waivers} - {BASELINE})
