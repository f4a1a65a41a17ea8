"""Puts the parts together, once for a process: the only module that knows all of them.

Starting only leaves watchers behind (for imports, for the interpreter's audit events, for forks): no library is
imported that the application does not import itself.
"""

from __future__ import annotations

import atexit
import os
import threading
from typing import Final

from setpoint_agent import examination
from setpoint_agent.coverage.recorder import Coverage
from setpoint_agent.operations.counts import operations
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


class Agent:
    """What one process holds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._application = Application(settings.application)
        self._coverage = Coverage(self._application) if settings.coverage else None
        self._reporter = Reporter(settings, operations, self._coverage, switch_to=self.switch_to)

    def start(self) -> None:
        switch.fleet_key = self._settings.fleet_key
        place(FAMILIES)
        self.switch_to(on=True)
        self._reporter.start()

    def stop(self) -> None:
        self.switch_to(on=False)
        self._reporter.stop()

    def switch_to(self, on: bool) -> None:  # noqa: FBT001 - the switch's own word
        """Watch, or watch no longer: what was put around libraries stays, and then does nothing but call them."""
        if on == switch.on:
            return
        switch.on = on
        examination.begin(
            examination.Examination(self._application, self._reporter.record, self._settings.fleet_key) if on else None
        )
        if self._coverage is not None:
            (self._coverage.start if on else self._coverage.stop)()

    def after_fork(self) -> None:
        """A child has its own boot, queue and background threads; what the parent had waiting is the parent's."""
        if self._coverage is not None:
            self._coverage.after_fork()
        self._reporter.after_fork()


_agent: Agent | None = None
_lock = threading.Lock()


def start(settings: Settings | None = None) -> None:
    """Start the agent of this process, unless it has one."""
    global _agent  # noqa: PLW0603 - one agent a process
    with _lock:
        if _agent is not None:
            return
        first = not _registered
        _agent = Agent(settings or read_settings())
    _agent.start()
    if first:
        _register()


def stop() -> None:
    """Send what is waiting and watch no longer."""
    global _agent
    with _lock:
        agent, _agent = _agent, None
    if agent is not None:
        agent.stop()


_registered: list[bool] = []


def _register() -> None:
    """What a process can be told only once: how to end, and what a fork's child does."""
    _registered.append(True)
    os.register_at_fork(after_in_child=_after_fork)
    atexit.register(stop)


@quietly
def _after_fork() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = threading.Lock()
    if _agent is not None:
        _agent.after_fork()
