"""Which URLs apprise's channels take; how they speak is tested on loopback, in `integration`."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Iterator

import pytest

from setpoint.act.delivery.services import make_service
from setpoint.act.delivery.settings import ChannelKind
from setpoint.errors import Error, InputError

SLACK = "https://hooks.slack.com/services/T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
TEAMS = "https://prod-15.uksouth.logic.azure.com:443/workflows/3XXX5/triggers/manual/paths/invoke?sig=iXXXU"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that reaches the root logger; pytest's own handler also listens where a logger keeps to itself."""
    handler = logging.StreamHandler(io.StringIO())
    logging.getLogger().addHandler(handler)
    yield handler.stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.parametrize(
    ("kind", "url"),
    [
        (ChannelKind.EMAIL, "mailtos://me:T0KEN@mail.example?from=a@mail.example&to=b@mail.example"),
        (ChannelKind.SLACK, SLACK),
        (ChannelKind.TEAMS, TEAMS),
        (ChannelKind.PAGERDUTY, "pagerduty://integration@T0KEN"),
        (ChannelKind.APPRISE, "ntfy://T0KEN@ntfy.example/topic"),
    ],
)
def test_urls_that_will_do(kind: ChannelKind, url: str) -> None:
    service = make_service(kind, url, timeout=1, where="setpoint.yaml:3")
    assert service.longest > 500
    assert "T0KEN" not in repr(service)


@pytest.mark.parametrize(
    ("kind", "url", "told"),
    [
        (ChannelKind.SLACK, "pagerduty://integration@T0KEN", "apprise does not take this secret for a URL of slack"),
        (ChannelKind.EMAIL, SLACK, "for a URL of email"),
        (ChannelKind.SLACK, "slack://T0KEN", "for a URL of slack"),
        (ChannelKind.APPRISE, "T0KEN", "for a URL of apprise"),
        (ChannelKind.APPRISE, "nobody://T0KEN", "for a URL of apprise"),
        (ChannelKind.SLACK, f"{SLACK}?verify=no", "switches a protection off"),
        (ChannelKind.APPRISE, "jsons://T0KEN.example?redirect=yes", "switches a protection off"),
    ],
)
def test_urls_that_will_not(
    kind: ChannelKind, url: str, told: str, log: io.StringIO, capfd: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError, match=told) as caught:
        make_service(kind, url, timeout=1, where="setpoint.yaml:3")
    everything = caught.value.diagnostics() + log.getvalue() + "".join(capfd.readouterr())
    assert caught.value.where == "setpoint.yaml:3"
    assert "T0KEN" not in everything
    assert "TIiajkdnlazkcOXrIdevi7FQ" not in everything


def test_without_the_extra_it_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "apprise", None)
    with pytest.raises(Error, match=r"need apprise; install it with: pip install 'setpoint\[alerts\]'"):
        make_service(ChannelKind.SLACK, SLACK, timeout=1, where="setpoint.yaml:3")
