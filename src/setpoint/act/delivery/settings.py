"""The channels and routes of the section `alerts`, as immutable values. Read by `settings`, used by `courier`.

Secrets are not among them: the section only names the environment variable or the file that each is in.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Final

from setpoint.errors import InputError
from setpoint.fields import Fields, did_you_mean
from setpoint.model.policy import Severity

KINDS: Final = (
    "drift",
    "guardrail",
    "runtime",
    "attack",
    "escalated",
    "remediation",
    "approval",
    "held back",
    "coverage",
    "attribution",
)
"""What an alert can be about (`act.interface.Alert.kind`)."""

USUAL_SEVERITY: Final = Severity.MEDIUM
"""Without routes, every channel gets alerts from this severity on."""

_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class ChannelKind(StrEnum):
    WEBHOOK = "webhook"
    EMAIL = "email"
    SLACK = "slack"
    TEAMS = "teams"
    PAGERDUTY = "pagerduty"
    APPRISE = "apprise"
    """Any other service that the library apprise knows."""


@dataclass(frozen=True, slots=True)
class SecretPlace:
    """Where a secret is: in an environment variable, or in a file."""

    variable: str | None
    file: Path | None
    where: str
    """`file:line` that names it."""


@dataclass(frozen=True, slots=True)
class ChannelSettings:
    name: str
    kind: ChannelKind
    url: SecretPlace
    """A secret, since most services put their token into it."""
    key: SecretPlace | None
    """What a webhook's messages are signed with."""


@dataclass(frozen=True, slots=True)
class Route:
    """Which alerts go to a channel. What it does not name, it does not ask for."""

    channel: str
    severity: Severity = Severity.INFO
    """This one and worse ones."""
    kinds: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    owners: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AlertSettings:
    channels: Mapping[str, ChannelSettings] = field(default_factory=dict)
    routes: tuple[Route, ...] = ()
    templates: Path | None = None
    """A folder of templates that are used in place of the shipped ones."""


def read_alerts(fields: Fields, base: Path, owners: Collection[str]) -> AlertSettings:
    """`fields` is the section `alerts`; `owners` are those that the configuration names."""
    section = fields.section("channels")
    channels = {name: _channel(name, section.section(name), base) for name in section.names()}
    routes = tuple(_route(each, channels, owners) for each in fields.sections("routes"))
    unused = sorted(set(channels) - {route.channel for route in routes})
    if routes and unused:
        raise InputError(
            f"no route leads to the channel {unused[0]!r}",
            where=section.where(unused[0]),
            remedy="add one under alerts.routes, or take the channel away",
        )
    templates = fields.optional_text("templates")
    return AlertSettings(channels, routes, base / templates if templates else None)


def _channel(name: str, fields: Fields, base: Path) -> ChannelSettings:
    if not _NAME.fullmatch(name):
        raise InputError(
            f"{name!r} cannot be the name of a channel",
            where=fields.where(),
            remedy="use letters, digits, dots, dashes and underscores",
        )
    kind = fields.choice("kind", ChannelKind)
    channel = ChannelSettings(
        name,
        kind,
        url=secret_place(fields, "url", base),
        key=secret_place(fields, "key", base) if kind is ChannelKind.WEBHOOK else None,
    )
    fields.done()
    return channel


def secret_place(fields: Fields, name: str, base: Path) -> SecretPlace:
    """By the keys `<name>_env` and `<name>_file`, of which there has to be one."""
    variable, file = fields.optional_text(f"{name}_env"), fields.optional_text(f"{name}_file")
    if (variable is None) == (file is None):
        raise InputError(
            f"{fields.path} names {'two places' if variable else 'no place'} for its {name}",
            where=fields.where(),
            remedy=f"give either {name}_env, an environment variable, or {name}_file, a file that only you can read",
        )
    return SecretPlace(
        variable, base / file if file else None, fields.where(f"{name}_env" if variable else f"{name}_file")
    )


def _route(fields: Fields, channels: Collection[str], owners: Collection[str]) -> Route:
    route = Route(
        channel=fields.text("channel"),
        severity=fields.choice("severity", Severity, Severity.INFO),
        kinds=frozenset(fields.texts("kinds")),
        services=frozenset(fields.texts("services")),
        owners=frozenset(fields.texts("owners")),
    )
    fields.done()
    _expect_known(fields, "channel", [route.channel], channels)
    _expect_known(fields, "kinds", route.kinds, KINDS)
    _expect_known(fields, "owners", route.owners, owners)
    return route


_WHERE_NAMED: Final = {"channel": "name one under alerts.channels", "owners": "name an owner under services"}
"""What a route can hold only once it is named → where that is."""


def _expect_known(fields: Fields, key: str, words: Collection[str], known: Collection[str]) -> None:
    """A route with a word that never comes up would match nothing, and nobody would be told."""
    for word in sorted(words):
        if word not in known:
            raise InputError(
                f"{fields.path}.{key} holds {word!r}, which is none",
                where=fields.where(key),
                remedy=did_you_mean(word, known) if known else _WHERE_NAMED[key],
            )
