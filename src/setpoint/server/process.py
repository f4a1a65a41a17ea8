"""The server's process: the application put together from the settings, and run until it is told to stop.

Run by `setpoint up`, in the foreground or by its supervisor.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import sys
import threading
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from setpoint.errors import CouldNotTellError, Error
from setpoint.files import allow_open_files
from setpoint.model.health import Health, InForce
from setpoint.server.app import create_app
from setpoint.server.authentication.authenticator import Authenticator
from setpoint.server.authentication.first_token import first_admin_token
from setpoint.server.forwarding import IngestDoor
from setpoint.server.listening import listening, url_of
from setpoint.server.metrics import Metrics
from setpoint.server.parts import Described, ServerParts
from setpoint.server.protocol import ImpatientLoop, impatient
from setpoint.server.tls import tls_context, warn_of_shared_key
from setpoint.server.workers import Workers
from setpoint.serving import Serving, TellHealth
from setpoint.settings import Settings
from setpoint.settings.server import ServerSettings
from setpoint.store.interface import ServerLedger, TokenStore
from setpoint.telemetry import SILENT, Telemetry
from setpoint.telemetry.requests import Application, MeasuredRequests
from setpoint.wiring.alerting import try_channel
from setpoint.wiring.identity_plane import record_rules
from setpoint.wiring.judging import assessor
from setpoint.wiring.server import ServerWiring
from setpoint.wiring.stores import open_server_ledger

STOP_WITHIN: Final = 8
"""Seconds for calls under way when it is told to stop: the supervisor waits ten."""

IDLE: Final = 5
"""Seconds for which a connection may wait for its next call."""

TRY_EVERY: Final = 1.0
"""Seconds between two trials of a ledger that could not be written."""

SPARE_FILES: Final = 256
"""Descriptors beside those of connections: the ledger's, and the threads'."""


def run_server(
    settings: Settings,
    *,
    ready: Callable[[], None],
    stop: threading.Event,
    ingest_socket: Path | None,
    answering: Callable[[str], None] = lambda _url: None,
    tell_health: TellHealth | None = None,
    telemetry: Telemetry = SILENT,
    in_force: Callable[[], InForce] | None = None,
    listener: int | None = None,
) -> None:
    """Until `stop` is set. Raises `InputError` where it cannot listen as the settings say.

    `answering` is told its address once callers are answered there. `listener` is the descriptor of a socket that
    another process holds open.
    """
    server, context = settings.server, tls_context(settings.server)
    warn_of_shared_key(server)
    # One to each caller, and one from there to ingest.
    allow_open_files(2 * server.limits.connections + SPARE_FILES)
    socket_held = listening(server) if listener is None else socket.socket(fileno=listener)
    with socket_held as accepting, open_server_ledger(settings) as ledger, _trying(ledger):
        tokens = ledger.access(server.master_key)
        _show_first_token(tokens)
        parts = _parts(settings, ledger, tokens, ingest_socket, stop)
        if in_force is not None:
            parts = replace(parts, in_force=in_force)
        try:
            app = MeasuredRequests(create_app(parts), telemetry)
            if tell_health is not None:
                tell_health(lambda: _health(app, ledger))

            def begin() -> None:
                answering(url_of(accepting, server))
                ready()

            serve(app, accepting, server, context, stop=stop, ready=begin)
        finally:
            parts.authenticator.close()


@contextmanager
def _trying(ledger: ServerLedger) -> Generator[None]:
    """A ledger that could not be written is tried again: while the server is not ready, nobody else may write."""
    ended = threading.Event()

    def go_on() -> None:
        while not ended.wait(TRY_EVERY):
            with suppress(Error):
                ledger.try_again()

    thread = threading.Thread(target=go_on, name="ledger trial")
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def _health(app: MeasuredRequests, ledger: ServerLedger) -> Health:
    health, trouble = app.health(), ledger.trouble()
    return replace(health, problems=(*health.problems, trouble)) if trouble else health


def _parts(
    settings: Settings, ledger: ServerLedger, tokens: TokenStore, ingest_socket: Path | None, stop: threading.Event
) -> ServerParts:
    wiring, metrics = ServerWiring(settings, ledger), Metrics()
    # What a gate needs takes seconds to make: the first caller is not to wait for it. Wrong input ends the process.
    with suppress(CouldNotTellError):
        wiring.gatekeeper("")
    return ServerParts(
        described=Described(
            loop=settings.loop,
            services=settings.services,
            service=settings.service,
            waivers=settings.waivers,
            channels=sorted(settings.alerts.channels),
            policies=wiring.policies,
            policies_for=wiring.policies_for,
            permissions=lambda enforce: wiring.permissions(enforce=enforce),
            record_of_calls=record_rules(settings),
        ),
        ledger=ledger,
        pages=ledger.pages(),
        answers=ledger.answers(),
        tokens=tokens,
        authenticator=Authenticator(tokens, settings.server.oidc, count_refusal=metrics.refused),
        gatekeeper=wiring.gatekeeper,
        assessor=assessor(settings),
        explainer=wiring.explainer,
        ingest=IngestDoor(ingest_socket),
        workers=Workers(settings.file),
        try_channel=partial(try_channel, settings),
        status=wiring.status,
        metrics=metrics,
        limits=settings.server.limits,
        open_metrics=settings.server.open_metrics,
        stopping=stop.is_set,
    )


def _show_first_token(tokens: TokenStore) -> None:
    text = first_admin_token(tokens)
    if text is not None:
        # To the terminal and not to the log, which is kept. Apart from the alerts around it, which look alike.
        sys.stderr.write(f"\nthe first token, shown this once; it may do everything:\n\n    {text}\n\n")
        sys.stderr.flush()


def serve(
    app: Application,
    listener: socket.socket,
    settings: ServerSettings,
    context: ssl.SSLContext | None = None,
    *,
    stop: threading.Event,
    ready: Callable[[], None],
) -> None:
    """Answer on a socket until `stop` is set; then let calls under way end, and hang up."""
    _Server(app, settings, context, stop, ready).run(sockets=[listener])


class _Server(Serving):
    def __init__(
        self,
        app: Application,
        settings: ServerSettings,
        context: ssl.SSLContext | None,
        stop: threading.Event,
        ready: Callable[[], None],
    ) -> None:
        limits = settings.limits
        super().__init__(
            app,
            stop.is_set,
            ready,
            lifespan="on",
            http=impatient(limits.seconds, limits.connections),
            timeout_keep_alive=IDLE,
            timeout_graceful_shutdown=STOP_WITHIN,
            ssl_context_factory=(lambda _config, _usual: context) if context is not None else None,
        )
        self._seconds = limits.seconds

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        with asyncio.Runner(loop_factory=lambda: ImpatientLoop.waiting(self._seconds)) as runner:
            runner.run(self.serve(sockets))
