"""Puts the parts together, once for a process: the only module that knows all of them.

Starting only leaves watchers behind (for imports, for the interpreter's audit events, for forks): no library is
imported that the application does not import itself.
"""

from __future__ import annotations

import atexit
import os
import threading
from dataclasses import dataclass
from typing import Final

from setpoint_agent import examination
from setpoint_agent.coverage.recorder import Coverage
from setpoint_agent.operations.counts import operations
from setpoint_agent.patching import audit
from setpoint_agent.patching.placing import place
from setpoint_agent.quiet import quietly
from setpoint_agent.reporting.reporter import Reporter
from setpoint_agent.settings import Settings, read_settings
from setpoint_agent.stack import Application
from setpoint_agent.switch import switch

FAMILIES: Final = (
    "sources.wsgi",
    "sources.asgi",
    "sources.frameworks",
    "sources.aiohttp_requests",
    "sources.tornado_requests",
    "sources.contexts",
    "passages.escapers",
    "passages.validators",
    "sinks.sql",
    "sinks.nosql",
    "sinks.command",
    "sinks.code",
    "sinks.template",
    "sinks.path",
    "sinks.archive",
    "sinks.directory",
    "sinks.xpath",
    "sinks.outbound",
    "sinks.response",
    "sinks.logging",
    "sinks.deserialisation",
    "sinks.mail",
    "sinks.regex",
    "sinks.session",
    "sinks.hashing",
    "sinks.ciphers",
    "sinks.randomness",
    "sinks.cookies",
    "sinks.xml",
    "sinks.tls",
    "sinks.tokens",
    "sinks.exposure",
)
"""Modules that declare `PATCHES` (wrappers and preparations of libraries), `AUDITS` (listeners by event), or both."""


@dataclass(slots=True)
class Agent:
    """What one process holds."""

    reporter: Reporter
    coverage: Coverage | None


_agent: Agent | None = None
_lock: Final = threading.Lock()


def start(settings: Settings | None = None) -> None:
    """Start the agent of this process, unless it has one."""
    global _agent  # noqa: PLW0603 - one agent a process
    with _lock:
        if _agent is not None:
            return
        settings = settings or read_settings()
        application = Application(settings.application)
        coverage = Coverage(application) if settings.coverage else None
        reporter = Reporter(settings, operations, coverage, switch_off=stop)
        _agent = Agent(reporter, coverage)
    examination.begin(
        examination.Examination(application=application, record=reporter.record, fleet_key=settings.fleet_key)
    )
    switch.fleet_key, switch.on = settings.fleet_key, True
    place(FAMILIES)
    if coverage is not None:
        coverage.start()
    reporter.start()
    os.register_at_fork(after_in_child=_after_fork)
    atexit.register(stop)


def stop() -> None:
    """Watch no longer. What was put around libraries stays, and does nothing but call them."""
    global _agent
    with _lock:
        agent, _agent = _agent, None
    if agent is None:
        return
    switch.on = False
    examination.begin(None)
    audit.silence()
    if agent.coverage is not None:
        agent.coverage.stop()
    agent.reporter.stop()


@quietly
def _after_fork() -> None:
    """A child has its own boot, queue and background thread; what the parent had waiting is the parent's."""
    if _agent is not None:
        _agent.reporter.after_fork()
        if _agent.coverage is not None:
            _agent.coverage.after_fork()
