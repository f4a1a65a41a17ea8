"""Header fields that name programs with their versions: a list of what to attack. Listed in `checks`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from setpoint.model.dast import Fault, PlannedRequest
from setpoint.model.policy import Severity
from setpoint.scan.dast.checks.configuration.hosts import is_loopback
from setpoint.scan.dast.checks.configuration.problems import Found, Problem, folded
from setpoint.scan.dast.checks.configuration.visits import Visit, visits
from setpoint.scan.dast.interface import Workbench

_FIELDS: Final = {
    "server": "Server",
    "x-powered-by": "X-Powered-By",
    "x-aspnet-version": "X-AspNet-Version",
    "x-aspnetmvc-version": "X-AspNetMvc-Version",
    "x-php-version": "X-PHP-Version",
    "x-generator": "X-Generator",
}
"""Fields whose only use is to name the program that answers; `X-API-Version` is of use, and none of them."""

_VERSION: Final = re.compile(r"(?:^|[/ v-])\d+(?:\.\d+)+|[A-Za-z]/\d+")
_OWN_SERVERS: Final = re.compile(
    r"Werkzeug/|BaseHTTP/|SimpleHTTP/|WSGIServer/|WEBrick/|TornadoServer/|CherryPy/|Python/[\d.]+ aiohttp/",
    re.IGNORECASE,
)
"""Which frameworks bring along: on the loopback they are asked without the proxy that will stand before them, and that
answers by its own name."""


class VersionDisclosure:
    """Header fields that name programs with their versions."""

    name = "version-disclosure"

    def plan(self, _bench: Workbench) -> Iterator[PlannedRequest]:
        """Nothing but baselines, which are planned for all checks."""
        return iter(())

    def run(self, bench: Workbench) -> Iterator[Fault]:
        seen = list(visits(bench))
        found = [Found(problem, visit) for visit in seen for problem in _problems(visit)]
        yield from folded(found, len({visit.operation.key for visit in seen}))


def _problems(visit: Visit) -> Iterator[Problem]:
    on_loopback = is_loopback(visit.exchange.sent.url)
    for name, value in visit.answer.headers:
        is_stand_in = on_loopback and _OWN_SERVERS.match(value) is not None
        if name in _FIELDS and _VERSION.search(value) and not is_stand_in:
            yield Problem(
                "version-disclosure",
                497,
                Severity.LOW,
                f"header:{_FIELDS[name]}",
                f"the field {_FIELDS[name]} names programs with their versions, which tells what they are known to be"
                " vulnerable to; leave it out",
                f"{_FIELDS[name]} is {value[:100]!r}",
            )
