"""Header fields that tell of the inside: programs with their versions, and addresses. Listed in `checks`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

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
_PRIVATE: Final = re.compile(
    r"(?<![\w.-])(?<!\w/)(?:10\.\d{1,3}|192\.168|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2}(?![\w.])"
    r"|\b[\w-]+\.(?:internal|intranet)\b"
)
"""RFC 1918, and names that only networks of one's own know."""


class VersionDisclosure:
    """Header fields that name programs with their versions, or addresses inside."""

    name = "version-disclosure"

    def plan(self, _bench: Workbench) -> Iterator[PlannedRequest]:
        """Nothing but baselines, which are planned for all checks."""
        return iter(())

    def run(self, bench: Workbench) -> Iterator[Fault]:
        seen = list(visits(bench))
        found = [Found(problem, visit) for visit in seen for problem in (*_problems(visit), *_addresses(visit))]
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
                f"The field {_FIELDS[name]} names programs with their versions, which tells what they are known to be"
                " vulnerable to; leave it out",
                f"{_FIELDS[name]} is {value[:100]!r}",
            )


def _addresses(visit: Visit) -> Iterator[Problem]:
    own = urlsplit(visit.exchange.sent.url).netloc
    for name, value in visit.answer.headers:
        match = _PRIVATE.search(value)
        if match is not None and match[0] not in own:
            yield Problem(
                "internal-address-disclosure",
                497,
                Severity.LOW,
                f"header:{name.title()}",
                f"The field {name.title()} names an address of the network inside; leave it out",
                f"it holds {match[0]}",
            )
