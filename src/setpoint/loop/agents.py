"""Agents, for commands and the API: which there are, how far their reports are worked in, and switching them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from setpoint.errors import CouldNotTellError, InputError, NotFoundError
from setpoint.loop.instructions import time_of
from setpoint.model.health import Duty, Status
from setpoint.model.inside import AgentSwitch, Derivation, InsideSummary, Wanted
from setpoint.store.interface import InsideReader, LedgerReader, LedgerWriter

STALE_AFTER: Final = timedelta(minutes=3)
"""An agent reports every few seconds, and every minute while it is switched off."""

GONE_AFTER: Final = timedelta(hours=1)
"""From then on it is not shown unasked: processes end all the time, and say nothing when they do."""

KNOWN_FOR: Final = timedelta(days=7)
"""As long as the ledger tells boots apart."""

LATE_AFTER: Final = 10.0
"""Seconds after which reports that are not worked in are late: usually it takes one, and who says so is heard of five
seconds later."""

EVER: Final = datetime.min.replace(tzinfo=UTC)


def heard_since(now: datetime, *, include_gone: bool) -> datetime:
    """When an agent has to have been heard of to be shown."""
    return now - (KNOWN_FOR if include_gone else GONE_AFTER)


def derivation(ledger: LedgerReader, read_status: Callable[[], Status]) -> Derivation:
    """How far the reports are worked in, and how far the journal is beyond that, as the ingest process says."""
    offset = ledger.inside().derived()
    try:
        status = read_status()
    except CouldNotTellError as error:
        return Derivation(offset, None, error.what)
    measures = next((each.health.measures for each in status.processes if each.duty is Duty.INGEST), {})
    behind = measures.get("derived_lag")
    if not isinstance(behind, int):
        return Derivation(offset, None, "the ingest process has not said yet how far it is")
    return Derivation(offset, behind, waiting=float(measures.get("derived_waiting_s", 0.0)))


def summary(inside: InsideReader, service: str, now: datetime) -> InsideSummary:
    """`NotFoundError` where no agent ever reported of it."""
    found = inside.summary(service, now)
    if found is None:
        raise NotFoundError(
            f"no agent ever reported of a service {service!r}", remedy="see which did with: setpoint agents --all"
        )
    return found


def switch_agents(
    service: str, instance: str, wanted: Wanted, reason: str, actor: str, ledger: LedgerReader, writer: LedgerWriter
) -> AgentSwitch:
    """In force from now on; `instance` is empty for all of the service. Each agent is told when it reports next."""
    if not reason.strip():
        raise InputError("switching agents needs a reason", remedy="give one with --reason")
    if instance and not _is_known(service, instance, ledger.inside()):
        raise NotFoundError(
            f"no agent of {service} is called {instance!r}",
            remedy=f"see how they are called with: setpoint agents --service {service} --all",
        )
    return writer.switch_agents(AgentSwitch(service, instance, wanted, actor, reason, time_of(ledger)))


def _is_known(service: str, instance: str, inside: InsideReader) -> bool:
    found = inside.agents(service=service, since=EVER, after=(service, instance, ""), limit=1)
    return any(each.instance == instance for each in found)
