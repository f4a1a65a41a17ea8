"""Who is told, on this machine and through channels."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from uuid import uuid4

from setpoint.act.alert import JsonLinesNotifier, Notifiers, TerminalNotifier
from setpoint.act.interface import Alert, Courier, Message
from setpoint.errors import CouldNotTellError, NotFoundError
from setpoint.fields import did_you_mean
from setpoint.model.policy import Severity
from setpoint.settings import Settings


def notifiers(settings: Settings) -> Notifiers:
    """Who is told on this machine: whoever looks at the error stream, and the file that the settings name."""
    to_file = [JsonLinesNotifier(settings.alerts_file)] if settings.alerts_file else []
    return Notifiers([TerminalNotifier(sys.stderr), *to_file])


def courier(settings: Settings) -> Courier:
    """Every channel of the settings. Raises `Error` where a secret is not there, or a library."""
    # Only who sends pays for HTTP and TLS.
    from setpoint.act.delivery.courier import AlertCourier

    owners = {name: service.owner for name, service in settings.services.items()}
    return AlertCourier(settings.alerts, owners, timeout=settings.loop.delivery.timeout)


def try_channel(settings: Settings, channel: str) -> str:
    """Send a test message; why it did not get there, empty where it did. `NotFoundError` where there is no such one."""
    known = settings.alerts.channels
    if channel not in known:
        remedy = did_you_mean(channel, known) if known else "name one under alerts.channels"
        raise NotFoundError(f"there is no channel {channel!r}", remedy=remedy)
    alert = Alert(
        at=datetime.now(UTC),
        severity=Severity.INFO,
        kind="test",
        subject=None,
        service="",
        title=f"a test of the channel {channel}; nothing is wrong",
        helps="setpoint alerts",
    )
    try:
        courier(settings).send(channel, Message(f"test-{uuid4()}", (alert,)))
    except CouldNotTellError as error:
        return error.diagnostics()
    return ""
