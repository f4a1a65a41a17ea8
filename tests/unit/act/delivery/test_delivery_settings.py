"""The section `alerts`: what it may say, and how it is told what it may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.act.delivery.settings import AlertSettings, ChannelKind, Route, SecretPlace, read_alerts
from setpoint.errors import InputError
from setpoint.fields import Fields
from setpoint.files import parse_yaml
from setpoint.model.policy import Severity

CHANNELS = "channels: {oncall: {kind: webhook, url_env: URL, key_file: key}, mail: {kind: email, url_file: mail}}\n"


def read(text: str) -> AlertSettings:
    fields = Fields(parse_yaml(text.encode(), "s.yaml"))
    settings = read_alerts(fields, Path("/base"), {"team-a", "team-b"})
    fields.done()
    return settings


def test_everything_can_be_said() -> None:
    settings = read(
        CHANNELS
        + "templates: words\n"
        + "routes:\n"
        + "- {channel: oncall, severity: high, kinds: [drift], services: [a], owners: [team-a]}\n"
        + "- {channel: mail}\n"
    )
    assert settings.templates == Path("/base/words")
    assert settings.routes == (
        Route("oncall", Severity.HIGH, frozenset({"drift"}), frozenset({"a"}), frozenset({"team-a"})),
        Route("mail"),
    )
    oncall, mail = settings.channels.values()
    assert (oncall.kind, mail.kind) == (ChannelKind.WEBHOOK, ChannelKind.EMAIL)
    assert oncall.url == SecretPlace("URL", None, "s.yaml:1")
    assert oncall.key == SecretPlace(None, Path("/base/key"), "s.yaml:1")
    assert (mail.url, mail.key) == (SecretPlace(None, Path("/base/mail"), "s.yaml:1"), None)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("channels: {a: {kind: webhok}}", "channels.a.kind is 'webhok'; did you mean 'webhook'?"),
        ("channels: {a: {url_env: U}}", "channels.a.kind is missing"),
        ("channels: {a: {kind: slack}}", "channels.a names no place for its url; give either url_env"),
        ("channels: {a: {kind: slack, url_env: U, url_file: f}}", "channels.a names two places for its url"),
        ("channels: {a: {kind: webhook, url_env: U}}", "channels.a names no place for its key"),
        ("channels: {a: {kind: slack, url_env: U, url: 'https://x'}}", "unknown key 'url' in channels.a"),
        ("channels: {a: {kind: slack, url_env: U, key_env: K}}", "unknown key 'key_env' in channels.a"),
        ("channels: {a/b: {kind: slack, url_env: U}}", "'a/b' cannot be the name of a channel"),
        (CHANNELS + "routes: [{channel: oncal}]", "routes[0].channel holds 'oncal', which is none; did you"),
        (CHANNELS + "routes: [{channel: mail}]", "no route leads to the channel 'oncall'"),
        (CHANNELS + "routes: [{channel: mail, kinds: [drfit]}]", "routes[0].kinds holds 'drfit', which is none"),
        (CHANNELS + "routes: [{channel: mail, owners: [team]}]", "routes[0].owners holds 'team', which is none"),
        (CHANNELS + "routes: [{channel: mail, severity: bad}]", "routes[0].severity is 'bad'"),
        (CHANNELS + "routes: [{}]", "routes[0].channel is missing"),
        ("routes: [{channel: mail}]", "routes[0].channel holds 'mail', which is none; name one under alerts.channels"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_place(text: str, told: str) -> None:
    with pytest.raises(InputError) as caught:
        read(text)
    place, _, rest = caught.value.diagnostics().partition(": ")
    assert place in ("s.yaml:1", "s.yaml:2")
    assert rest.startswith(told)
