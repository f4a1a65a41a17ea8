"""The courier: every channel of the settings, ready to be used. Named by `wiring`; to the loop it is a `Courier`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from setpoint.act.delivery.routing import channels_for, usual_routes
from setpoint.act.delivery.secrets import read_secret
from setpoint.act.delivery.services import make_service
from setpoint.act.delivery.settings import AlertSettings, ChannelSettings
from setpoint.act.delivery.webhook import Webhook
from setpoint.act.delivery.wording import Text, Wording
from setpoint.act.interface import Alert, Message
from setpoint.errors import CouldNotTellError


class Channel(Protocol):
    """One way out."""

    @property
    def longest(self) -> int:
        """How many characters of text it takes."""
        ...

    def send(self, message: Message, text: Text, owner: str) -> None:
        """Raises `TemporaryError` unless the other side said that it has the message."""
        ...


class AlertCourier:
    """`Courier` on the settings' channels."""

    def __init__(self, settings: AlertSettings, owners: Mapping[str, str], *, timeout: float) -> None:
        """`owners` by service. Raises `InputError` where a secret, a URL or a template cannot be used."""
        self._wording = Wording(settings.templates, settings.channels)
        self._channels = {name: _make(each, timeout) for name, each in settings.channels.items()}
        self._routes = settings.routes or usual_routes(settings.channels)
        self._owners = dict(owners)

    def channels_for(self, alert: Alert) -> Sequence[str]:
        return channels_for(alert, self._routes, self._owners)

    def send(self, channel: str, message: Message) -> None:
        target = self._channels.get(channel)
        if target is None:
            raise CouldNotTellError(f"there is no channel {channel!r} any more", remedy="name it again, or let it be")
        owner = self._owners.get(message.alerts[0].service, "")
        target.send(message, self._wording.write(channel, message, owner, longest=target.longest), owner)


def _make(settings: ChannelSettings, timeout: float) -> Channel:
    url, where = read_secret(settings.url), settings.url.where
    if settings.key is None:
        return make_service(settings.kind, url, timeout=timeout, where=where)
    return Webhook(url, read_secret(settings.key), timeout=timeout, where=where)
