"""Where the server says that it answers."""

from __future__ import annotations

from pathlib import Path

import pytest

from setpoint.server.listening import listening, url_of
from setpoint.settings.server import ServerSettings, Tls


@pytest.mark.parametrize(
    ("settings", "begins"),
    [
        (ServerSettings(port=0), "http://127.0.0.1:"),
        (ServerSettings(host="::1", port=0), "http://[::1]:"),
        (ServerSettings(port=0, tls=Tls(Path("server.pem"), Path("server.key"))), "https://127.0.0.1:"),
    ],
)
def test_the_address_names_the_port_that_it_got(settings: ServerSettings, begins: str) -> None:
    with listening(settings) as listener:
        assert url_of(listener, settings) == f"{begins}{listener.getsockname()[1]}"
