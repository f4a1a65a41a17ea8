"""E-mail, Slack, Teams, PagerDuty and others, through the library apprise (extra `alerts`). `courier` makes them.

apprise logs what it does, and some of its messages hold parts of the URL, which is a secret: its log is kept shut, and
of what went wrong only a status code is passed on.
"""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any, Final

from setpoint.act.delivery.settings import ChannelKind
from setpoint.act.delivery.wording import Text
from setpoint.act.interface import Message
from setpoint.errors import Error, InputError, TemporaryError
from setpoint.model.policy import Severity

SCHEMES: Final[Mapping[ChannelKind, frozenset[str]]] = {
    ChannelKind.EMAIL: frozenset({"mailto", "mailtos"}),
    ChannelKind.SLACK: frozenset({"slack"}),
    ChannelKind.TEAMS: frozenset({"workflow", "workflows"}),
    ChannelKind.PAGERDUTY: frozenset({"pagerduty"}),
}
"""What a URL of a kind is read as (apprise, *Supported Notifications*), services' own https:// URLs included."""

PAGERDUTY_SEVERITIES: Final = {
    Severity.INFO: "info",
    Severity.LOW: "info",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "error",
    Severity.CRITICAL: "critical",
}
"""PagerDuty, *Events API v2*, "PD-CEF"."""

LONGEST_DETAILS: Final = 10_000
"""Characters of an incident's details; PagerDuty takes 512 KB (*Events API v2*, "Limits")."""

_TONES: Final = {
    Severity.INFO: "info",
    Severity.LOW: "info",
    Severity.MEDIUM: "warning",
    Severity.HIGH: "failure",
    Severity.CRITICAL: "failure",
}
"""apprise's kinds of notification, which give a message its colour."""

_TALKATIVE: Final = ("apprise", "urllib3.connection", "urllib3.connectionpool")
"""Loggers whose messages may hold a URL."""

_STATUS: Final = re.compile(r"error=(\d{3})\b")
"""How apprise's plugins tell a status code in their warnings."""


@dataclass(frozen=True, slots=True)
class Service:
    """One URL of apprise's."""

    kind: ChannelKind
    longest: int
    """Characters of a text that it takes in one piece."""
    opens_incidents: bool
    _parameters: Mapping[str, Any] = field(repr=False)
    _asset: Any = field(repr=False)

    def send(self, message: Message, text: Text, _owner: str) -> None:
        """Raises `TemporaryError` unless apprise says that every target took it."""
        apprise = _import_apprise()
        worst = max((alert.severity for alert in message.alerts), key=lambda severity: severity.rank)
        body = f"{text.body}\n\nmessage {message.key}"
        parameters = dict(self._parameters)
        title = text.title
        if self.opens_incidents:
            # What it is about is an incident's summary. PagerDuty opens none twice under one key.
            title, body, details = "", text.title, {"alerts": body}
            parameters = {
                "severity": PAGERDUTY_SEVERITIES[worst],
                **parameters,
                "dedup": message.key,
                "details": details,
            }
        client = apprise.Apprise(asset=self._asset)
        client.add(apprise.Apprise.instantiate(parameters, asset=self._asset))
        result = client.notify(body, title, notify_type=_TONES[worst], body_format="text")
        if not result:
            raise TemporaryError(f"{self.kind} did not take it: {_reason(result)}")


def make_service(kind: ChannelKind, url: str, *, timeout: float, where: str) -> Service:
    """`where` is what errors name in place of the URL, which is a secret."""
    apprise = _import_apprise()
    asset = apprise.AppriseAsset(
        app_id="Setpoint",
        app_desc="Setpoint",
        app_url="",
        http_redirects=False,
        # Whoever sends has a deadline; apprise's own would only add a thread that the program's end has to wait for.
        service_timeout=0,
        allow_templates=False,
    )
    parameters = _parse(apprise, url)
    if parameters is not None and kind in SCHEMES and parameters["schema"] not in SCHEMES[kind]:
        parameters = None
    plugin = None
    if parameters is not None:
        # What does not fit is cut at its end, rather than refused by the service, again and again.
        parameters |= {"cto": timeout, "rto": timeout, "overflow": "truncate"}
        plugin = apprise.Apprise.instantiate(dict(parameters), asset=asset)
    if parameters is None or plugin is None:
        raise InputError(
            f"apprise does not take this secret for a URL of {kind}", where=where, remedy="see its page on the service"
        )
    if not plugin.verify_certificate or plugin.redirects:
        raise InputError(
            "this URL switches a protection off", where=where, remedy="leave verify= and redirect= out of it"
        )
    opens_incidents = parameters["schema"] in SCHEMES[ChannelKind.PAGERDUTY]
    # Some services' markup needs more characters for the same text.
    longest = LONGEST_DETAILS if opens_incidents else plugin.body_maxlen * 3 // 4
    return Service(kind, longest, opens_incidents, parameters, asset)


def _parse(apprise: ModuleType, url: str) -> dict[str, Any] | None:
    with warnings.catch_warnings():
        # Its plugins, all of which are imported here, use a module that Python 3.13 has no more.
        warnings.simplefilter("ignore", DeprecationWarning)
        parameters: dict[str, Any] | None = apprise.plugins.url_to_dict(url)
    return parameters


def _import_apprise() -> ModuleType:
    try:
        import apprise
    except ImportError as error:
        raise Error(
            "channels other than webhooks need apprise", remedy="install it with: pip install 'setpoint[alerts]'"
        ) from error
    for name in _TALKATIVE:
        logger = logging.getLogger(name)
        logger.propagate = False
        if not logger.handlers:
            logger.addHandler(logging.NullHandler())
    return apprise


def _reason(result: Any) -> str:
    """Only a number out of what apprise says: the rest may hold parts of the URL."""
    for service in result.results:
        for entry in service.logs():
            if status := _STATUS.search(entry.message):
                return f"HTTP {status[1]}"
    return "no connection, or an answer that says no"
