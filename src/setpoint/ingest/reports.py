"""Agents' reports: what an agent counted and met since it started, as one event each. Pure.

An agent numbers its reports from 1 for as long as its process lives (its boot), and its counters only grow while it
lives. Hence sending a report again changes nothing, and one that was lost is made up for by the next.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

import orjson

from setpoint.errors import InputError
from setpoint.ingest.cloudevents import AGENT_PREFIX
from setpoint.ingest.documents import LONGEST_SERVICE, by_line, foreign, moment, parse, text, whole
from setpoint.ingest.members import LARGEST_NUMBER, check_members
from setpoint.ingest.refusals import too_large
from setpoint.model.canonical import Json
from setpoint.model.event import Event
from setpoint.settings.ingest import IngestBounds

REPORT_TYPE: Final = "setpoint.agent.report"

SCHEMA: Final = 1
"""The newest version of `schemas/agent-report.schema.json`; every one before it is taken as well."""

MOST_COUNTERS: Final = 1_000
MOST_EVENTS: Final = 1_000
MOST_COMPONENTS: Final = 5_000

_BOOT: Final = re.compile(r"[A-Za-z0-9-]{8,64}")
_COUNTER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/-]{0,127}")


@dataclass(frozen=True, slots=True)
class ReportReader:
    """Reads one body."""

    bounds: IngestBounds
    service: str | None
    """The one service that the sender may speak of; None: any."""
    received_at: datetime

    def single(self, body: bytes) -> Sequence[Event]:
        return [self._event(body)]

    def lines(self, body: bytes) -> Sequence[Event]:
        """For an agent that could not send for a while."""
        return by_line(body, self.bounds.events, self._event)

    def _event(self, body: bytes) -> Event:
        report = parse(body, self.bounds.report_bytes, self.bounds.depth)
        check_report(report)
        service, instance = report["service"], report["instance"]
        if self.service not in (None, service):
            raise foreign(service, str(self.service))
        time = moment(report, "time", self.received_at)
        source = f"{AGENT_PREFIX}{quote(service, safe='')}/{quote(instance, safe='')}"
        identity = f"{report['boot']}:{report['sequence']}"
        document = {
            "specversion": "1.0",
            "id": identity,
            "source": source,
            "type": REPORT_TYPE,
            "time": time.isoformat(),
            "service": service,
            "datacontenttype": "application/json",
            "data": report,
        }
        return Event(source, identity, REPORT_TYPE, time, "", service, orjson.dumps(document))


def check_report(report: Json) -> None:
    """Raises `InputError` for what is no report."""
    if not isinstance(report, dict):
        raise InputError("this is no JSON object")
    if whole(report, "schema", 1, LARGEST_NUMBER) > SCHEMA:
        raise InputError(
            f"schema is {report['schema']}; up to {SCHEMA} is understood",
            remedy="upgrade Setpoint before its agents",
        )
    text(report, "service", longest=LONGEST_SERVICE)
    text(report, "instance", longest=LONGEST_SERVICE)
    if not _BOOT.fullmatch(text(report, "boot")):
        raise InputError("boot is no id of 8 to 64 letters, digits and hyphens")
    whole(report, "sequence", 1, LARGEST_NUMBER)
    _check_counters(report.get("counters"))
    for each in _objects(report, "events", MOST_EVENTS):
        text(each, "type")
    _objects(report, "components", MOST_COMPONENTS)
    check_members(report)


def _check_counters(counters: Json) -> None:
    if counters is None:
        return
    if not isinstance(counters, dict):
        raise InputError("counters is no JSON object")
    if len(counters) > MOST_COUNTERS:
        raise too_large(f"there are {len(counters):,} counters; at most {MOST_COUNTERS:,} are taken")
    for name in counters:
        if not _COUNTER.fullmatch(name):
            raise InputError("the name of a counter is not 1 to 128 letters, digits and . _ : / -")
        whole(counters, name, 0, LARGEST_NUMBER)


def _objects(report: dict[str, Json], name: str, most: int) -> list[dict[str, Json]]:
    found = report.get(name)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise InputError(f"{name} is no list of JSON objects")
    if len(found) > most:
        raise too_large(f"there are {len(found):,} {name}; at most {most:,} are taken")
    return found
