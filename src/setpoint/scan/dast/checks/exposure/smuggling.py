"""Signs that the end of a request can be told in two ways, so that one can be hidden in another (RFC 9112, 6 and 11.2).

Each request goes over a connection of its own, and ends at the same byte however it is read: whatever chain of proxies
passes it on, nobody else's request is touched. A server that closes the connection after it is safe, and not told of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from setpoint.model.dast import Answer, Certainty, Exchange, Fault, PlannedRequest, Profile, Sent
from setpoint.model.policy import Severity
from setpoint.scan.dast.interface import Workbench

SECONDS: Final = 3.0
"""A server that keeps the connection closes it after the second request, which asks for that: nothing waits so long."""

_BODY: Final = b"0\r\n\r\n"
"""Five bytes for who counts, and an empty body in chunks for who does not."""

_PROXY: Final = re.compile(
    rb"^(?:(?:via|x-cache|x-varnish|x-served-by|cf-ray|x-amz-cf-id|x-envoy-[a-z-]+|x-azure-ref)[ \t]*:"
    rb"|server[ \t]*:[^\r\n]*(?:nginx|openresty|envoy|cloudflare|varnish|haproxy|traefik|akamai|awselb|caddy))",
    re.IGNORECASE | re.MULTILINE,
)
"""Headers of answers that proxies add (Via: RFC 9110, 7.6.3), and names of servers that mostly stand before others."""
_SERVER: Final = re.compile(rb"^server[ \t]*:[ \t]*([\x20-\x7e]{1,60})", re.IGNORECASE | re.MULTILINE)

_STATUS: Final = re.compile(rb"HTTP/1\.[01] (\d{3})")


@dataclass(frozen=True, slots=True)
class _Ambiguity:
    header: str
    must: str
    severity: Severity
    """Behind a proxy; without one, a request has nothing to hide from, and it is no more than low."""


_AMBIGUITIES: Final = (
    _Ambiguity(
        "Transfer-Encoding: xchunked",
        "a coding that it does not know must be refused (RFC 9112, 6.1)",
        Severity.MEDIUM,
    ),
    _Ambiguity(
        "Transfer-Encoding : chunked",
        "a space before a colon must be refused (RFC 9112, 5.1)",
        Severity.INFO,
    ),
)
"""The worse one first. A name with a space is another name to many a server: by itself it leads no proxy astray."""


class AmbiguousRequests:
    """Requests whose length can be read in two ways (request smuggling)."""

    name = "ambiguous-requests"

    def plan(self, bench: Workbench) -> Iterator[PlannedRequest]:
        if bench.profile is not Profile.PASSIVE:
            yield PlannedRequest("POST *", self.name, "", 1 + len(_AMBIGUITIES))

    def run(self, bench: Workbench) -> Iterator[Fault]:
        if bench.profile is Profile.PASSIVE:
            return
        usual = _statuses(_sent(bench, ""))
        if len(usual) != 2 or usual[0] in {400, 501}:
            return  # the connection does not go on, or nothing can be told from answers
        for each in _AMBIGUITIES:
            received = _sent(bench, each.header)
            if _statuses(received) == usual:
                yield _fault(bench, each, received)
                return


def _sent(bench: Workbench, header: str) -> bytes:
    at = urlsplit(bench.surface.base)
    first = [f"POST {at.path}/setpoint-ambiguous HTTP/1.1", f"Host: {at.netloc}", f"Content-Length: {len(_BODY)}"]
    second = [f"GET {at.path}/setpoint-second HTTP/1.1", f"Host: {at.netloc}", "Connection: close"]
    lines = [*first, *([header] if header else []), "", ""]
    data = "\r\n".join(lines).encode() + _BODY + "\r\n".join([*second, "", ""]).encode()
    return bench.sender.send_raw(data, seconds=SECONDS)


def _statuses(received: bytes) -> list[int]:
    return [int(status) for status in _STATUS.findall(received)]


def _fault(bench: Workbench, ambiguity: _Ambiguity, received: bytes) -> Fault:
    name, _, value = ambiguity.header.partition(":")
    is_behind_proxy = _PROXY.search(received) is not None
    server = _SERVER.search(received)
    sent = Sent(
        "POST", f"{bench.surface.base}/setpoint-ambiguous", (("content-length", "5"), (name, value.strip())), _BODY
    )
    return Fault(
        kind="request-smuggling-sign",
        cwe=444,
        owasp="API8:2023",
        severity=ambiguity.severity if is_behind_proxy else min(ambiguity.severity, Severity.LOW, key=_rank),
        certainty=Certainty.DIFFERENTIAL,
        method="*",
        path="*",
        part="header:Transfer-Encoding",
        message="A request whose length can be read in two ways is answered like any other, and the connection goes on:"
        f" {ambiguity.must}; a proxy that reads it the other way lets one request hide in another",
        proof=(Exchange(sent, Answer(_statuses(received)[0], (), b"")),),
        difference=f"`{ambiguity.header}` beside a Content-Length is answered as without it"
        + (f" by `{server[1].decode().strip()}`" if server else ""),
    )


def _rank(severity: Severity) -> int:
    return severity.rank
