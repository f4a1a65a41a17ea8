from __future__ import annotations

from typing import Any

import pytest
from tests.unit.scan.dast.checks.configuration.answering import app_of, get, kinds, text

from setpoint.model.dast import Answer
from setpoint.scan.dast.checks.configuration.exposed_files import ExposedFiles
from setpoint.scan.dast.checks.configuration.status_pages import is_server_status

PLAIN = "Server Status for shop Server uptime: 12 days Total accesses: 90121 127.0.0.1 GET /staff/reports HTTP/1.1"
APACHE = "<title>Apache Status</title><h1>Apache Server Status for shop</h1><dl><dt>Server uptime:  1 day</dt></dl>"
AUTO = "Total Accesses: 44\nTotal kBytes: 12\nUptime: 100\nReqPerSec: .44\nBusyWorkers: 1\nScoreboard: _W___"
NGINX = "Active connections: 2 \nserver accepts handled requests\n 3 3 9\nReading: 0 Writing: 1 Waiting: 1\n"
FPM = "pool:                 www\nprocess manager:      dynamic\nstart since:          7\naccepted conn:        9\n"
HAPROXY = "<h1>HAProxy version 2.8</h1><h3>Statistics Report for pid 7</h3>uptime = 1d 3h"
TOMCAT = "<h1>Server Status</h1>Free memory: 1 MB Total memory: 2 MB Max threads: 200 Current thread count: 10"
HAND_MADE = "<pre>uptime 4h\nrequests/s 3\n10.0.0.7 GET /admin/users 200</pre>"


@pytest.mark.parametrize("content", [PLAIN, APACHE, AUTO, NGINX, FPM, HAPROXY, TOMCAT, HAND_MADE])
def test_what_servers_tell(content: str) -> None:
    assert is_server_status(Answer(200, (), content.encode()))


@pytest.mark.parametrize(
    "content",
    [
        "ok",
        '{"status": "ok", "uptime": 1234, "version": "1.2"}',
        "<h1>All systems operational</h1>Uptime: 99.98 % Requests per second: 10",
        "<h1>Server status</h1><p>The servers of our game are up. Uptime 12 days.</p>",
        "<h1>Order status</h1><p>Your order 7 was sent; thank you for your patience.</p>",
        "<h1>League</h1>Scoreboard of the day",
        "",
    ],
)
def test_checks_of_health_and_pages_for_people(content: str) -> None:
    assert not is_server_status(Answer(200, (), content.encode()))


@pytest.mark.parametrize("path", ["/server-status", "/nginx-status", "/status"])
def test_a_status_page_is_told_once(found: Any, path: str) -> None:
    faults = found(ExposedFiles(), app_of({path: text(PLAIN), "/healthz": text("ok")}), get("/healthz"))
    assert kinds(faults) == [("exposed-server-status", path, "")]
