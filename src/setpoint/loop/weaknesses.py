"""Weaknesses in the source of services, as production confirms or clears them: the heartbeat concludes them anew.

A gate records what scanners told of a release. What agents see of it afterwards, and waivers that begin or end, change
what that means; a service of which nothing of this changed is left alone.
"""

from __future__ import annotations

from setpoint.loop.accepted import Accepted
from setpoint.loop.code import Evidence, code_findings
from setpoint.loop.parts import Parts
from setpoint.loop.recorder import Recorder
from setpoint.model.exceptions import BASELINE
from setpoint.model.urn import Urn
from setpoint.store.interface import LedgerWriter


class CodeConcluder:
    def __init__(self, parts: Parts, accepted: Accepted, recorder: Recorder, writer: LedgerWriter) -> None:
        self._parts = parts
        self._accepted = accepted
        self._recorder = recorder
        self._writer = writer
        self._concluded: dict[str, str] = {}
        """Service → what the last conclusion of this process was drawn from."""

    def conclude(self) -> None:
        if self._parts.code is None:
            return
        for service in self._parts.ledger.code().services():
            grounds = self._grounds(service)
            if self._concluded.get(service) != grounds:
                self._conclude(service)
                self._concluded[service] = grounds

    def _grounds(self, service: str) -> str:
        """Functions that are reached and looks that met nothing are taken up once an hour: they change all the time."""
        ledger = self._parts.ledger
        bearing = self._accepted.bearing(Urn.service(service))
        version = f"{ledger.code().version(service)};{ledger.inside().version(service)}"
        return f"{version};{bearing};{self._parts.clock.now():%Y-%m-%d %H}"

    def _conclude(self, service: str) -> None:
        parts, ledger, urn = self._parts, self._parts.ledger, Urn.service(service)
        if parts.code is None:
            return
        met = ledger.findings(scope=parts.settings.scope, urn=urn)
        evidence = Evidence(ledger, service, [each.finding for each in met])
        has = ledger.code().open(service)
        findings = code_findings(parts.code, service, has, evidence, self._accepted.about(urn))
        now = parts.clock.now()
        with self._recorder.step():
            changes = self._writer.code().record_findings(parts.settings.scope, service, findings, now)
            waivers = {each.accepted_by for each in findings} - {"", BASELINE}
            self._writer.note_waiver_matches(sorted(waivers), now)
        self._recorder.count(changes)
