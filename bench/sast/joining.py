"""What the gate makes of a service's weaknesses, with what its agents reported and without: by a ledger of its own.

Every step is the product's: a gate records the scan, ingest's reader takes the reports, a heartbeat concludes, and the
weight of each finding is the one that the gate's risk is made of. Only time is made up: the reports of a run are
taken as if they had come over more than a week, since a function has to be unused for so long to count as that.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.sast.scoring import Told
from bench.sast.serving import RELEASE
from setpoint.compare.code.joining import UNUSED_AFTER
from setpoint.decide.code import finding
from setpoint.decide.weighing import risk_inputs
from setpoint.ingest.reported import report_of
from setpoint.ingest.reports import ReportReader
from setpoint.loop.code import Evidence
from setpoint.model.admitting import Bringing
from setpoint.model.circumstances import Circumstances
from setpoint.model.code import KnownWeakness
from setpoint.model.inside import CodeSeen
from setpoint.model.policy import Stage
from setpoint.model.report import AgentReport
from setpoint.model.scan import Scan
from setpoint.model.service import Release
from setpoint.settings import Settings, load_settings
from setpoint.settings.ingest import IngestBounds
from setpoint.store.interface import Entry, Ledger
from setpoint.wiring.judging import code_parts
from setpoint.wiring.server import ServerWiring
from setpoint.wiring.stores import open_server_ledger

FINE: Final = (0, 1)
"""Exit codes of a heartbeat that saw everything: nothing is wrong, or something is."""

WATCHED_FOR: Final = UNUSED_AFTER + timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Judged:
    """A weakness, as the gate knows it after the run."""

    known: KnownWeakness
    weight: float
    """In the risk of its release: how much of the whole severity it makes up, from 0 to 1."""
    without: float
    """The same if nothing was known but what scanners told: neither of production nor of the source around it."""
    without_agents: float
    """The same if nothing was known of production; what the source around it says, the scan knows by itself."""

    @property
    def is_demoted(self) -> bool:
        return self.weight < self.without or self.weight == 0

    @property
    def is_demoted_by_agents(self) -> bool:
        return self.weight < self.without_agents or self.weight == 0


@dataclass(frozen=True, slots=True)
class Joined:
    """All that is known of one service."""

    judged: Sequence[Judged]
    seen: CodeSeen

    def met(self, folder: str) -> list[Told]:
        """The places that agents met, as if somebody told them, in the words of the labels."""
        return [
            Told(each.key, f"{folder}/{place.file}", place.line, frozenset({each.sighting.cwe}))
            for each in self.seen.places
            if (place := each.sighting.place)
        ]


def join(service: str, scan: Scan, reports: Sequence[Any], folder: Path) -> Joined:
    folder.mkdir(parents=True, exist_ok=True)
    settings = _settings(service, folder)
    with open_server_ledger(settings) as ledger:
        gate = ServerWiring(settings, ledger).gatekeeper("bench")
        gate.decide(Release(service, RELEASE), Stage.BUILD, bringing=Bringing(scan))
        _take(ledger, reports)
    _beat(folder)
    with open_server_ledger(settings) as ledger:
        met = [each.finding for each in ledger.findings(scope=settings.loop.scope, service=service)]
        evidence = Evidence(ledger, service, met)
        known = evidence.known(code_parts(), scan.weaknesses, since={})
    return Joined(_judged(service, known), evidence.seen)


def _judged(service: str, known: Sequence[KnownWeakness]) -> list[Judged]:
    scanned = [KnownWeakness(each.weakness) for each in known]
    told = [KnownWeakness(replace(each.weakness, against="")) for each in known]
    weights = (_weights(service, each) for each in (known, told, scanned))
    return [Judged(*each) for each in zip(known, *weights, strict=True)]


def _weights(service: str, known: Sequence[KnownWeakness]) -> list[float]:
    circumstances = Circumstances(datetime.now(UTC), threshold=None)
    return [each.weight for each in risk_inputs([finding(each, service) for each in known], circumstances)]


def _settings(service: str, folder: Path) -> Settings:
    configuration = folder / "setpoint.yaml"
    configuration.write_text(f"services: {{{service}: {{tier: standard}}}}\n", encoding="utf-8")
    return load_settings(configuration)


def _beat(folder: Path) -> None:
    beat = [sys.executable, "-m", "setpoint", "beat"]
    run = subprocess.run(beat, cwd=folder, check=False, capture_output=True, text=True)
    if run.returncode not in FINE:
        raise RuntimeError(f"the heartbeat failed:\n{run.stderr}")


def _take(ledger: Ledger, reports: Sequence[Any]) -> None:
    until = datetime.now(UTC)
    step = WATCHED_FOR / max(1, len(reports) - 1)
    read = [_read(number, until - WATCHED_FOR + number * step, each) for number, each in enumerate(reports)]
    _, writer = ledger.acquire("reports", until, 60)
    writer.take_reports(read, len(read), until)


def _read(offset: int, received_at: datetime, document: Mapping[str, Any]) -> AgentReport:
    (event,) = ReportReader(IngestBounds(), None, received_at).single(json.dumps(document).encode())
    report = report_of(Entry(offset, received_at, event.line))
    assert report is not None
    return report
