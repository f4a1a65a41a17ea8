"""Puts the parts together, once for a process: the only module that knows all of them.

Starting only leaves watchers behind (for imports, for the interpreter's audit events, for forks): no library is
imported that the application does not import itself.
"""

from __future__ import annotations

import atexit
import os
from typing import Final

from setpoint_agent import ends, examination
from setpoint_agent.components import imports
from setpoint_agent.coverage.recorder import Coverage
from setpoint_agent.native import native
from setpoint_agent.operations.counts import operations
from setpoint_agent.patching.imports import watch
from setpoint_agent.patching.placing import place
from setpoint_agent.quiet import mishaps, quietly
from setpoint_agent.reporting.reporter import Reporter
from setpoint_agent.settings import Settings, read_settings
from setpoint_agent.stack import Application
from setpoint_agent.switch import switch
from setpoint_agent.watched import watched

FAMILIES: Final = (
    "sources.wsgi",
    "sources.asgi",
    "sources.frameworks",
    "sources.aiohttp_requests",
    "sources.tornado_requests",
    "sources.contexts",
    "sources.background",
    "sources.decoded",
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
    "sinks.headers",
    "sinks.redirects",
    "sinks.templates",
    "sinks.pages",
    "sinks.logging",
    "sinks.deserialisation",
    "sinks.mail",
    "sinks.regex",
    "sinks.tokens",
    "sinks.session",  # puts its own around what `tokens` has wrapped
    "sinks.hashing",
    "sinks.ciphers",
    "sinks.randomness",
    "sinks.cookies",
    "sinks.xml",
    "sinks.tls",
    "sinks.exposure",
    "ends",
)
"""Modules that declare `PATCHES` (wrappers and preparations of libraries), `AUDITS` (listeners by event), or both."""


class Agent:
    """What one process holds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._application = Application(settings.application)
        # Functions are told to a control plane alone.
        self._coverage = Coverage(self._application) if settings.coverage and settings.server else None
        self._reporter = Reporter(settings, operations, self._coverage, switch_to=self.switch_to)

    def start(self) -> None:
        switch.fleet_key = self._settings.fleet_key
        if self._settings.components and self._settings.server:
            watch.listener = quietly(imports.note)
        place(FAMILIES)
        ends.before_an_end(self._reporter.last_words)
        self.switch_to(on=True)
        self._reporter.start()

    def stop(self) -> None:
        self.switch_to(on=False)
        ends.before_an_end(None)
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

    def before_fork(self) -> None:
        """The agent's threads end for its moment: a child must not inherit what one of them holds."""
        self._reporter.before_fork()
        if self._coverage is not None:
            self._coverage.before_fork()

    def after_fork_in_parent(self) -> None:
        if self._coverage is not None:
            self._coverage.after_fork(in_child=False)
        self._reporter.after_fork_in_parent()

    def after_fork_in_child(self) -> None:
        """A child has its own boot, counts and threads; what the parent had waiting is the parent's."""
        begin_counting_anew()
        if self._coverage is not None:
            self._coverage.after_fork(in_child=True)
        self._reporter.after_fork_in_child()


def begin_counting_anew() -> None:
    """What is counted for the whole process: of this boot alone."""
    mishaps.begin_anew()
    operations.begin_anew()
    watched.begin_anew()


_agent: Agent | None = None
_lock = native("_thread", "allocate_lock")()
_registered: list[bool] = []


def start(settings: Settings | None = None) -> None:
    """Start the agent of this process, unless it has one."""
    global _agent  # noqa: PLW0603 - one agent a process
    with _lock:
        if _agent is not None:
            return
        begin_counting_anew()
        agent = _agent = Agent(settings or read_settings())
        first = not _registered
        _registered.append(True)
    agent.start()
    if first:
        _register()


def stop() -> None:
    """Send what is waiting and watch no longer."""
    global _agent
    with _lock:
        agent, _agent = _agent, None
    if agent is not None:
        quietly(agent.stop)()


def _register() -> None:
    """What a process can be told only once: how to end, and what a fork does."""
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork_in_child)
    atexit.register(stop)


@quietly
def _before_fork() -> None:
    if _agent is not None:
        _agent.before_fork()


@quietly
def _after_fork_in_parent() -> None:
    if _agent is not None:
        _agent.after_fork_in_parent()


@quietly
def _after_fork_in_child() -> None:
    global _lock  # noqa: PLW0603 - another thread of the parent may have held it
    _lock = native("_thread", "allocate_lock")()
    if _agent is not None:
        _agent.after_fork_in_child()
